// Powers in lanes of double, for the kernels of one target.
//
// log2 x = k + log2 m with k an integer and m about 1 (log-inl.h), and
//
//   factor x^q = mantissa 2^(exponent + n) e^(ln 2 (q k - n + q log2 m)),  factor = mantissa
//   2^exponent
//
// with the n nearest to q log2 x. q k - n is exact, because q is split into 40 bits and the rest,
// so that the result is as accurate far from 1 as next to it, and rounds once where it is denormal.
#include <cmath>
#include <cstdint>

// NOLINTNEXTLINE: included once per target
#if defined(FLIPSIDE_POWER_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef FLIPSIDE_POWER_INL_H
#undef FLIPSIDE_POWER_INL_H
#else
#define FLIPSIDE_POWER_INL_H
#endif

#include "hwy/highway.h"
#include "simd/exp-inl.h"
#include "simd/log-inl.h"
#include "simd/polynomial-inl.h"

HWY_BEFORE_NAMESPACE();
namespace flipside {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// x 2^k rounded once, of |x| in [1/4, 4) and any integer k below 2^31.
template <class D>
HWY_INLINE hn::Vec<D> timesPowerOfTwo(D d, hn::Vec<D> x, hn::Vec<D> k) {
  const hn::RebindToUnsigned<D> bits;
  const auto within = hn::Min(hn::Max(k, hn::Set(d, -1100.0)), hn::Set(d, 1030.0));
  // Added to a number this rounds it to an integer, which is then the lowest bits of the sum,
  // biased like the exponent of a double. In two steps, of which only the second rounds.
  const auto round = hn::Set(d, 0x1.8p52 + 1023.0);
  const auto first = hn::Add(hn::Mul(within, hn::Set(d, 0.5)), round);
  const auto second = hn::Add(hn::Sub(within, hn::Sub(first, round)), round);
  const auto power = [&](hn::Vec<D> biased) HWY_ATTR {
    return hn::BitCast(d, hn::ShiftLeft<52>(hn::BitCast(bits, biased)));
  };
  return hn::Mul(hn::Mul(x, power(first)), power(second));
}

/// factor x^exponent of finite x > 0 to 3 ulp, |exponent| <= 2; any result of x = 0.
class ScaledPower {
 public:
  ScaledPower(double factor, double exponent) : exponent_(exponent) {
    int binary = 0;
    mantissa_ = std::frexp(factor, &binary);
    factorExponent_ = binary;
    const double split = exponent * 0x1.0008p13;
    upper_ = split - (split - exponent);
    lower_ = exponent - upper_;
  }

  template <class D>
  HWY_INLINE hn::Vec<D> operator()(D d, hn::Vec<D> x) const {
    const auto tiny = hn::Lt(x, hn::Set(d, 0x1p-1022));
    const Split<D> parts = split(d, hn::IfThenElse(tiny, hn::Mul(x, hn::Set(d, 0x1p54)), x));
    const auto k = hn::Sub(parts.exponent, hn::IfThenElseZero(tiny, hn::Set(d, 54.0)));
    const auto f = hn::Sub(parts.mantissa, hn::Set(d, 1.0));
    const auto s = hn::Div(f, hn::Add(hn::Set(d, 2.0), f));
    const auto z = hn::Mul(s, s);
    const auto series = hn::Mul(hn::Mul(s, z), polynomial(d, z, LogConstants<double>::kSeries));
    const auto fraction =
        hn::Mul(hn::Add(hn::Add(s, s), series), hn::Set(d, ExpConstants<double>::kInverseLn2));

    const auto whole = hn::Mul(hn::Set(d, upper_), k);
    const auto rest = multiplyAdd(hn::Set(d, exponent_), fraction, hn::Mul(hn::Set(d, lower_), k));
    const auto round = hn::Set(d, 0x1.8p52);
    const auto n = hn::Sub(hn::Add(hn::Add(whole, rest), round), round);
    const auto r = hn::Mul(hn::Add(hn::Sub(whole, n), rest), hn::Set(d, 0x1.62e42fefa39efp-1));
    const auto tail = hn::Mul(hn::Mul(r, r), polynomial(d, r, ExpConstants<double>::kSeries));
    const auto e = hn::Add(hn::Set(d, 1.0), hn::Add(r, tail));
    return timesPowerOfTwo(d, hn::Mul(hn::Set(d, mantissa_), e),
                           hn::Add(hn::Set(d, factorExponent_), n));
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
