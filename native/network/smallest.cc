// The bits of a nonnegative floating-point number are ordered like the number, so that a count by
// their highest ones finds the few weights among which the last one to go is.
#include "network/smallest.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <type_traits>
#include <vector>

namespace flipside::network {
namespace {

template <typename Value>
using Bits = std::conditional_t<std::is_same_v<Value, float>, std::uint32_t, std::uint64_t>;

/// Ordered like the magnitude.
template <typename Value>
Bits<Value> keyOf(Value w) {
  return std::bit_cast<Bits<Value>>(std::abs(w));
}

constexpr int kBinBits = 15;

/// Of the 8 exponent bits and 7 more of a float, the 11 and 4 more of a double.
template <typename Value>
std::size_t binOf(Bits<Value> key) {
  return static_cast<std::size_t>(key >> (8 * sizeof(Value) - 1 - kBinBits));
}

/// visit(key, i, group) of each weight that is not pruned, in order, until it returns false.
template <typename Value, typename Visit>
void eachLeft(std::span<const PrunableWeights<Value>> groups, const Visit& visit) {
  for (const PrunableWeights<Value>& group : groups) {
    for (std::size_t i = 0; i < group.count; ++i) {
      if (group.pruned[i] == Value{0}) visit(keyOf(group.w[i]), i, group);
    }
  }
}

}  // namespace

template <typename Value>
void pruneSmallest(std::span<const PrunableWeights<Value>> groups, std::size_t wanted) {
  if (wanted == 0) return;
  using Key = Bits<Value>;
  std::vector<std::size_t> counts(std::size_t{1} << kBinBits, 0);
  eachLeft(groups, [&](Key key, std::size_t, const auto&) { ++counts[binOf<Value>(key)]; });
  // Bins before `last` go as a whole, and `rest` weights of that one.
  std::size_t last = 0;
  std::size_t rest = wanted;
  while (last < counts.size() && counts[last] <= rest) rest -= counts[last++];
  std::vector<Key> keys;
  Key threshold = 0;
  std::size_t below = 0;
  if (last < counts.size() && rest > 0) {
    keys.reserve(counts[last]);
    eachLeft(groups, [&](Key key, std::size_t, const auto&) {
      if (binOf<Value>(key) == last) keys.push_back(key);
    });
    const auto nth = keys.begin() + static_cast<std::ptrdiff_t>(rest - 1);
    std::ranges::nth_element(keys, nth);
    threshold = *nth;
    below = static_cast<std::size_t>(
        std::ranges::count_if(keys, [&](Key key) { return key < threshold; }));
  }
  // So many of those at the threshold.
  std::size_t ties = rest - below;
  eachLeft(groups, [&](Key key, std::size_t i, const auto& group) {
    const std::size_t bin = binOf<Value>(key);
    if (bin > last) return;
    if (bin == last) {
      if (key > threshold || rest == 0) return;
      if (key == threshold && ties-- == 0) {
        ties = 0;
        return;
      }
    }
    group.w[i] = Value{0};
    group.pruned[i] = Value{1};
  });
}

template void pruneSmallest(std::span<const PrunableWeights<float>>, std::size_t);
template void pruneSmallest(std::span<const PrunableWeights<double>>, std::size_t);

}  // namespace flipside::network
