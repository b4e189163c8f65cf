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

/// The 8 exponent bits of a float and 4 more, the 11 of a double and 4 more.
template <typename Value>
constexpr int kBinBits = std::is_same_v<Value, float> ? 12 : 15;
template <typename Value>
constexpr int kShift = 8 * sizeof(Value) - 1 - kBinBits<Value>;

/// visit(group, i, 0 or 1) of each weight in order, 1 where it is not pruned. Without a branch on
/// that, which nothing could predict.
template <typename Value, typename Visit>
void eachWeight(std::span<const PrunableWeights<Value>> groups, const Visit& visit) {
  for (const PrunableWeights<Value>& group : groups) {
    for (std::size_t i = 0; i < group.count; ++i) {
      visit(group, i, static_cast<std::size_t>(group.pruned[i] == Value{0}));
    }
  }
}

/// All weights below `below` are to go, and the first `ties` of those equal to it.
template <typename Value>
struct Threshold {
  Bits<Value> below = 0;
  std::size_t ties = 0;
};

template <typename Value>
Threshold<Value> thresholdOf(std::span<const PrunableWeights<Value>> groups, std::size_t wanted) {
  using Key = Bits<Value>;
  std::vector<std::size_t> counts(std::size_t{1} << kBinBits<Value>, 0);
  eachWeight(groups, [&](const auto& group, std::size_t i, std::size_t left) {
    counts[keyOf(group.w[i]) >> kShift<Value>] += left;
  });
  // Bins before this one go as a whole, and `rest` weights of it.
  std::size_t bin = 0;
  std::size_t rest = wanted;
  while (bin < counts.size() && counts[bin] <= rest) rest -= counts[bin++];
  const auto start = static_cast<Key>(static_cast<Key>(bin) << kShift<Value>);
  if (bin == counts.size() || rest == 0) return {start, 0};
  // One place more, for what is written and not kept.
  std::vector<Key> keys(counts[bin] + 1);
  std::size_t found = 0;
  eachWeight(groups, [&](const auto& group, std::size_t i, std::size_t left) {
    const Key key = keyOf(group.w[i]);
    keys[found] = key;
    found += left & static_cast<std::size_t>((key >> kShift<Value>) == bin);
  });
  keys.pop_back();
  const auto nth = keys.begin() + static_cast<std::ptrdiff_t>(rest - 1);
  std::ranges::nth_element(keys, nth);
  const Key threshold = *nth;
  const auto below = std::ranges::count_if(keys, [=](Key key) { return key < threshold; });
  return {threshold, rest - static_cast<std::size_t>(below)};
}

}  // namespace

template <typename Value>
void pruneSmallest(std::span<const PrunableWeights<Value>> groups, std::size_t wanted) {
  if (wanted == 0) return;
  Threshold<Value> threshold = thresholdOf(groups, wanted);
  for (const PrunableWeights<Value>& group : groups) {
    for (std::size_t i = 0; i < group.count && threshold.ties > 0; ++i) {
      if (keyOf(group.w[i]) != threshold.below || group.pruned[i] != Value{0}) continue;
      group.w[i] = Value{0};
      group.pruned[i] = Value{1};
      --threshold.ties;
    }
    // What is pruned is 0, and stays both.
    for (std::size_t i = 0; i < group.count; ++i) {
      const bool goes = keyOf(group.w[i]) < threshold.below;
      group.w[i] = goes ? Value{0} : group.w[i];
      group.pruned[i] = goes ? Value{1} : group.pruned[i];
    }
  }
}

template void pruneSmallest(std::span<const PrunableWeights<float>>, std::size_t);
template void pruneSmallest(std::span<const PrunableWeights<double>>, std::size_t);

}  // namespace flipside::network
