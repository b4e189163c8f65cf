// The exponential function in lanes of float or double, for the kernels of one target.
//
// With x = n ln 2 + r, |r| <= ln(2) / 2: e^x = 2^n e^r and e^r = 1 + r + r^2 P(r). P: Remez's
// algorithm in 60 digits for the smallest error relative to e^r: 2^-57.9 (double, 10 coefficients),
// 2^-28.3 (float, 5), the coefficients rounded one by one.
#include <cstdint>
#include <limits>

// NOLINTNEXTLINE: included once per target
#if defined(FLIPSIDE_EXP_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef FLIPSIDE_EXP_INL_H
#undef FLIPSIDE_EXP_INL_H
#else
#define FLIPSIDE_EXP_INL_H
#endif

#include "hwy/highway.h"
#include "simd/log-inl.h"
#include "simd/polynomial-inl.h"

HWY_BEFORE_NAMESPACE();
namespace flipside {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

template <typename Value>
struct ExpConstants;

template <>
struct ExpConstants<double> {
  static constexpr double kInverseLn2 = 0x1.71547652b82fep+0;
  /// Where the result is 0 and infinity for certain, and the former where 1 + it is 1.
  static constexpr double kLeast = -746.0;
  static constexpr double kMost = 710.0;
  static constexpr double kNegligible = -40.0;
  static constexpr double kSeries[] = {
      0x1.000000000000ap-1,  0x1.55555555554f8p-3,  0x1.5555555550754p-5,  0x1.1111111128173p-7,
      0x1.6c16c1846fc25p-10, 0x1.a01a0128fd34fp-13, 0x1.a019994466ffap-16, 0x1.71df2721390a3p-19,
      0x1.28ae345d3e872p-22, 0x1.ad7e86dffe3c7p-26};
};

template <>
struct ExpConstants<float> {
  static constexpr float kInverseLn2 = 0x1.715476p+0F;
  static constexpr float kLeast = -104.0F;
  static constexpr float kMost = 89.0F;
  static constexpr float kNegligible = -20.0F;
  static constexpr float kSeries[] = {0x1.fffffcp-2F, 0x1.55549p-3F, 0x1.5558f8p-5F, 0x1.123b02p-7F,
                                      0x1.6a2256p-10F};
};

/// e^x = 2^(biased - kBias) value.
template <class D>
struct PowerParts {
  hn::Vec<hn::RebindToUnsigned<D>> biased;
  hn::Vec<D> value;
};

/// Of x in [kLeast, kMost]; kBias so large that `biased` is positive, and even.
template <class D, std::uint32_t kBias>
HWY_INLINE PowerParts<D> powerParts(D d, hn::Vec<D> x) {
  using Value = hn::TFromD<D>;
  using Constants = ExpConstants<Value>;
  using Logarithm = LogConstants<Value>;
  using Bits = hn::RebindToUnsigned<D>;
  using Word = hn::TFromD<Bits>;
  const Bits bits;
  // Added to a number this rounds it to an integer, which is then the lowest bits of the sum.
  constexpr auto kRound = static_cast<Value>((std::uint64_t{3} << (Logarithm::kMantissaBits - 1)) +
                                             std::uint64_t{kBias});
  const auto rounded = multiplyAdd(x, hn::Set(d, Constants::kInverseLn2), hn::Set(d, kRound));
  const auto n = hn::Sub(rounded, hn::Set(d, kRound));
  const auto r = hn::Sub(hn::Sub(x, hn::Mul(n, hn::Set(d, Logarithm::kLn2High))),
                         hn::Mul(n, hn::Set(d, Logarithm::kLn2Low)));
  const auto rest = hn::Mul(hn::Mul(r, r), polynomial(d, r, Constants::kSeries));
  const auto value = hn::Add(hn::Set(d, Value{1}), hn::Add(r, rest));
  return {hn::And(hn::BitCast(bits, rounded), hn::Set(bits, Word{0xFFFF})), value};
}

/// e^x to 1 ulp: infinity above, denormal numbers and 0 below, both rounded once; NaN of NaN.
template <class D>
HWY_INLINE hn::Vec<D> exponential(D d, hn::Vec<D> x) {
  using Value = hn::TFromD<D>;
  using Constants = ExpConstants<Value>;
  using Logarithm = LogConstants<Value>;
  constexpr int kBits = Logarithm::kMantissaBits;
  constexpr auto kBias = static_cast<std::uint32_t>(Logarithm::kOne >> kBits);
  const auto within =
      hn::Min(hn::Max(x, hn::Set(d, Constants::kLeast)), hn::Set(d, Constants::kMost));
  const PowerParts<D> parts = powerParts<D, 2 * kBias>(d, within);
  // 2^n may be out of range where its product with e^r is not: in two steps, of which only the
  // second rounds.
  const auto first = hn::ShiftRight<1>(parts.biased);
  const auto second = hn::Sub(parts.biased, first);
  const auto y = hn::Mul(hn::Mul(parts.value, hn::BitCast(d, hn::ShiftLeft<kBits>(first))),
                         hn::BitCast(d, hn::ShiftLeft<kBits>(second)));
  return hn::IfThenElse(hn::Eq(x, x), y, x);
}

/// 1 / (1 + e^x) to 1.5 ulp of 1/2 + |it|, x not NaN; 0 at infinity and 1 at -infinity.
template <class D>
HWY_INLINE hn::Vec<D> sigmoidOfMinus(D d, hn::Vec<D> x) {
  using Value = hn::TFromD<D>;
  using Constants = ExpConstants<Value>;
  using Logarithm = LogConstants<Value>;
  constexpr int kBits = Logarithm::kMantissaBits;
  constexpr auto kBias = static_cast<std::uint32_t>(Logarithm::kOne >> kBits);
  // Up to kMost the exponent is at most that of infinity, which such large x may give.
  const auto within =
      hn::Min(hn::Max(x, hn::Set(d, Constants::kNegligible)), hn::Set(d, Constants::kMost));
  const PowerParts<D> parts = powerParts<D, kBias>(d, within);
  const auto power = hn::Mul(parts.value, hn::BitCast(d, hn::ShiftLeft<kBits>(parts.biased)));
  const auto one = hn::Set(d, Value{1});
  return hn::Div(one, hn::Add(one, power));
}

}  // namespace HWY_NAMESPACE
}  // namespace flipside
HWY_AFTER_NAMESPACE();

#endif
