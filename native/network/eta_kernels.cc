// With E = e^theta, eta = lambda E, the P(theta) = lambda eta f'(eta) of the penalties with a
// formula are, in the parameters of MaskForm:
//
//   logSum         lambda y / (1 + sqrt(1 + y))^2, y = 4 lambda E / epsilon^2
//   logSumSquares  2 lambda max(0, 1 - epsilon / (2 lambda E))
//   clipped        lambda^2 E min(1, a / (b + E))^2, because etaHat(w) = eta at w = a lambda eta /
//                  (b lambda + eta), where that is below eta
//   power          lambda^(1 + q) E^q, q = p / (2 - p)
//   sigmoid        theta^2 / E for theta > 0, else 0
//
// With a ridge (elastic_net.cc), of which eta is below 1 / ridge, left = 1 - ridge lambda E: it is
// P / left of the formula at share lambda and E / left.
#include "network/eta_kernels.h"

#include <cmath>
#include <limits>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "network/eta_kernels.cc"
#include "simd/targets.h"
// The order matters.
#include "hwy/foreach_target.h"
//
#include "hwy/highway.h"
#include "network/each_lane-inl.h"
#include "simd/math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace flipside {
namespace network {
namespace HWY_NAMESPACE {

using flipside::HWY_NAMESPACE::exponential;

/// The smaller of x and limit, and the larger, but NaN of NaN on every target.
template <class D>
HWY_INLINE hn::Vec<D> atMost(D d, hn::Vec<D> x, hn::TFromD<D> limit) {
  const auto most = hn::Set(d, limit);
  return hn::IfThenElse(hn::Gt(x, most), most, x);
}
template <class D>
HWY_INLINE hn::Vec<D> atLeast(D d, hn::Vec<D> x, hn::TFromD<D> limit) {
  const auto least = hn::Set(d, limit);
  return hn::IfThenElse(hn::Lt(x, least), least, x);
}

/// product(place, theta, e^-theta) gives lambda eta f'(eta).
template <typename Value, class Product>
HWY_INLINE void eachGradient(const EtaFactors& factors, const EtaArrays<Value>& arrays,
                             const Product& product) {
  const hn::ScalableTag<Value> d;
  constexpr auto kEnd = static_cast<Value>(sizeof(Value) == 4 ? 85.0 : 700.0);
  const auto scale = hn::Set(d, static_cast<Value>(factors.scale));
  const auto half = hn::Set(d, static_cast<Value>(0.5 * factors.scale));
  const auto decay = hn::Set(d, static_cast<Value>(factors.lambda * factors.decay));
  eachLane(d, arrays.count, [&](auto at) HWY_ATTR {
    const auto w = at.load(arrays.w);
    const auto theta = atLeast(d, atMost(d, at.load(arrays.theta), kEnd), -kEnd);
    const auto inverse = exponential(d, hn::Neg(theta));
    const auto slope = hn::Mul(w, inverse);
    const auto rest = hn::Add(product(at, theta, inverse), decay);
    at.store(hn::Add(at.load(arrays.g), hn::Mul(scale, slope)), arrays.g);
    at.store(hn::Mul(half, hn::Sub(rest, hn::Mul(w, slope))), arrays.h);
  });
}

template <typename Value>
void given(const EtaFactors& factors, const EtaArrays<Value>& arrays) {
  eachGradient(factors, arrays, [&](auto at, auto, auto) HWY_ATTR { return at.load(arrays.h); });
}

/// The same with a formula of (theta, E, 1 / E), which may not use theta with a ridge.
template <typename Value, class Formula>
HWY_INLINE void eachFormula(double ridge, const EtaFactors& factors, const EtaArrays<Value>& arrays,
                            const Formula& formula) {
  const hn::ScalableTag<Value> d;
  using Vector = hn::Vec<decltype(d)>;
  const auto one = hn::Set(d, Value{1});
  if (ridge == 0.0) {
    return eachGradient(factors, arrays, [&](auto, Vector theta, Vector inverse) HWY_ATTR {
      return formula(theta, hn::Div(one, inverse), inverse);
    });
  }
  const auto factor = hn::Set(d, static_cast<Value>(ridge * factors.lambda));
  const auto most = hn::Set(d, static_cast<Value>(kMostProduct));
  eachGradient(factors, arrays, [&](auto, Vector theta, Vector inverse) HWY_ATTR {
    // left / E and left.
    const auto quotient = hn::Sub(inverse, factor);
    const auto left = hn::Div(quotient, inverse);
    const auto product = hn::Div(formula(theta, hn::Div(one, quotient), quotient), left);
    const auto outside = hn::Le(quotient, hn::Zero(d));
    return hn::IfThenElse(outside, most, atMost(d, product, hn::GetLane(most)));
  });
}

template <typename Value>
void formed(const MaskForm& form, const EtaFactors& factors, const EtaArrays<Value>& arrays) {
  using Kind = MaskForm::Kind;
  const hn::ScalableTag<Value> d;
  using Vector = hn::Vec<decltype(d)>;
  const auto all = [d](double value) HWY_ATTR { return hn::Set(d, static_cast<Value>(value)); };
  const double lambda = form.share * factors.lambda;
  const double ridge = form.ridge;
  const auto zero = hn::Zero(d);
  const auto one = all(1.0);
  switch (form.kind) {
    case Kind::logSum: {
      const auto factor = all(4.0 * lambda / form.a / form.a);
      const auto scale = all(lambda);
      return eachFormula(ridge, factors, arrays, [&](Vector, Vector e, Vector) HWY_ATTR {
        const auto y = atMost(d, hn::Mul(factor, e), std::numeric_limits<Value>::max());
        const auto sum = hn::Add(one, hn::Sqrt(hn::Add(one, y)));
        return hn::Mul(scale, hn::Div(hn::Div(y, sum), sum));
      });
    }
    case Kind::logSumSquares: {
      const auto factor = all(0.5 * form.a / lambda);
      const auto scale = all(2.0 * lambda);
      return eachFormula(ridge, factors, arrays, [&](Vector, Vector, Vector inverse) HWY_ATTR {
        const auto left = hn::Sub(one, hn::Mul(factor, inverse));
        return hn::IfThenElse(hn::Lt(left, zero), zero, hn::Mul(scale, left));
      });
    }
    case Kind::clipped: {
      const auto a = all(form.a);
      const auto b = all(form.b);
      const auto scale = all(lambda * lambda);
      return eachFormula(ridge, factors, arrays, [&](Vector, Vector e, Vector) HWY_ATTR {
        const auto slope = atMost(d, hn::Div(a, hn::Add(b, e)), Value{1});
        return hn::Mul(scale, hn::Mul(hn::Mul(e, slope), slope));
      });
    }
    case Kind::power: {
      const double q = form.a / (2.0 - form.a);
      const auto scale = all(std::pow(lambda, 1.0 + q));
      const auto exponent = all(q);
      if (q == 1.0) {
        return eachFormula(ridge, factors, arrays,
                           [&](Vector, Vector e, Vector) HWY_ATTR { return hn::Mul(scale, e); });
      }
      return eachFormula(0.0, factors, arrays, [&](Vector theta, Vector, Vector) HWY_ATTR {
        return hn::Mul(scale, exponential(d, hn::Mul(exponent, theta)));
      });
    }
    default:
      return eachFormula(0.0, factors, arrays, [&](Vector theta, Vector, Vector inverse) HWY_ATTR {
        const auto positive = hn::IfThenElse(hn::Lt(theta, zero), zero, theta);
        return hn::Mul(hn::Mul(positive, positive), inverse);
      });
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace network
}  // namespace flipside
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace flipside::network {

bool etaServed(const MaskForm& form, double lambda) {
  using Kind = MaskForm::Kind;
  const auto within = [](double value) { return value > 1e-15 && value < 1e15; };
  if (!form.closed()) return false;
  const bool plain = form.share == 1.0 && form.ridge == 0.0;
  if (form.kind == Kind::sigmoid) return plain;
  if (!within(form.share * lambda)) return false;
  // Of a p next to 2, q is large.
  if (form.kind == Kind::power) return form.a == 1.0 || (plain && form.a <= 1.5);
  return within(form.a) && (form.kind != Kind::clipped || within(form.b));
}

template <typename Value>
void etaGradients(const EtaFactors& factors, const EtaArrays<Value>& arrays) {
  static constexpr auto table = FLIPSIDE_SIMD_TABLE(given<Value>);
  table.chosen()(factors, arrays);
}

template <typename Value>
void etaFormGradients(const MaskForm& form, const EtaFactors& factors,
                      const EtaArrays<Value>& arrays) {
  static constexpr auto table = FLIPSIDE_SIMD_TABLE(formed<Value>);
  table.chosen()(form, factors, arrays);
}

#define FLIPSIDE_INSTANTIATE(Value)                                       \
  template void etaGradients(const EtaFactors&, const EtaArrays<Value>&); \
  template void etaFormGradients(const MaskForm&, const EtaFactors&, const EtaArrays<Value>&)
FLIPSIDE_INSTANTIATE(float);
FLIPSIDE_INSTANTIATE(double);
#undef FLIPSIDE_INSTANTIATE

}  // namespace flipside::network
#endif
