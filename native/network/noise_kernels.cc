#include "network/noise_kernels.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "network/noise_kernels.cc"
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

template <typename Value>
void squares(std::size_t count, const Value* a, Value* out) {
  const hn::ScalableTag<Value> d;
  eachLane(d, count, [=](auto at) HWY_ATTR {
    const auto x = at.load(a);
    at.store(hn::Mul(x, x), out);
  });
}

template <typename Value>
void spread(std::size_t count, double least, const Value* normals, Value* spreads, Value* z) {
  const hn::ScalableTag<Value> d;
  const auto more = hn::Set(d, static_cast<Value>(least));
  eachLane(d, count, [=](auto at) HWY_ATTR {
    const auto root = hn::Sqrt(hn::Add(at.load(spreads), more));
    at.store(root, spreads);
    at.store(hn::Add(at.load(z), hn::Mul(root, at.load(normals))), z);
  });
}

template <typename Value>
void slopes(std::size_t count, const Value* deltas, const Value* normals, Value* spreads) {
  const hn::ScalableTag<Value> d;
  eachLane(d, count, [=](auto at) HWY_ATTR {
    const auto root = at.load(spreads);
    const auto product = hn::Mul(at.load(deltas), at.load(normals));
    at.store(hn::Div(product, hn::Add(root, root)), spreads);
  });
}

template <typename Value>
void squareSlopes(std::size_t count, const Value* a, const Value* given, Value* deltas) {
  const hn::ScalableTag<Value> d;
  eachLane(d, count, [=](auto at) HWY_ATTR {
    const auto x = at.load(a);
    const auto added = hn::Mul(hn::Add(x, x), at.load(given));
    at.store(hn::Add(at.load(deltas), added), deltas);
  });
}

}  // namespace HWY_NAMESPACE
}  // namespace network
}  // namespace flipside
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace flipside::network {

template <typename Value>
void squareAll(std::size_t count, const Value* a, Value* out) {
  static constexpr auto table = FLIPSIDE_SIMD_TABLE(squares<Value>);
  table.chosen()(count, a, out);
}

template <typename Value>
void spreadOutputs(std::size_t count, double least, const Value* normals, Value* spreads,
                   Value* z) {
  static constexpr auto table = FLIPSIDE_SIMD_TABLE(spread<Value>);
  table.chosen()(count, least, normals, spreads, z);
}

template <typename Value>
void spreadSlopes(std::size_t count, const Value* deltas, const Value* normals, Value* spreads) {
  static constexpr auto table = FLIPSIDE_SIMD_TABLE(slopes<Value>);
  table.chosen()(count, deltas, normals, spreads);
}

template <typename Value>
void addSquareSlopes(std::size_t count, const Value* a, const Value* given, Value* deltas) {
  static constexpr auto table = FLIPSIDE_SIMD_TABLE(squareSlopes<Value>);
  table.chosen()(count, a, given, deltas);
}

#define FLIPSIDE_INSTANTIATE(Value)                                               \
  template void squareAll(std::size_t, const Value*, Value*);                     \
  template void spreadOutputs(std::size_t, double, const Value*, Value*, Value*); \
  template void spreadSlopes(std::size_t, const Value*, const Value*, Value*);    \
  template void addSquareSlopes(std::size_t, const Value*, const Value*, Value*)
FLIPSIDE_INSTANTIATE(float);
FLIPSIDE_INSTANTIATE(double);
#undef FLIPSIDE_INSTANTIATE

}  // namespace flipside::network
#endif
