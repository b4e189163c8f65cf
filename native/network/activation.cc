#include "network/activation.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "network/activation.cc"
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
namespace lanes = flipside::HWY_NAMESPACE;

/// Up to 1/2 the seventh convergent of Lambert's continued fraction x / (1 + x^2 / (3 + x^2 / (5 +
/// ...))), relative error 2e-16; beyond, 1 - 2 / (1 + e^(2 |x|)), where little cancels.
template <class D>
HWY_INLINE hn::Vec<D> hyperbolicTangent(D d, hn::Vec<D> x) {
  using Value = hn::TFromD<D>;
  const auto all = [&](double value) HWY_ATTR { return hn::Set(d, static_cast<Value>(value)); };
  const auto size = hn::Abs(x);
  const auto z = hn::Mul(size, size);
  const auto next = [&](auto sum, double coefficient)
                        HWY_ATTR { return hn::Add(hn::Mul(sum, z), all(coefficient)); };
  const auto over = hn::Mul(size, next(next(next(all(1), 378), 17325), 135135));
  const auto under = next(next(next(all(28), 3150), 62370), 135135);
  const auto power = lanes::exponential(d, hn::Add(size, size));
  const auto small = hn::Le(size, all(0.5));
  const auto quotient = hn::Div(hn::IfThenElse(small, over, all(2)),
                                hn::IfThenElse(small, under, hn::Add(all(1), power)));
  return hn::CopySign(hn::IfThenElse(small, quotient, hn::Sub(all(1), quotient)), x);
}

template <typename Value>
void activations(Activation activation, std::size_t count, Value* values) {
  const hn::ScalableTag<Value> d;
  if (activation == Activation::relu) {
    eachLane(d, count, [&](auto at) HWY_ATTR {
      const auto z = at.load(values);
      at.store(hn::IfThenZeroElse(hn::Lt(z, hn::Zero(d)), z), values);
    });
  } else if (activation == Activation::tanh) {
    eachLane(d, count,
             [&](auto at) HWY_ATTR { at.store(hyperbolicTangent(d, at.load(values)), values); });
  }
}

template <typename Value>
void slopeProducts(Activation activation, std::size_t count, const Value* a, Value* delta) {
  const hn::ScalableTag<Value> d;
  if (activation == Activation::relu) {
    eachLane(d, count, [&](auto at) HWY_ATTR {
      const auto open = hn::Gt(at.load(a), hn::Zero(d));
      at.store(hn::IfThenElseZero(open, at.load(delta)), delta);
    });
  } else if (activation == Activation::tanh) {
    const auto one = hn::Set(d, Value{1});
    eachLane(d, count, [&](auto at) HWY_ATTR {
      const auto value = at.load(a);
      const auto slope = hn::Mul(hn::Sub(one, value), hn::Add(one, value));
      at.store(hn::Mul(at.load(delta), slope), delta);
    });
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace network
}  // namespace flipside
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace flipside::network {

template <typename Value>
void activate(Activation activation, std::size_t count, Value* values) {
  static constexpr auto table = FLIPSIDE_SIMD_TABLE(activations<Value>);
  table.chosen()(activation, count, values);
}

template <typename Value>
void multiplyBySlopes(Activation activation, std::size_t count, const Value* a, Value* delta) {
  static constexpr auto table = FLIPSIDE_SIMD_TABLE(slopeProducts<Value>);
  table.chosen()(activation, count, a, delta);
}

template void activate(Activation, std::size_t, float*);
template void activate(Activation, std::size_t, double*);
template void multiplyBySlopes(Activation, std::size_t, const float*, float*);
template void multiplyBySlopes(Activation, std::size_t, const double*, double*);

}  // namespace flipside::network
#endif
