// The smallest magnitudes of many weights.
#pragma once

#include <cstddef>
#include <span>

namespace flipside::network {

template <typename Value>
struct PrunableWeights {
  Value* w = nullptr;
  Value* pruned = nullptr;  ///< 1 where a weight is pruned, 0 elsewhere
  std::size_t count = 0;
};

/// Prunes the `wanted` weights of smallest magnitude among those that are not pruned yet, or all of
/// them: w = 0, pruned = 1. Of equal ones the first of all the groups, in order; NaN counts as
/// largest. In time proportional to the weights.
template <typename Value>
void pruneSmallest(std::span<const PrunableWeights<Value>> groups, std::size_t wanted);

}  // namespace flipside::network
