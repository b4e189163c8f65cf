#include "network/pass_kernels.h"

#include <algorithm>
#include <limits>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "network/pass_kernels.cc"
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

template <typename Value>
void add(double scale, double cap, std::size_t count, const Value* w, const Value* slopes,
         Value* g) {
  const hn::ScalableTag<Value> d;
  // Finite, so that its product with 0 is 0.
  const double most = static_cast<double>(std::numeric_limits<Value>::max());
  const auto limit = hn::Set(d, static_cast<Value>(std::min(cap, most)));
  const auto factor = hn::Set(d, static_cast<Value>(scale));
  eachLane(d, count, [&](auto at) HWY_ATTR {
    const auto x = at.load(w);
    const auto slope = at.load(slopes);
    const auto bound = hn::Mul(limit, hn::Abs(x));
    const auto size = hn::IfThenElse(hn::Gt(slope, bound), bound, slope);
    const auto added = hn::CopySign(hn::Mul(factor, size), x);
    at.store(hn::Add(at.load(g), added), g);
  });
}

template <typename Value>
void shrunk(std::size_t count, const Value* slopes, const Value* rates, Value* w) {
  const hn::ScalableTag<Value> d;
  const auto zero = hn::Zero(d);
  eachLane(d, count, [&](auto at) HWY_ATTR {
    const auto x = at.load(w);
    const auto slope = at.load(slopes);
    const auto size = hn::Abs(x);
    // Not infinity times 0 where nothing is to be shrunk.
    const auto step = hn::IfThenElseZero(hn::Ne(slope, zero), hn::Mul(slope, at.load(rates)));
    const auto alpha = hn::Div(size, hn::Add(size, step));
    at.store(hn::IfThenElseZero(hn::Ne(x, zero), hn::Mul(alpha, x)), w);
  });
}

template <typename Value>
void ratio(double atZero, std::size_t count, const Value* w, const Value* slopes, Value* out) {
  const hn::ScalableTag<Value> d;
  const auto limit = hn::Set(d, static_cast<Value>(atZero));
  const auto zero = hn::Zero(d);
  eachLane(d, count, [&](auto at) HWY_ATTR {
    const auto size = hn::Abs(at.load(w));
    const auto quotient = hn::Div(at.load(slopes), size);
    at.store(hn::IfThenElse(hn::Eq(size, zero), limit, quotient), out);
  });
}

template <typename Value>
void keep(std::size_t count, const Value* variances, Value* out) {
  const hn::ScalableTag<Value> d;
  const auto one = hn::Set(d, Value{1});
  eachLane(d, count, [&](auto at) HWY_ATTR {
    at.store(hn::Div(one, hn::Add(one, at.load(variances))), out);
  });
}

template <typename Value>
void roots(std::size_t count, const Value* variances, Value* out) {
  const hn::ScalableTag<Value> d;
  eachLane(d, count, [&](auto at) HWY_ATTR { at.store(hn::Sqrt(at.load(variances)), out); });
}

template <typename Value>
void product(std::size_t count, const Value* a, const Value* b, Value* out) {
  const hn::ScalableTag<Value> d;
  eachLane(d, count, [&](auto at) HWY_ATTR { at.store(hn::Mul(at.load(a), at.load(b)), out); });
}

template <typename Value>
void sigmoid(std::size_t count, const Value* x, Value* out) {
  const hn::ScalableTag<Value> d;
  const auto one = hn::Set(d, Value{1});
  eachLane(d, count, [&](auto at) HWY_ATTR {
    const auto power = exponential(d, hn::Neg(at.load(x)));
    at.store(hn::Div(one, hn::Add(one, power)), out);
  });
}

}  // namespace HWY_NAMESPACE
}  // namespace network
}  // namespace flipside
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace flipside::network {

template <typename Value>
void addSlopes(double scale, double cap, std::size_t count, const Value* w, const Value* slopes,
               Value* g) {
  static constexpr auto table = FLIPSIDE_SIMD_TABLE(add<Value>);
  table.chosen()(scale, cap, count, w, slopes, g);
}

template <typename Value>
void shrink(std::size_t count, const Value* slopes, const Value* rates, Value* w) {
  static constexpr auto table = FLIPSIDE_SIMD_TABLE(shrunk<Value>);
  table.chosen()(count, slopes, rates, w);
}

template <typename Value>
void quotients(double atZero, std::size_t count, const Value* w, const Value* slopes, Value* out) {
  static constexpr auto table = FLIPSIDE_SIMD_TABLE(ratio<Value>);
  table.chosen()(atZero, count, w, slopes, out);
}

template <typename Value>
void keepOfVariances(std::size_t count, const Value* variances, Value* out) {
  static constexpr auto table = FLIPSIDE_SIMD_TABLE(keep<Value>);
  table.chosen()(count, variances, out);
}

template <typename Value>
void deviations(std::size_t count, const Value* variances, Value* out) {
  static constexpr auto table = FLIPSIDE_SIMD_TABLE(roots<Value>);
  table.chosen()(count, variances, out);
}

template <typename Value>
void multiply(std::size_t count, const Value* a, const Value* b, Value* out) {
  static constexpr auto table = FLIPSIDE_SIMD_TABLE(product<Value>);
  table.chosen()(count, a, b, out);
}

template <typename Value>
void sigmoids(std::size_t count, const Value* x, Value* out) {
  static constexpr auto table = FLIPSIDE_SIMD_TABLE(sigmoid<Value>);
  table.chosen()(count, x, out);
}

#define FLIPSIDE_INSTANTIATE(Value)                                                         \
  template void addSlopes(double, double, std::size_t, const Value*, const Value*, Value*); \
  template void shrink(std::size_t, const Value*, const Value*, Value*);                    \
  template void quotients(double, std::size_t, const Value*, const Value*, Value*);         \
  template void keepOfVariances(std::size_t, const Value*, Value*);                         \
  template void deviations(std::size_t, const Value*, Value*);                              \
  template void multiply(std::size_t, const Value*, const Value*, Value*);                  \
  template void sigmoids(std::size_t, const Value*, Value*)
FLIPSIDE_INSTANTIATE(float);
FLIPSIDE_INSTANTIATE(double);
#undef FLIPSIDE_INSTANTIATE

}  // namespace flipside::network
#endif
