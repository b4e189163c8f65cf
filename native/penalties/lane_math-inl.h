// e^x, log2 x and powers in lanes of double, for the kernels of one target (simd/targets.h). Series
// of Taylor in plain products and sums, and exact powers of two: about 2 units in the last place.
#include <cmath>
#include <cstddef>
#include <cstdint>

// NOLINTNEXTLINE: included once per target
#if defined(FLIPSIDE_LANE_MATH_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef FLIPSIDE_LANE_MATH_INL_H
#undef FLIPSIDE_LANE_MATH_INL_H
#else
#define FLIPSIDE_LANE_MATH_INL_H
#endif

#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace flipside {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using DoubleLanes = hn::ScalableTag<double>;
using WordLanes = hn::RebindToUnsigned<DoubleLanes>;
using DoubleVector = hn::Vec<DoubleLanes>;
using WordVector = hn::Vec<WordLanes>;

HWY_INLINE DoubleVector all(double value) { return hn::Set(DoubleLanes(), value); }
HWY_INLINE WordVector allWords(std::uint64_t value) { return hn::Set(WordLanes(), value); }
HWY_INLINE WordVector wordsOf(DoubleVector x) { return hn::BitCast(WordLanes(), x); }
HWY_INLINE DoubleVector doublesOf(WordVector x) { return hn::BitCast(DoubleLanes(), x); }

constexpr double kLog2 = 0x1.62e42fefa39efp-1;

/// x + kRounder has the nearest integer to x, |x| < 2^51, in its low bits.
constexpr double kRounder = 0x1.8p52;

HWY_INLINE DoubleVector nearestInteger(DoubleVector x) {
  return hn::Sub(hn::Add(x, all(kRounder)), all(kRounder));
}

/// 2^k for integers -1023 < k < 1024.
HWY_INLINE DoubleVector powerOfTwo(DoubleVector k) {
  const WordVector biased = hn::Add(wordsOf(hn::Add(k, all(kRounder))), allWords(1023));
  return doublesOf(hn::ShiftLeft<52>(biased));
}

/// x 2^k rounded once, for x in [1/4, 4) and integers k, which may be infinite.
HWY_INLINE DoubleVector scaled(DoubleVector x, DoubleVector k) {
  k = hn::Min(hn::Max(k, all(-1100.0)), all(1030.0));
  const DoubleVector half = nearestInteger(hn::Mul(k, all(0.5)));
  return hn::Mul(hn::Mul(x, powerOfTwo(half)), powerOfTwo(hn::Sub(k, half)));
}

/// c[0] + x (c[1] + x (...)).
template <std::size_t terms>
HWY_INLINE DoubleVector polynomial(const double (&c)[terms], DoubleVector x) {
  DoubleVector sum = all(c[terms - 1]);
  for (std::size_t k = terms - 1; k-- > 0;) sum = hn::Add(all(c[k]), hn::Mul(x, sum));
  return sum;
}

/// e^r for |r| <= 0.35.
HWY_INLINE DoubleVector smallExponential(DoubleVector r) {
  static constexpr double c[] = {1.0 / 2,         1.0 / 6,          1.0 / 24,
                                 1.0 / 120,       1.0 / 720,        1.0 / 5040,
                                 1.0 / 40320,     1.0 / 362880,     1.0 / 3628800.,
                                 1.0 / 39916800., 1.0 / 479001600., 1.0 / 6227020800.};
  const DoubleVector rest = hn::Mul(hn::Mul(r, r), polynomial(c, r));
  return hn::Add(all(1.0), hn::Add(r, rest));
}

/// e^x for any x but NaN.
HWY_INLINE DoubleVector exponential(DoubleVector x) {
  // The upper part of log 2 ends in zeros, so that its products with n are exact.
  constexpr double upper = 0x1.62e42feep-1;
  constexpr double lower = 0x1.a39ef35793c76p-33;
  constexpr double inverse = 0x1.71547652b82fep+0;
  x = hn::Min(hn::Max(x, all(-800.0)), all(800.0));
  const DoubleVector n = nearestInteger(hn::Mul(x, all(inverse)));
  const DoubleVector r = hn::Sub(hn::Sub(x, hn::Mul(n, all(upper))), hn::Mul(n, all(lower)));
  return scaled(smallExponential(r), n);
}

/// log2 x = exponent + fraction, the exponent an integer and the fraction in [-1/2, 1/2].
struct Logarithm {
  DoubleVector exponent;
  DoubleVector fraction;
};

/// Of positive finite x.
HWY_INLINE Logarithm logarithm(DoubleVector x) {
  const auto tiny = hn::Lt(x, all(0x1p-1022));
  const WordVector bits = wordsOf(hn::IfThenElse(tiny, hn::Mul(x, all(0x1p54)), x));
  // x = 2^k m with m in [sqrt(1/2), sqrt(2)): the exponent of x / sqrt(1/2), with 1024 added.
  const WordVector shifted =
      hn::Add(bits, allWords((std::uint64_t{1024} << 52U) - 0x3FE6A09E667F3BCDU));
  const WordVector biased = hn::ShiftRight<52>(shifted);
  const DoubleVector m = doublesOf(
      hn::Sub(hn::Add(bits, allWords(std::uint64_t{1024} << 52U)), hn::ShiftLeft<52>(biased)));
  const DoubleVector k =
      hn::Sub(doublesOf(hn::Or(biased, wordsOf(all(0x1p52)))), all(0x1p52 + 1024.0));
  // log m = 2 (s + s^3/3 + s^5/5 + ...), s = (m - 1) / (m + 1).
  static constexpr double c[] = {1.0 / 3,  1.0 / 5,  1.0 / 7,  1.0 / 9,  1.0 / 11,
                                 1.0 / 13, 1.0 / 15, 1.0 / 17, 1.0 / 19, 1.0 / 21};
  const DoubleVector s = hn::Div(hn::Sub(m, all(1.0)), hn::Add(m, all(1.0)));
  const DoubleVector z = hn::Mul(s, s);
  const DoubleVector sum = hn::Add(s, hn::Mul(hn::Mul(s, z), polynomial(c, z)));
  return {hn::Sub(k, hn::IfThenElseZero(tiny, all(54.0))), hn::Mul(sum, all(0x1.71547652b82fep+1))};
}

/// factor x^exponent for finite x > 0, |exponent| <= 2. The integers in the logarithms go into the
/// exponent of the result without rounding, so that it is as accurate far from 1 as next to it.
class ScaledPower {
 public:
  ScaledPower(double factor, double exponent) : exponent_(exponent) {
    int binary = 0;
    mantissa_ = std::frexp(factor, &binary);
    factorExponent_ = binary;
    // 40 bits, so that products with exponents are exact.
    const double split = exponent * 0x1.0008p13;
    upper_ = split - (split - exponent);
    lower_ = exponent - upper_;
  }

  HWY_INLINE DoubleVector operator()(DoubleVector x) const {
    const Logarithm log = logarithm(x);
    const DoubleVector whole = hn::Mul(all(upper_), log.exponent);
    const DoubleVector rest =
        hn::Add(hn::Mul(all(exponent_), log.fraction), hn::Mul(all(lower_), log.exponent));
    const DoubleVector n = nearestInteger(hn::Add(whole, rest));
    const DoubleVector fraction = hn::Add(hn::Sub(whole, n), rest);
    const DoubleVector e = smallExponential(hn::Mul(fraction, all(kLog2)));
    return scaled(hn::Mul(all(mantissa_), e), hn::Add(all(factorExponent_), n));
  }

 private:
  double exponent_;
  double mantissa_;
  double factorExponent_;
  double upper_;
  double lower_;
};

}  // namespace HWY_NAMESPACE
}  // namespace flipside
HWY_AFTER_NAMESPACE();
#endif
