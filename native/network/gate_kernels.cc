#include "network/gate_kernels.h"

#include <algorithm>
#include <cmath>
#include <type_traits>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "network/gate_kernels.cc"
#include "network/precision.h"
#include "simd/targets.h"
// The order matters.
#include "hwy/foreach_target.h"
//
#include "hwy/highway.h"
#include "network/bounded_exponential-inl.h"
#include "network/each_lane-inl.h"
#include "simd/math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace flipside {
namespace network {
namespace HWY_NAMESPACE {

template <class D>
HWY_INLINE void gated(D d, const Block<hn::TFromD<D>>& block, hn::TFromD<D>* weights) {
  eachLane(d, block.count, [&](const auto& place) HWY_ATTR {
    place.store(hn::Mul(place.load(block.w), place.load(block.memory)), weights);
  });
}

/// P(s != 0) = sigmoid(theta - shift).
template <class D>
HWY_INLINE void gradients(D d, const Block<hn::TFromD<D>>& block, const HardConcreteShape& shape,
                          double strength, hn::TFromD<D>* g, hn::TFromD<D>* h) {
  const auto zero = hn::Zero(d);
  const auto one = every(d, 1.0);
  const auto gamma = every(d, shape.gamma);
  const auto zeta = every(d, shape.zeta);
  const auto shift = every(d, shape.beta * std::log(-shape.gamma / shape.zeta));
  const auto slope = every(d, 1.0 / (shape.beta * (shape.zeta - shape.gamma)));
  const auto scale = every(d, 0.5 * strength);
  eachLane(d, block.count, [&](const auto& place) HWY_ATTR {
    const auto s = place.load(block.memory);
    const auto data = place.load(g);
    // With sig = (s - gamma) / (zeta - gamma): (zeta - gamma) sig (1 - sig) / beta.
    const auto rate = hn::Mul(hn::Mul(hn::Sub(s, gamma), hn::Sub(zeta, s)), slope);
    const auto open = hn::And(hn::Gt(s, zero), hn::Lt(s, one));
    const auto flow = hn::IfThenElseZero(open, hn::Mul(hn::Mul(data, place.load(block.w)), rate));
    // P (1 - P) = v / (1 + v)^2.
    const auto x = hn::Sub(place.load(block.theta), shift);
    const auto v = boundedExponential(d, hn::Neg(hn::Abs(x)));
    const auto rise = hn::Add(one, v);
    const auto spread = hn::Div(hn::Mul(scale, v), hn::Mul(rise, rise));
    place.store(hn::Mul(data, s), g);
    place.store(hn::Add(flow, spread), h);
  });
}

template <class D>
HWY_INLINE void means(D d, const Block<hn::TFromD<D>>& block, const HardConcreteShape& shape,
                      hn::TFromD<D>* weights) {
  const auto one = every(d, 1.0);
  const auto gamma = every(d, shape.gamma);
  const auto zeta = every(d, shape.zeta);
  eachLane(d, block.count, [&](const auto& place) HWY_ATTR {
    const auto s = lanes::sigmoidOfMinus(d, hn::Neg(place.load(block.theta)));
    const auto gate = hn::Add(hn::Mul(zeta, s), hn::Mul(gamma, hn::Sub(one, s)));
    const auto within = hn::Min(one, hn::Max(hn::Zero(d), gate));
    place.store(hn::Mul(place.load(block.w), within), weights);
  });
}

template <class D>
HWY_INLINE void opens(D d, std::size_t count, const HardConcreteShape& shape,
                      const hn::TFromD<D>* theta, hn::TFromD<D>* out) {
  const auto shift = every(d, shape.beta * std::log(-shape.gamma / shape.zeta));
  eachLane(d, count, [&](const auto& place) HWY_ATTR {
    place.store(lanes::sigmoidOfMinus(d, hn::Sub(shift, place.load(theta))), out);
  });
}

#define FLIPSIDE_KERNELS(Name, Value)                                                              \
  void gated##Name(const Block<Value>& block, Value* weights) {                                    \
    gated(hn::ScalableTag<Value>(), block, weights);                                               \
  }                                                                                                \
  void gradients##Name(const Block<Value>& block, const HardConcreteShape& shape, double strength, \
                       Value* g, Value* h) {                                                       \
    gradients(hn::ScalableTag<Value>(), block, shape, strength, g, h);                             \
  }                                                                                                \
  void means##Name(const Block<Value>& block, const HardConcreteShape& shape, Value* weights) {    \
    means(hn::ScalableTag<Value>(), block, shape, weights);                                        \
  }                                                                                                \
  void opens##Name(std::size_t count, const HardConcreteShape& shape, const Value* theta,          \
                   Value* out) {                                                                   \
    opens(hn::ScalableTag<Value>(), count, shape, theta, out);                                     \
  }
FLIPSIDE_KERNELS(Floats, float)
FLIPSIDE_KERNELS(Doubles, double)
#undef FLIPSIDE_KERNELS

}  // namespace HWY_NAMESPACE
}  // namespace network
}  // namespace flipside
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace flipside::network {

template <typename Value>
void gatedWeights(const Block<Value>& block, Value* weights) {
  FLIPSIDE_CHOSEN(gated)(block, weights);
}

template <typename Value>
void gateGradients(const Block<Value>& block, const HardConcreteShape& shape, double strength,
                   Value* g, Value* h) {
  FLIPSIDE_CHOSEN(gradients)(block, shape, strength, g, h);
}

template <typename Value>
void gatedMeans(const Block<Value>& block, const HardConcreteShape& shape, Value* weights) {
  FLIPSIDE_CHOSEN(means)(block, shape, weights);
}

template <typename Value>
void gateKeep(const Block<Value>& block, const HardConcreteShape& shape, Value* keep) {
  FLIPSIDE_CHOSEN(opens)(block.count, shape, block.theta, keep);
}

template <typename Value>
double openGates(const Block<Value>& block, const HardConcreteShape& shape) {
  static constexpr auto table = FLIPSIDE_SIMD_TABLE(opensDoubles);
  double theta[kBlock];
  double sum = 0.0;
  for (std::size_t done = 0; done < block.count; done += kBlock) {
    const std::size_t count = std::min(kBlock, block.count - done);
    std::copy_n(block.theta + done, count, theta);
    table.chosen()(count, shape, theta, theta);
    for (std::size_t i = 0; i < count; ++i) sum += theta[i];
  }
  return sum;
}

#define FLIPSIDE_INSTANTIATE(Value)                                                          \
  template void gatedWeights(const Block<Value>&, Value*);                                   \
  template void gateGradients(const Block<Value>&, const HardConcreteShape&, double, Value*, \
                              Value*);                                                       \
  template void gatedMeans(const Block<Value>&, const HardConcreteShape&, Value*);           \
  template void gateKeep(const Block<Value>&, const HardConcreteShape&, Value*);             \
  template double openGates(const Block<Value>&, const HardConcreteShape&)
FLIPSIDE_INSTANTIATE(float);
FLIPSIDE_INSTANTIATE(double);
#undef FLIPSIDE_INSTANTIATE

}  // namespace flipside::network
#endif
