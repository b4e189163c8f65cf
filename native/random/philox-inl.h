// Philox4x32-10 in 64-bit lanes, for the kernels of one target (simd/targets.h): lane l of `low`
// holds words 0 and 1 of a block (word 0 in its lower half), lane l of `high` words 2 and 3. Then a
// round is, for each of the two, one product that gives both halves, an exchange of these, a shift
// and two exclusive ors.
#include <cstddef>
#include <cstdint>

// NOLINTNEXTLINE: included once per target
#if defined(FLIPSIDE_PHILOX_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef FLIPSIDE_PHILOX_INL_H
#undef FLIPSIDE_PHILOX_INL_H
#else
#define FLIPSIDE_PHILOX_INL_H
#endif

#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace flipside {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using Lanes = hn::ScalableTag<std::uint64_t>;
using LaneVector = hn::Vec<Lanes>;

struct BlockPair {
  LaneVector low;
  LaneVector high;
};

/// The round keys of a seed, computed once per call; where the rounds want them in a lane.
struct RoundKeys {
  static constexpr std::size_t kRounds = 10;
#if HWY_TARGET == HWY_AVX3
  static constexpr unsigned kKeyShift = 32;
#else
  static constexpr unsigned kKeyShift = 0;
#endif
  std::uint64_t first[kRounds];
  std::uint64_t second[kRounds];

  explicit RoundKeys(std::uint64_t seed) {
    auto key0 = static_cast<std::uint32_t>(seed);
    auto key1 = static_cast<std::uint32_t>(seed >> 32U);
    for (std::size_t round = 0; round < kRounds; ++round) {
      first[round] = std::uint64_t{key0} << kKeyShift;
      second[round] = std::uint64_t{key1} << kKeyShift;
      key0 += 0x9E3779B9U;
      key1 += 0xBB67AE85U;
    }
  }
};

/// Several vectors of blocks at once, which hides the latency of the products. Chain c gives the
/// blocks whose numbers are the lanes of index[c].
template <std::size_t kChains>
HWY_INLINE HWY_ATTR void philoxChains(const RoundKeys& keys, std::uint64_t stream,
                                      const LaneVector (&index)[kChains],
                                      BlockPair (&blocks)[kChains]) {
  const Lanes lanes;
  const hn::Repartition<std::uint32_t, Lanes> halves;
  using Halves = hn::Vec<decltype(halves)>;
  const auto exchanged = [&](Halves x) HWY_ATTR { return hn::Shuffle2301(x); };
  // A product has the new even word in its upper half and the new odd one, which is done, in its
  // lower; the even one takes the old odd one, from the upper half, and the key.
  const auto mixed = [&](LaneVector product, Halves x, Halves key) HWY_ATTR {
    const Halves words = hn::BitCast(halves, product);
#if HWY_TARGET == HWY_AVX3
    // One instruction, which GCC does not find.
    return exchanged(
        Halves{_mm512_mask_ternarylogic_epi32(words.raw, 0xAAAA, x.raw, key.raw, 0x96)});
#else
    return hn::Xor3(exchanged(words),
                    hn::BitCast(halves, hn::ShiftRight<32>(hn::BitCast(lanes, x))), key);
#endif
  };
  const Halves factor0 = hn::Set(halves, 0xD2511F53U);
  const Halves factor1 = hn::Set(halves, 0xCD9E8D57U);
  Halves low[kChains];
  Halves high[kChains];
  for (std::size_t c = 0; c < kChains; ++c) {
    low[c] = hn::BitCast(halves, index[c]);
    high[c] = hn::BitCast(halves, hn::Set(lanes, stream));
  }
  for (std::size_t round = 0; round < RoundKeys::kRounds; ++round) {
    const Halves key0 = hn::BitCast(halves, hn::Set(lanes, keys.first[round]));
    const Halves key1 = hn::BitCast(halves, hn::Set(lanes, keys.second[round]));
    for (std::size_t c = 0; c < kChains; ++c) {
      const LaneVector product0 = hn::MulEven(factor0, low[c]);
      const LaneVector product1 = hn::MulEven(factor1, high[c]);
      low[c] = mixed(product1, low[c], key0);
      high[c] = mixed(product0, high[c], key1);
    }
  }
  for (std::size_t c = 0; c < kChains; ++c) {
    blocks[c] = {hn::BitCast(lanes, low[c]), hn::BitCast(lanes, high[c])};
  }
}

/// Blocks whose numbers are the lanes of `index`.
HWY_INLINE HWY_ATTR BlockPair philoxLanes(const RoundKeys& keys, std::uint64_t stream,
                                          LaneVector index) {
  BlockPair blocks[1];
  philoxChains<1>(keys, stream, {index}, blocks);
  return blocks[0];
}

}  // namespace HWY_NAMESPACE
}  // namespace flipside
HWY_AFTER_NAMESPACE();

#endif
