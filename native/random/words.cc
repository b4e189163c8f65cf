#include "random/words.h"

#include <cstring>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "random/words.cc"
#include "simd/targets.h"
// The order matters.
#include "hwy/foreach_target.h"
//
#include "hwy/highway.h"
#include "random/philox-inl.h"

HWY_BEFORE_NAMESPACE();
namespace flipside {
namespace HWY_NAMESPACE {

void fillBlocks(const Address& address, std::uint64_t first, std::size_t blocks,
                std::uint32_t* words) {
  const Lanes lanes;
  const RoundKeys keys(address.seed);
  const std::size_t width = hn::Lanes(lanes);
  // Interleaving works within 16 bytes, so that lanes 0, 2, ... of the two halves of the block
  // numbers make the first vector of the result, lanes 1, 3, ... the second.
  const auto iota = hn::Iota(lanes, 0);
  const LaneVector order =
      hn::Add(hn::ShiftRight<1>(iota),
              hn::IfThenElseZero(hn::TestBit(iota, hn::Set(lanes, 1)), hn::Set(lanes, width / 2)));
  LaneVector index = hn::Add(hn::Set(lanes, first), order);
  const LaneVector step = hn::Set(lanes, width);
  const auto pair = [&](LaneVector at, std::uint64_t* out) HWY_ATTR {
    const BlockPair x = philoxLanes(keys, address.stream, at);
    hn::StoreU(hn::InterleaveLower(lanes, x.low, x.high), lanes, out);
    hn::StoreU(hn::InterleaveUpper(lanes, x.low, x.high), lanes, out + width);
  };
  std::size_t done = 0;
  for (; done + width <= blocks; done += width) {
    pair(index, reinterpret_cast<std::uint64_t*>(words + 4 * done));
    index = hn::Add(index, step);
  }
  if (done == blocks) return;
  alignas(64) std::uint64_t rest[2 * hn::MaxLanes(Lanes())];
  pair(index, rest);
  std::memcpy(words + 4 * done, rest, 16 * (blocks - done));
}

}  // namespace HWY_NAMESPACE
}  // namespace flipside
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace flipside {

void fillBlocks(const Address& address, std::uint64_t first, std::size_t blocks,
                std::uint32_t* words) {
  static constexpr auto table = FLIPSIDE_SIMD_TABLE(fillBlocks);
  table.chosen()(address, first, blocks, words);
}

}  // namespace flipside
#endif
