// Blocks of Philox4x32-10 in bulk.
#pragma once

#include <cstddef>
#include <cstdint>

#include "random/address.h"

namespace flipside {

/// words[4 b .. 4 b + 3] = block number first + b (blockNumber(), address.h) for b < blocks, the
/// number taken modulo 2^64. Any alignment of 4 bytes.
void fillBlocks(const Address& address, std::uint64_t first, std::size_t blocks,
                std::uint32_t* words);

}  // namespace flipside
