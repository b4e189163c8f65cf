// The divergence of variational dropout from its log-uniform prior, as Molchanov, Ashukha and
// Vetrov 2017 ("Variational dropout sparsifies deep neural networks", equation 14) approximate it,
// in lanes of one target. With t = log alpha and the constant k1 of theirs added, so that it is 0
// at infinity:
//
//   KL(t) = k1 sigmoid(-k2 - k3 t) + log(1 + e^-t) / 2.
#include <cstddef>
#include <type_traits>

// NOLINTNEXTLINE: included once per target
#if defined(FLIPSIDE_NETWORK_DIVERGENCE_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef FLIPSIDE_NETWORK_DIVERGENCE_INL_H
#undef FLIPSIDE_NETWORK_DIVERGENCE_INL_H
#else
#define FLIPSIDE_NETWORK_DIVERGENCE_INL_H
#endif

#include "hwy/highway.h"
#include "network/bounded_exponential-inl.h"
#include "simd/math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace flipside {
namespace network {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;
namespace lanes = flipside::HWY_NAMESPACE;

struct DivergenceConstants {
  static constexpr double k1 = 0.63576;
  static constexpr double k2 = 1.87320;
  static constexpr double k3 = 1.48695;
};

/// KL'(t) with e^t already known: -(k1 k3 s (1 - s) + 1 / (1 + e^t) / 2), s = sigmoid(k2 + k3 t),
/// over one denominator. A sum of positive terms, so that it is exact relative to itself.
template <class D>
HWY_INLINE hn::Vec<D> divergenceSlope(D d, hn::Vec<D> t, hn::Vec<D> power) {
  using Constants = DivergenceConstants;
  const auto one = every(d, 1.0);
  const auto x = lanes::multiplyAdd(every(d, Constants::k3), t, every(d, Constants::k2));
  // s (1 - s) = v / (1 + v)^2.
  const auto v = boundedExponential(d, hn::Neg(hn::Abs(x)));
  const auto rise = hn::Add(one, v);
  const auto square = hn::Mul(rise, rise);
  const auto sum = hn::Add(one, power);
  const auto numerator = lanes::multiplyAdd(hn::Mul(every(d, -Constants::k1 * Constants::k3), v),
                                            sum, hn::Mul(every(d, -0.5), square));
  return hn::Div(numerator, hn::Mul(square, sum));
}

/// The first terms of e^(-(3/2 - k3) t), enough where |t| <= 10.
template <typename Value>
struct SmallPower {
  static constexpr std::size_t kTerms = std::is_same_v<Value, float> ? 6 : 11;
  Value terms[kTerms];

  constexpr SmallPower() : terms{} {
    double term = 1.0;
    for (std::size_t n = 0; n < kTerms; ++n) {
      terms[n] = static_cast<Value>(term);
      term *= (DivergenceConstants::k3 - 1.5) / static_cast<double>(n + 1);
    }
  }
};

/// KL'(t) of |t| <= 10 with e^(t/2) already known, by one exponential less: k3 is nearly 3/2, so
/// that e^(k2 + k3 t) is its third power times what a short series gives.
template <class D>
HWY_INLINE hn::Vec<D> clampedDivergenceSlope(D d, hn::Vec<D> t, hn::Vec<D> root) {
  using Constants = DivergenceConstants;
  static constexpr SmallPower<hn::TFromD<D>> kSmall;
  constexpr double kShift = 6.50909220330510829;  // e^k2
  const auto one = every(d, 1.0);
  const auto power = hn::Mul(root, root);
  const auto cube = hn::Mul(hn::Mul(every(d, kShift), root), power);
  // s (1 - s) = v / (1 + v)^2.
  const auto v = hn::Mul(cube, lanes::polynomial(d, t, kSmall.terms));
  const auto rise = hn::Add(one, v);
  const auto square = hn::Mul(rise, rise);
  const auto sum = hn::Add(one, power);
  const auto numerator = lanes::multiplyAdd(hn::Mul(every(d, -Constants::k1 * Constants::k3), v),
                                            sum, hn::Mul(every(d, -0.5), square));
  return hn::Div(numerator, hn::Mul(square, sum));
}

/// KL(t), to a few units in the last place.
HWY_INLINE hn::Vec<hn::ScalableTag<double>> divergence(hn::ScalableTag<double> d,
                                                       hn::Vec<hn::ScalableTag<double>> t) {
  using Constants = DivergenceConstants;
  const auto one = every(d, 1.0);
  const auto x = lanes::multiplyAdd(every(d, Constants::k3), t, every(d, Constants::k2));
  const auto cost = hn::Mul(every(d, Constants::k1), lanes::sigmoidOfMinus(d, x));
  // log(1 + e^-t) = max(-t, 0) + log(1 + f), f = e^-|t|, and 1 + f may be above sqrt(2).
  const auto f = boundedExponential(d, hn::Neg(hn::Abs(t)));
  const auto large = hn::Gt(f, every(d, 0.4142));
  const auto rest = hn::IfThenElse(large, hn::Mul(hn::Sub(f, one), every(d, 0.5)), f);
  const auto logarithm = lanes::logarithmOfParts(d, hn::IfThenElseZero(large, one), rest);
  const auto fall = hn::Add(hn::Max(hn::Neg(t), hn::Zero(d)), logarithm);
  return lanes::multiplyAdd(every(d, 0.5), fall, cost);
}

}  // namespace HWY_NAMESPACE
}  // namespace network
}  // namespace flipside
HWY_AFTER_NAMESPACE();

#endif
