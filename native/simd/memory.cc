#include "simd/memory.h"

#include <algorithm>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "simd/memory.cc"
#include "simd/targets.h"
// The order matters.
#include "hwy/foreach_target.h"
//
#include "hwy/cache_control.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace flipside {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using Tag = hn::ScalableTag<std::uint32_t>;

/// Elements before the first that is aligned for a vector, as streaming stores need it; all in
/// memory of which none is.
std::size_t unaligned(const std::uint32_t* at, std::size_t count) {
  const std::size_t bytes = sizeof(*at) * hn::Lanes(Tag());
  const std::size_t past = reinterpret_cast<std::uintptr_t>(at) % bytes;
  if (past == 0) return 0;
  return past % sizeof(*at) == 0 ? std::min(count, (bytes - past) / sizeof(*at)) : count;
}

std::uint32_t readMemory(const std::uint32_t* from, std::size_t count) {
  constexpr std::size_t kChains = 4;
  const Tag tag;
  const std::size_t width = hn::Lanes(tag);
  auto a = hn::Zero(tag);
  auto b = hn::Zero(tag);
  auto c = hn::Zero(tag);
  auto d = hn::Zero(tag);
  std::size_t i = 0;
  for (; i + kChains * width <= count; i += kChains * width) {
    a = hn::Xor(a, hn::LoadU(tag, from + i));
    b = hn::Xor(b, hn::LoadU(tag, from + i + width));
    c = hn::Xor(c, hn::LoadU(tag, from + i + 2 * width));
    d = hn::Xor(d, hn::LoadU(tag, from + i + 3 * width));
  }
  alignas(64) std::uint32_t lanes[hn::MaxLanes(Tag())];
  hn::Store(hn::Xor(hn::Xor(a, b), hn::Xor(c, d)), tag, lanes);
  std::uint32_t all = 0;
  for (std::size_t lane = 0; lane < width; ++lane) all ^= lanes[lane];
  for (; i < count; ++i) all ^= from[i];
  return all;
}

void writeMemory(std::uint32_t* to, std::size_t count, std::uint32_t value) {
  const Tag tag;
  const std::size_t width = hn::Lanes(tag);
  std::size_t i = unaligned(to, count);
  std::fill_n(to, i, value);
  const auto values = hn::Set(tag, value);
  for (; i + width <= count; i += width) hn::Stream(values, tag, to + i);
  std::fill(to + i, to + count, value);
  hwy::FlushStream();
}

void copyMemory(std::uint32_t* to, const std::uint32_t* from, std::size_t count) {
  const Tag tag;
  const std::size_t width = hn::Lanes(tag);
  std::size_t i = unaligned(to, count);
  std::copy_n(from, i, to);
  for (; i + width <= count; i += width) hn::Stream(hn::LoadU(tag, from + i), tag, to + i);
  std::copy(from + i, from + count, to + i);
  hwy::FlushStream();
}

}  // namespace HWY_NAMESPACE
}  // namespace flipside
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace flipside {

std::uint32_t readMemory(const std::uint32_t* from, std::size_t count) {
  static constexpr auto table = FLIPSIDE_SIMD_TABLE(readMemory);
  return table.chosen()(from, count);
}

void writeMemory(std::uint32_t* to, std::size_t count, std::uint32_t value) {
  static constexpr auto table = FLIPSIDE_SIMD_TABLE(writeMemory);
  table.chosen()(to, count, value);
}

void copyMemory(std::uint32_t* to, const std::uint32_t* from, std::size_t count) {
  static constexpr auto table = FLIPSIDE_SIMD_TABLE(copyMemory);
  table.chosen()(to, from, count);
}

}  // namespace flipside
#endif
