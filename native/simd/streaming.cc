#include "simd/streaming.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "hwy/cache_control.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "simd/streaming.cc"
#include "simd/targets.h"
// The order matters.
#include "hwy/foreach_target.h"
//
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace flipside {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

void copyBytes(const std::uint8_t* from, std::size_t count, std::uint8_t* to) {
  const hn::ScalableTag<std::uint8_t> bytes;
  const std::size_t width = hn::Lanes(bytes);
  const std::size_t head =
      std::min(count, (width - reinterpret_cast<std::uintptr_t>(to) % width) % width);
  std::memcpy(to, from, head);
  std::size_t done = head;
  for (; done + width <= count; done += width) {
    hn::Stream(hn::LoadU(bytes, from + done), bytes, to + done);
  }
  std::memcpy(to + done, from + done, count - done);
}

}  // namespace HWY_NAMESPACE
}  // namespace flipside
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace flipside {
namespace {

template <typename Value>
void copy(const Value* from, std::size_t count, Value* to) {
  static constexpr auto table = FLIPSIDE_SIMD_TABLE(copyBytes);
  table.chosen()(reinterpret_cast<const std::uint8_t*>(from), count * sizeof(Value),
                 reinterpret_cast<std::uint8_t*>(to));
}

}  // namespace

void copyStreaming(const float* from, std::size_t count, float* to) { copy(from, count, to); }
void copyStreaming(const double* from, std::size_t count, double* to) { copy(from, count, to); }

void finishStreaming() { hwy::FlushStream(); }

}  // namespace flipside
#endif
