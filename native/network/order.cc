#include "network/order.h"

#include <array>
#include <cstddef>
#include <utility>

#include "network/step.h"
#include "random/words.h"

namespace flipside::network {
namespace {

constexpr std::size_t kBlocks = 256;

/// floor(count (high 2^32 + low) / 2^64), count < 2^31.
std::size_t below(std::uint64_t count, std::uint32_t high, std::uint32_t low) {
  return static_cast<std::size_t>((count * high + ((count * low) >> 32U)) >> 32U);
}

}  // namespace

void shuffleRows(std::uint64_t seed, std::uint64_t epoch, std::span<std::int32_t> rows) {
  const Address address = streamOf(seed, Purpose::order, 0, epoch);
  std::array<std::uint32_t, 4 * kBlocks> words;
  std::size_t next = words.size();
  std::uint64_t block = 0;
  for (std::size_t i = rows.size(); i-- > 1;) {
    if (next == words.size()) {
      fillBlocks(address, blockNumber(Domain::words, block), kBlocks, words.data());
      block += kBlocks;
      next = 0;
    }
    std::swap(rows[i], rows[below(i + 1, words[next], words[next + 1])]);
    next += 2;
  }
}

}  // namespace flipside::network
