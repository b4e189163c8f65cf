#include "network/optimizer_kernels.h"

#include <limits>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "network/optimizer_kernels.cc"
#include "simd/targets.h"
// The order matters.
#include "hwy/foreach_target.h"
//
#include "hwy/highway.h"
#include "network/each_lane-inl.h"

HWY_BEFORE_NAMESPACE();
namespace flipside {
namespace network {
namespace HWY_NAMESPACE {

/// Nothing of what is no normal number: arithmetic with those is slow on some machines, and a
/// moment that no gradient reaches any more would come down to them.
template <class D>
HWY_INLINE hn::Vec<D> normal(D d, hn::Vec<D> x) {
  const auto least = hn::Set(d, std::numeric_limits<hn::TFromD<D>>::min());
  return hn::IfThenZeroElse(hn::Lt(hn::Abs(x), least), x);
}

template <typename Value>
void adam(const AdamStep& step, const OptimizerArrays<Value>& arrays) {
  const hn::ScalableTag<Value> d;
  const auto all = [&](double value) HWY_ATTR { return hn::Set(d, static_cast<Value>(value)); };
  const auto firstShare = all(step.firstShare);
  const auto secondShare = all(step.secondShare);
  const auto rate = all(step.rate);
  const auto root = all(step.root);
  const auto epsilon = all(step.epsilon);
  // With shares of 1 - beta rather than beta itself, next to 1 of which a float has few digits.
  const auto mean = [](auto old, auto now, auto share) HWY_ATTR {
    return hn::Add(hn::Sub(old, hn::Mul(share, old)), hn::Mul(share, now));
  };
  const auto most = hn::Set(d, kMostGradient<Value>);
  // Copies, which no store through a pointer can change.
  const Value* const gradients = arrays.gradients;
  Value* const parameters = arrays.parameters;
  Value* const first = arrays.first;
  Value* const second = arrays.second;
  eachLane(d, arrays.count, [=](auto at) HWY_ATTR {
    const auto given = at.load(gradients);
    const auto large = hn::Gt(hn::Abs(given), most);
    const auto g = hn::IfThenElse(large, hn::CopySign(most, given), given);
    const auto m = normal(d, mean(at.load(first), g, firstShare));
    const auto v = normal(d, mean(at.load(second), hn::Mul(g, g), secondShare));
    at.store(m, first);
    at.store(v, second);
    const auto move = hn::Div(hn::Mul(rate, m), hn::Add(hn::Mul(hn::Sqrt(v), root), epsilon));
    at.store(hn::Sub(at.load(parameters), move), parameters);
  });
}

template <typename Value>
void plain(double rate, const OptimizerArrays<Value>& arrays) {
  const hn::ScalableTag<Value> d;
  const auto factor = hn::Set(d, static_cast<Value>(rate));
  eachLane(d, arrays.count, [&](auto at) HWY_ATTR {
    const auto move = hn::Mul(factor, at.load(arrays.gradients));
    at.store(hn::Sub(at.load(arrays.parameters), move), arrays.parameters);
  });
}

template <typename Value>
void momentum(double rate, double share, bool nesterov, const OptimizerArrays<Value>& arrays) {
  const hn::ScalableTag<Value> d;
  const auto factor = hn::Set(d, static_cast<Value>(rate));
  const auto kept = hn::Set(d, static_cast<Value>(share));
  eachLane(d, arrays.count, [&](auto at) HWY_ATTR {
    const auto g = at.load(arrays.gradients);
    const auto velocity = normal(d, hn::Add(hn::Mul(kept, at.load(arrays.first)), g));
    at.store(velocity, arrays.first);
    const auto direction = nesterov ? hn::Add(g, hn::Mul(kept, velocity)) : velocity;
    at.store(hn::Sub(at.load(arrays.parameters), hn::Mul(factor, direction)), arrays.parameters);
  });
}

template <typename Value>
void roots(double rate, std::size_t count, const Value* second, Value* out) {
  const hn::ScalableTag<Value> d;
  const auto factor = hn::Set(d, static_cast<Value>(rate));
  eachLane(d, count,
           [&](auto at) HWY_ATTR { at.store(hn::Div(factor, hn::Sqrt(at.load(second))), out); });
}

}  // namespace HWY_NAMESPACE
}  // namespace network
}  // namespace flipside
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace flipside::network {

template <typename Value>
void adamStep(const AdamStep& step, const OptimizerArrays<Value>& arrays) {
  static constexpr auto table = FLIPSIDE_SIMD_TABLE(adam<Value>);
  table.chosen()(step, arrays);
}

template <typename Value>
void plainStep(double rate, const OptimizerArrays<Value>& arrays) {
  static constexpr auto table = FLIPSIDE_SIMD_TABLE(plain<Value>);
  table.chosen()(rate, arrays);
}

template <typename Value>
void momentumStep(double rate, double share, bool nesterov, const OptimizerArrays<Value>& arrays) {
  static constexpr auto table = FLIPSIDE_SIMD_TABLE(momentum<Value>);
  table.chosen()(rate, share, nesterov, arrays);
}

template <typename Value>
void rootRates(double rate, std::size_t count, const Value* second, Value* out) {
  static constexpr auto table = FLIPSIDE_SIMD_TABLE(roots<Value>);
  table.chosen()(rate, count, second, out);
}

#define FLIPSIDE_INSTANTIATE(Value)                                                \
  template void adamStep(const AdamStep&, const OptimizerArrays<Value>&);          \
  template void plainStep(double, const OptimizerArrays<Value>&);                  \
  template void momentumStep(double, double, bool, const OptimizerArrays<Value>&); \
  template void rootRates(double, std::size_t, const Value*, Value*)
FLIPSIDE_INSTANTIATE(float);
FLIPSIDE_INSTANTIATE(double);
#undef FLIPSIDE_INSTANTIATE

}  // namespace flipside::network
#endif
