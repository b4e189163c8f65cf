#include "masks/arithmetic.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "masks/arithmetic.cc"
#include "simd/targets.h"
// The order matters.
#include "hwy/foreach_target.h"
//
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace flipside {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

template <typename Value>
HWY_INLINE std::size_t firstNotFiniteOf(const Value* values, std::size_t count) {
  const hn::ScalableTag<Value> lanes;
  const std::size_t width = hn::Lanes(lanes);
  std::size_t i = 0;
  for (; i + 4 * width <= count; i += 4 * width) {
    // x - x is 0, or NaN where x is not finite, and so is a sum of such.
    const auto zero = [&](std::size_t at) HWY_ATTR {
      const auto x = hn::LoadU(lanes, values + at);
      return hn::Sub(x, x);
    };
    const auto sum = hn::Add(hn::Add(zero(i), zero(i + width)),
                             hn::Add(zero(i + 2 * width), zero(i + 3 * width)));
    if (!hn::AllTrue(lanes, hn::Eq(sum, hn::Zero(lanes)))) break;
  }
  for (; i < count; ++i) {
    if (!std::isfinite(values[i])) return i;
  }
  return kAllValid;
}

template <typename Value>
HWY_INLINE void multiplyElementsOf(const Value* weights, const Value* mask, std::size_t count,
                                   Value* out, bool streaming) {
  const hn::ScalableTag<Value> lanes;
  const std::size_t width = hn::Lanes(lanes);
  const auto product = [&](std::size_t i) HWY_ATTR {
    return hn::Mul(hn::LoadU(lanes, weights + i), hn::LoadU(lanes, mask + i));
  };
  std::size_t i = 0;
  if (streaming) {
    // Only whole vectors at multiples of their size can be written past the caches.
    const std::size_t bytes = width * sizeof(Value);
    const std::size_t beyond = reinterpret_cast<std::uintptr_t>(out) % bytes / sizeof(Value);
    const std::size_t head = std::min(count, (width - beyond) % width);
    for (; i < head; ++i) out[i] = weights[i] * mask[i];
    for (; i + width <= count; i += width) hn::Stream(product(i), lanes, out + i);
  } else {
    for (; i + width <= count; i += width) hn::StoreU(product(i), lanes, out + i);
  }
  for (; i < count; ++i) out[i] = weights[i] * mask[i];
}

template <typename Value>
HWY_INLINE Value maskedDotOf(const Value* weights, const Value* mask, const Value* x,
                             std::size_t count) {
  constexpr std::size_t kSums = 128 / sizeof(Value);
  constexpr std::size_t kVectors = kSums / hn::MaxLanes(hn::ScalableTag<Value>());
  const hn::ScalableTag<Value> lanes;
  const std::size_t width = hn::Lanes(lanes);
  hn::Vec<decltype(lanes)> sums[kVectors];
  for (auto& sum : sums) sum = hn::Zero(lanes);
  const auto add = [&](const Value* w, const Value* s, const Value* factor) HWY_ATTR {
    for (std::size_t v = 0; v < kVectors; ++v) {
      const auto product =
          hn::Mul(hn::LoadU(lanes, w + v * width), hn::LoadU(lanes, s + v * width));
      sums[v] = hn::Add(sums[v], hn::Mul(product, hn::LoadU(lanes, factor + v * width)));
    }
  };
  std::size_t i = 0;
  for (; i + kSums <= count; i += kSums) add(weights + i, mask + i, x + i);
  if (i < count) {
    alignas(64) Value last[3][kSums] = {};
    std::copy(weights + i, weights + count, last[0]);
    std::copy(mask + i, mask + count, last[1]);
    std::copy(x + i, x + count, last[2]);
    add(last[0], last[1], last[2]);
  }
  alignas(64) Value tree[kSums];
  for (std::size_t v = 0; v < kVectors; ++v) hn::Store(sums[v], lanes, tree + v * width);
  for (std::size_t half = kSums / 2; half > 0; half /= 2) {
    for (std::size_t k = 0; k < half; ++k) tree[k] += tree[k + half];
  }
  return tree[0];
}

#define FLIPSIDE_KERNELS(Value, Name)                                                     \
  std::size_t firstNotFinite##Name(const Value* values, std::size_t count) {              \
    return firstNotFiniteOf(values, count);                                               \
  }                                                                                       \
  void multiplyElements##Name(const Value* weights, const Value* mask, std::size_t count, \
                              Value* out, bool streaming) {                               \
    multiplyElementsOf(weights, mask, count, out, streaming);                             \
  }                                                                                       \
  Value maskedDot##Name(const Value* weights, const Value* mask, const Value* x,          \
                        std::size_t count) {                                              \
    return maskedDotOf(weights, mask, x, count);                                          \
  }
FLIPSIDE_KERNELS(float, Float)
FLIPSIDE_KERNELS(double, Double)
#undef FLIPSIDE_KERNELS

}  // namespace HWY_NAMESPACE
}  // namespace flipside
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace flipside {
namespace {

/// Not worth the padding and the tree.
template <typename Value>
Value shortDot(const Value* weights, const Value* mask, const Value* x, std::size_t count) {
  double sum = 0.0;
  for (std::size_t i = 0; i < count; ++i) {
    const Value product = weights[i] * mask[i];
    sum += static_cast<double>(product) * static_cast<double>(x[i]);
  }
  return static_cast<Value>(sum);
}

}  // namespace

#define FLIPSIDE_DISPATCH(Value, Name)                                                          \
  std::size_t firstNotFinite(const Value* values, std::size_t count) {                          \
    static constexpr auto table = FLIPSIDE_SIMD_TABLE(firstNotFinite##Name);                    \
    return table.chosen()(values, count);                                                       \
  }                                                                                             \
  void multiplyElements(const Value* weights, const Value* mask, std::size_t count, Value* out, \
                        bool streaming) {                                                       \
    static constexpr auto table = FLIPSIDE_SIMD_TABLE(multiplyElements##Name);                  \
    table.chosen()(weights, mask, count, out, streaming);                                       \
  }                                                                                             \
  Value maskedDot(const Value* weights, const Value* mask, const Value* x, std::size_t count) { \
    static constexpr auto table = FLIPSIDE_SIMD_TABLE(maskedDot##Name);                         \
    if (count <= kShortDot) return shortDot(weights, mask, x, count);                           \
    return table.chosen()(weights, mask, x, count);                                             \
  }
FLIPSIDE_DISPATCH(float, Float)
FLIPSIDE_DISPATCH(double, Double)
#undef FLIPSIDE_DISPATCH

}  // namespace flipside
#endif
