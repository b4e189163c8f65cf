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

/// The round keys of a seed, computed once per call.
struct RoundKeys {
  static constexpr int kRounds = 10;
  std::uint64_t first[kRounds];
  std::uint64_t second[kRounds];

  explicit RoundKeys(std::uint64_t seed) {
    auto key0 = static_cast<std::uint32_t>(seed);
    auto key1 = static_cast<std::uint32_t>(seed >> 32U);
    for (int round = 0; round < kRounds; ++round) {
      first[round] = key0;
      second[round] = key1;
      key0 += 0x9E3779B9U;
      key1 += 0xBB67AE85U;
    }
  }
};

/// Blocks whose numbers are the lanes of `index`.
HWY_INLINE BlockPair philoxLanes(const RoundKeys& keys, std::uint64_t stream, LaneVector index) {
  const Lanes lanes;
  const hn::Repartition<std::uint32_t, Lanes> halves;
  const auto product = [&](std::uint64_t factor, LaneVector x) HWY_ATTR {
    return hn::MulEven(hn::BitCast(halves, hn::Set(lanes, factor)), hn::BitCast(halves, x));
  };
  const auto exchanged = [&](LaneVector x) HWY_ATTR {
    return hn::BitCast(lanes, hn::Shuffle2301(hn::BitCast(halves, x)));
  };
  BlockPair x{index, hn::Set(lanes, stream)};
  for (int round = 0; round < RoundKeys::kRounds; ++round) {
    const LaneVector product0 = product(0xD2511F53U, x.low);
    const LaneVector product1 = product(0xCD9E8D57U, x.high);
    x.low =
        hn::Xor3(exchanged(product1), hn::ShiftRight<32>(x.low), hn::Set(lanes, keys.first[round]));
    x.high = hn::Xor3(exchanged(product0), hn::ShiftRight<32>(x.high),
                      hn::Set(lanes, keys.second[round]));
  }
  return x;
}

}  // namespace HWY_NAMESPACE
}  // namespace flipside
HWY_AFTER_NAMESPACE();

#endif
