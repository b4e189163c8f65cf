// The hyperbolic tangent in lanes of float or double, for the kernels of one target.
//
// tanh |x| = e / (e + 2) with e = e^(2|x|) - 1, and with 2|x| = n ln 2 + r as in exp-inl.h
// e = (2^n - 1) + 2^n (r + r^2 P(r)): nothing cancels, for small x neither.
#include <cstdint>

// NOLINTNEXTLINE: included once per target
#if defined(FLIPSIDE_TANH_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef FLIPSIDE_TANH_INL_H
#undef FLIPSIDE_TANH_INL_H
#else
#define FLIPSIDE_TANH_INL_H
#endif

#include "hwy/highway.h"
#include "simd/exp-inl.h"
#include "simd/log-inl.h"
#include "simd/polynomial-inl.h"

HWY_BEFORE_NAMESPACE();
namespace flipside {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// tanh x to 4 ulp, the same bits on all targets; NaN of NaN, -0 of -0.
template <class D>
HWY_INLINE hn::Vec<D> hyperbolicTangent(D d, hn::Vec<D> x) {
  using Value = hn::TFromD<D>;
  using Constants = ExpConstants<Value>;
  using Logarithm = LogConstants<Value>;
  using Bits = hn::RebindToUnsigned<D>;
  using Word = hn::TFromD<Bits>;
  const Bits bits;
  constexpr int kBits = Logarithm::kMantissaBits;
  constexpr auto kBias = static_cast<std::uint32_t>(Logarithm::kOne >> kBits);
  // As in powerParts: the lowest bits of the sum are n + kBias.
  constexpr auto kRound = static_cast<Value>((std::uint64_t{3} << (kBits - 1)) + kBias);
  const auto one = hn::Set(d, Value{1});
  // Beyond |x| = -kNegligible the quotient is 1.
  const auto twice =
      hn::Min(hn::Add(hn::Abs(x), hn::Abs(x)), hn::Set(d, Value{-2} * Constants::kNegligible));
  const auto rounded = multiplyAdd(twice, hn::Set(d, Constants::kInverseLn2), hn::Set(d, kRound));
  const auto n = hn::Sub(rounded, hn::Set(d, kRound));
  const auto r = hn::Sub(hn::Sub(twice, hn::Mul(n, hn::Set(d, Logarithm::kLn2High))),
                         hn::Mul(n, hn::Set(d, Logarithm::kLn2Low)));
  const auto less = hn::Add(r, hn::Mul(hn::Mul(r, r), polynomial(d, r, Constants::kSeries)));
  const auto biased = hn::And(hn::BitCast(bits, rounded), hn::Set(bits, Word{0xFFFF}));
  const auto power = hn::BitCast(d, hn::ShiftLeft<kBits>(biased));
  const auto e = hn::Add(hn::Sub(power, one), hn::Mul(power, less));
  const auto y = hn::CopySign(hn::Div(e, hn::Add(e, hn::Set(d, Value{2}))), x);
  return hn::IfThenElse(hn::Eq(x, x), y, x);
}

}  // namespace HWY_NAMESPACE
}  // namespace flipside
HWY_AFTER_NAMESPACE();

#endif
