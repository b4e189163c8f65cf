#include "losses/exponentials.h"

#include <cstring>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "losses/exponentials.cc"
#include "simd/targets.h"
// The order matters.
#include "hwy/foreach_target.h"
//
#include "hwy/highway.h"
#include "simd/math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace flipside {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

void exponentialsOf(double* values, std::size_t count) {
  const hn::ScalableTag<double> d;
  const std::size_t lanes = hn::Lanes(d);
  std::size_t i = 0;
  for (; i + lanes <= count; i += lanes) {
    hn::StoreU(exponential(d, hn::LoadU(d, values + i)), d, values + i);
  }
  if (i == count) return;
  HWY_ALIGN double rest[hn::MaxLanes(d)] = {};
  std::memcpy(rest, values + i, (count - i) * sizeof(double));
  hn::Store(exponential(d, hn::Load(d, rest)), d, rest);
  std::memcpy(values + i, rest, (count - i) * sizeof(double));
}

}  // namespace HWY_NAMESPACE
}  // namespace flipside
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace flipside {

void exponentials(std::span<double> values) {
  static constexpr auto table = FLIPSIDE_SIMD_TABLE(exponentialsOf);
  table.chosen()(values.data(), values.size());
}

}  // namespace flipside
#endif
