#include "network/activation.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "network/activation.cc"
#include "simd/targets.h"
// The order matters.
#include "hwy/foreach_target.h"
//
#include "hwy/highway.h"
#include "network/each_lane-inl.h"
#include "simd/tanh-inl.h"

HWY_BEFORE_NAMESPACE();
namespace flipside {
namespace network {
namespace HWY_NAMESPACE {
namespace lanes = flipside::HWY_NAMESPACE;

template <typename Value>
void activations(Activation activation, std::size_t count, Value* values) {
  const hn::ScalableTag<Value> d;
  if (activation == Activation::relu) {
    eachLane(d, count, [&](auto at) HWY_ATTR {
      const auto z = at.load(values);
      at.store(hn::IfThenZeroElse(hn::Lt(z, hn::Zero(d)), z), values);
    });
  } else if (activation == Activation::tanh) {
    eachLane(d, count, [&](auto at) HWY_ATTR {
      at.store(lanes::hyperbolicTangent(d, at.load(values)), values);
    });
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
