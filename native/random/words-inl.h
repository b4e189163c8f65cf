// Blocks of Philox into memory, for the kernels of one target (simd/targets.h).
#include <cstddef>
#include <cstdint>

// NOLINTNEXTLINE: included once per target
#if defined(FLIPSIDE_WORDS_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef FLIPSIDE_WORDS_INL_H
#undef FLIPSIDE_WORDS_INL_H
#else
#define FLIPSIDE_WORDS_INL_H
#endif

#include "hwy/highway.h"
#include "random/philox-inl.h"

HWY_BEFORE_NAMESPACE();
namespace flipside {
namespace HWY_NAMESPACE {

/// Blocks per pair of vectors (BlockPair).
constexpr std::size_t kPairBlocks = hn::MaxLanes(Lanes());

/// The numbers of a pair whose first half are the blocks from `first` on, its second half those
/// from `second` on: interleaving works within 16 bytes, so that the even lanes make the first
/// vector in memory and the odd ones the second.
HWY_INLINE HWY_ATTR LaneVector pairNumbers(std::uint64_t first, std::uint64_t second) {
  const Lanes lanes;
  const LaneVector start = hn::OddEven(hn::Set(lanes, second), hn::Set(lanes, first));
  return hn::Add(start, hn::ShiftRight<1>(hn::Iota(lanes, 0)));
}

template <std::size_t kChains, typename Numbers>
HWY_INLINE HWY_ATTR void storePairs(const RoundKeys& keys, std::uint64_t stream, std::size_t pair,
                                    const Numbers& numbers, std::uint64_t* out) {
  const Lanes lanes;
  LaneVector index[kChains];
  for (std::size_t c = 0; c < kChains; ++c) index[c] = numbers(pair + c);
  BlockPair blocks[kChains];
  philoxChains<kChains>(keys, stream, index, blocks);
  out += 2 * kPairBlocks * pair;
  for (const BlockPair& x : blocks) {
    hn::StoreU(hn::InterleaveLower(lanes, x.low, x.high), lanes, out);
    hn::StoreU(hn::InterleaveUpper(lanes, x.low, x.high), lanes, out + kPairBlocks);
    out += 2 * kPairBlocks;
  }
}

/// The blocks of pairs 0 to pairs - 1, one after the other; numbers(p) as pairNumbers.
template <typename Numbers>
HWY_INLINE HWY_ATTR void storeBlocks(const RoundKeys& keys, std::uint64_t stream, std::size_t pairs,
                                     const Numbers& numbers, std::uint64_t* out) {
  std::size_t pair = 0;
#if HWY_TARGET != HWY_EMU128
  for (; pair + 8 <= pairs; pair += 8) storePairs<8>(keys, stream, pair, numbers, out);
  if (pair + 4 <= pairs) {
    storePairs<4>(keys, stream, pair, numbers, out);
    pair += 4;
  }
#endif
  for (; pair < pairs; ++pair) storePairs<1>(keys, stream, pair, numbers, out);
}

/// Blocks first, first + 1, ...: whole pairs.
inline HWY_NOINLINE HWY_ATTR void storeRange(const RoundKeys& keys, std::uint64_t stream,
                                             std::uint64_t first, std::size_t pairs,
                                             std::uint64_t* out) {
  const Lanes lanes;
  const LaneVector start = pairNumbers(first, first + kPairBlocks / 2);
  const auto numbers = [&](std::size_t pair)
                           HWY_ATTR { return hn::Add(start, hn::Set(lanes, pair * kPairBlocks)); };
  storeBlocks(keys, stream, pairs, numbers, out);
}

}  // namespace HWY_NAMESPACE
}  // namespace flipside
HWY_AFTER_NAMESPACE();

#endif
