// The natural logarithm in lanes of float or double, for the kernels of one target.
//
// With x = 2^k m and m about 1: ln x = k ln 2 + ln m, and with s = (m - 1) / (m + 1), z = s^2
//
//   ln m = 2 artanh s = 2 s + s z P(z).
//
// P: Remez's algorithm in 60 digits for the smallest error relative to ln m where |s| <= 0.2012:
// 2^-62.5 (double, 8 coefficients), 2^-28.3 (float, 3), the coefficients rounded one by one.
// ln 2 is a number of few bits, so that its product with k is exact, plus the rest.
#include <cstdint>
#include <limits>

// NOLINTNEXTLINE: included once per target
#if defined(FLIPSIDE_LOG_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef FLIPSIDE_LOG_INL_H
#undef FLIPSIDE_LOG_INL_H
#else
#define FLIPSIDE_LOG_INL_H
#endif

#include "hwy/highway.h"
#include "simd/polynomial-inl.h"

HWY_BEFORE_NAMESPACE();
namespace flipside {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

template <typename Value>
struct LogConstants;

template <>
struct LogConstants<double> {
  static constexpr int kMantissaBits = 52;
  static constexpr std::uint64_t kOne = 0x3FF0000000000000;
  static constexpr std::uint64_t kRootHalf = 0x3FE6A09E667F3BCD;  // the bits of sqrt(1/2)
  static constexpr double kLn2High = 0x1.62e42fefa38p-1;
  static constexpr double kLn2Low = 0x1.ef35793c76730p-45;
  static constexpr double kSeries[] = {
      0x1.555555555554ep-1, 0x1.999999999c4a3p-2, 0x1.24924921b5fdcp-2, 0x1.c71c74b7a444bp-3,
      0x1.745c41b906cc2p-3, 0x1.3b36e593995f0p-3, 0x1.0db8ac9f5e9afp-3, 0x1.1bffb636e968dp-3};
};

template <>
struct LogConstants<float> {
  static constexpr int kMantissaBits = 23;
  static constexpr std::uint32_t kOne = 0x3F800000;
  static constexpr std::uint32_t kRootHalf = 0x3F3504F3;
  static constexpr float kLn2High = 0x1.62e4p-1F;
  static constexpr float kLn2Low = 0x1.7f7d1cp-20F;
  static constexpr float kSeries[] = {0x1.5555b8p-1F, 0x1.99282cp-2F, 0x1.3721dap-2F};
};

/// A biased exponent as the number that it stands for.
template <class D>
HWY_INLINE hn::Vec<D> exponentOf(D d, hn::Vec<hn::RebindToUnsigned<D>> biased) {
  using Constants = LogConstants<hn::TFromD<D>>;
  using Bits = hn::RebindToUnsigned<D>;
  using Word = hn::TFromD<Bits>;
  // A small n as 2^kMantissaBits + n, without a conversion.
  constexpr int kBits = Constants::kMantissaBits;
  constexpr Word kBias = Constants::kOne >> kBits;
  constexpr Word kInteger = (kBias + Word{kBits}) << kBits;
  const auto number = hn::BitCast(d, hn::Or(biased, hn::Set(Bits(), kInteger)));
  return hn::Sub(number, hn::Set(d, static_cast<hn::TFromD<D>>((Word{1} << kBits) + kBias)));
}

/// x = 2^exponent mantissa, mantissa from sqrt(1/2) to sqrt(2).
template <class D>
struct Split {
  hn::Vec<D> exponent;
  hn::Vec<D> mantissa;
};

/// Of x > 0 that is neither denormal nor infinite.
template <class D>
HWY_INLINE Split<D> split(D d, hn::Vec<D> x) {
  using Constants = LogConstants<hn::TFromD<D>>;
  constexpr int kBits = Constants::kMantissaBits;
  const hn::RebindToUnsigned<D> bits;
  // The exponent counts from sqrt(1/2) and its powers of 2.
  const auto biased = hn::ShiftRight<kBits>(
      hn::Add(hn::BitCast(bits, x), hn::Set(bits, Constants::kOne - Constants::kRootHalf)));
  const auto mantissa = hn::Add(hn::Sub(hn::BitCast(bits, x), hn::ShiftLeft<kBits>(biased)),
                                hn::Set(bits, Constants::kOne));
  return {exponentOf(d, biased), hn::BitCast(d, mantissa)};
}

/// exponent ln 2 + ln(1 + f), 1 + f from sqrt(1/2) to sqrt(2), to 1 ulp. f may be more exact than
/// 1 + f could be.
template <class D>
HWY_INLINE hn::Vec<D> logarithmOfParts(D d, hn::Vec<D> exponent, hn::Vec<D> f) {
  using Value = hn::TFromD<D>;
  using Constants = LogConstants<Value>;
  const auto s = hn::Div(f, hn::Add(hn::Set(d, Value{2}), f));
  const auto z = hn::Mul(s, s);
  const auto rest = hn::Mul(z, polynomial(d, z, Constants::kSeries));
  // 2 s = f - s f = f - f^2 / 2 + s f^2 / 2, whose last term is as small as those of the series.
  const auto half = hn::Mul(hn::Mul(f, f), hn::Set(d, Value{0.5}));
  const auto low =
      multiplyAdd(s, hn::Add(half, rest), hn::Mul(exponent, hn::Set(d, Constants::kLn2Low)));
  return multiplyAdd(exponent, hn::Set(d, Constants::kLn2High), hn::Sub(f, hn::Sub(half, low)));
}

/// ln(numerator / denominator) of normal numbers whose ratio is normal too, with one division, to
/// 2 ulp.
template <class D>
HWY_INLINE hn::Vec<D> logarithmOfRatio(D d, hn::Vec<D> numerator, hn::Vec<D> denominator) {
  using Value = hn::TFromD<D>;
  using Constants = LogConstants<Value>;
  using Bits = hn::RebindToUnsigned<D>;
  using Word = hn::TFromD<Bits>;
  constexpr int kBits = Constants::kMantissaBits;
  const Bits bits;
  // The difference of the bits is the logarithm to base 2 but for at most 0.09, so that what is
  // left is a ratio within 2^-0.59 and 2^0.59.
  const auto top = hn::BitCast(bits, numerator);
  const auto biased = hn::ShiftRight<kBits>(
      hn::Sub(hn::Add(top, hn::Set(bits, Constants::kOne + (Word{1} << (kBits - 1)))),
              hn::BitCast(bits, denominator)));
  const auto scaled = hn::BitCast(
      d, hn::Add(hn::Sub(top, hn::ShiftLeft<kBits>(biased)), hn::Set(bits, Constants::kOne)));
  const auto exponent = exponentOf(d, biased);
  const auto s = hn::Div(hn::Sub(scaled, denominator), hn::Add(scaled, denominator));
  const auto z = hn::Mul(s, s);
  const auto rest = hn::Mul(hn::Mul(s, z), polynomial(d, z, Constants::kSeries));
  const auto low = multiplyAdd(exponent, hn::Set(d, Constants::kLn2Low), rest);
  return multiplyAdd(exponent, hn::Set(d, Constants::kLn2High), hn::Add(hn::Add(s, s), low));
}

/// ln x: -infinity at 0, NaN below; denormal numbers as what they are.
template <class D>
HWY_INLINE hn::Vec<D> logarithm(D d, hn::Vec<D> x) {
  using Value = hn::TFromD<D>;
  using Limits = std::numeric_limits<Value>;
  constexpr int kBits = LogConstants<Value>::kMantissaBits;
  constexpr auto kScale = static_cast<Value>(std::uint64_t{1} << (kBits + 1));
  const auto tiny = hn::Lt(x, hn::Set(d, Limits::min()));
  const Split<D> parts = split(d, hn::IfThenElse(tiny, hn::Mul(x, hn::Set(d, kScale)), x));
  const auto shift = hn::IfThenElseZero(tiny, hn::Set(d, Value{kBits + 1}));
  const auto y = logarithmOfParts(d, hn::Sub(parts.exponent, shift),
                                  hn::Sub(parts.mantissa, hn::Set(d, Value{1})));
  const auto zero = hn::Zero(d);
  const auto infinity = hn::Set(d, Limits::infinity());
  const auto pole =
      hn::IfThenElse(hn::Eq(x, zero), hn::Neg(infinity), hn::Set(d, Limits::quiet_NaN()));
  return hn::IfThenElse(hn::Eq(x, infinity), infinity, hn::IfThenElse(hn::Gt(x, zero), y, pole));
}

}  // namespace HWY_NAMESPACE
}  // namespace flipside
HWY_AFTER_NAMESPACE();

#endif
