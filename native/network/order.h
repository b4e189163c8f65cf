// The order of the rows of an epoch.
#pragma once

#include <cstdint>
#include <span>

namespace flipside::network {

/// Shuffles by Fisher and Yates: for i = n - 1, ..., 1 the elements i and floor((i + 1) u) change
/// places, u = U 2^-64, where U is word 2 j times 2^32 plus word 2 j + 1 of streamOf(seed,
/// Purpose::order, 0, epoch), j = n - 1 - i. A permutation is more probable than another by less
/// than a factor 1 + n^2 2^-64.
void shuffleRows(std::uint64_t seed, std::uint64_t epoch, std::span<std::int32_t> rows);

}  // namespace flipside::network
