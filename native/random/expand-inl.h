// From the lanes of a comparison to stored elements, for the kernels of one target
// (simd/targets.h).
#include <cstddef>
#include <cstdint>
#include <cstring>

// NOLINTNEXTLINE: included once per target
#if defined(FLIPSIDE_EXPAND_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef FLIPSIDE_EXPAND_INL_H
#undef FLIPSIDE_EXPAND_INL_H
#else
#define FLIPSIDE_EXPAND_INL_H
#endif

#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace flipside {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// Elements that a kernel handles at a time: those of a word of packed bits.
constexpr std::size_t kWordBits = 64;

template <bool kStreaming, class D>
HWY_INLINE HWY_ATTR void storeLanes(D d, hn::Vec<D> values, hn::TFromD<D>* out) {
  if constexpr (kStreaming) {
    hn::Stream(values, d, out);
  } else {
    hn::StoreU(values, d, out);
  }
}

/// Bit l = lane l of a mask; at most 64 lanes.
template <class D>
HWY_INLINE HWY_ATTR std::uint64_t bitsOfMask(D d, hn::Mask<D> mask) {
  std::uint64_t bits = 0;
#if HWY_TARGET == HWY_EMU128
  // Highway's branches on every lane.
  const hn::RebindToUnsigned<D> whole;
  hn::TFromD<decltype(whole)> lanes[hn::MaxLanes(D())];
  hn::StoreU(hn::BitCast(whole, hn::VecFromMask(d, mask)), whole, lanes);
  for (std::size_t l = 0; l < hn::MaxLanes(D()); ++l) bits |= std::uint64_t{lanes[l] & 1U} << l;
#else
  std::uint8_t bytes[8] = {};
  hn::StoreMaskBits(d, mask, bytes);
  std::memcpy(&bits, bytes, sizeof(bits));
#endif
  return bits;
}

/// out[j] = bit j of `word` ? kept : 0, for j < kWordBits.
template <bool kStreaming, typename Value>
HWY_INLINE HWY_ATTR void expandWord(std::uint64_t word, Value kept, Value* out) {
  const hn::ScalableTag<Value> d;
  const auto values = hn::Set(d, kept);
  for (std::size_t j = 0; j < kWordBits; j += hn::MaxLanes(d)) {
    std::uint8_t bytes[8];
    const std::uint64_t bits = word >> j;
    std::memcpy(bytes, &bits, sizeof(bits));
    storeLanes<kStreaming>(d, hn::IfThenElseZero(hn::LoadMaskBits(d, bytes), values), out + j);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace flipside
HWY_AFTER_NAMESPACE();

#endif
