#include "random/words.h"

#include <cstring>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "random/words.cc"
#include "simd/targets.h"
// The order matters.
#include "hwy/foreach_target.h"
//
#include "hwy/highway.h"
#include "random/words-inl.h"

HWY_BEFORE_NAMESPACE();
namespace flipside {
namespace HWY_NAMESPACE {

void fillBlocks(const Address& address, std::uint64_t first, std::size_t blocks,
                std::uint32_t* words) {
  const RoundKeys keys(address.seed);
  const std::size_t whole = blocks / kPairBlocks;
  const std::size_t left = blocks % kPairBlocks;
  storeRange(keys, address.stream, first, whole, reinterpret_cast<std::uint64_t*>(words));
  if (left == 0) return;
  alignas(64) std::uint64_t rest[2 * kPairBlocks];
  storeRange(keys, address.stream, first + whole * kPairBlocks, 1, rest);
  std::memcpy(words + 4 * whole * kPairBlocks, rest, 16 * left);
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
