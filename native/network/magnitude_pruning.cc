// Gradual magnitude pruning (Zhu and Gupta 2017, "To prune, or not to prune"): at the steps of a
// schedule the weights of smallest magnitude are set to 0 for good, so many that their fraction is
//
//   s(n) = final + (initial - final) (1 - (n - begin) / (end - begin))^3    after step n,
//
// initial before `begin` and final from `end` on. The steps are 0, begin, begin + interval, ... and
// end. s(n) of N weights are the nearest whole number to s(n) N. block.memory is 1 where a weight
// is pruned.
#include <algorithm>
#include <cmath>
#include <vector>

#include "network/factories.h"
#include "network/smallest.h"

namespace flipside::network {
namespace {

/// values = 0 where a weight is pruned.
template <typename Value>
void clearPruned(const Block<Value>& block, Value* values) {
  const Value* const pruned = block.memory;
  for (std::size_t i = 0; i < block.count; ++i) {
    values[i] = pruned[i] != Value{0} ? Value{0} : values[i];
  }
}

template <typename Value>
class MagnitudePruning final : public Method<Value> {
 public:
  explicit MagnitudePruning(const MethodOptions& options) : options_(options) {}

  MethodNeeds needs() const override {
    return {.memory = true, .rates = true, .wholeNetwork = true};
  }

  void gradients(const Step&, const Block<Value>& block, Value* g, Value*) const override {
    clearPruned(block, g);
  }

  /// An optimiser with momentum moves a weight whose gradient is 0.
  void afterStep(const Step&, const Block<Value>& block, const Value*) const override {
    clearPruned(block, block.w);
  }

  void wholeNetwork(const Step& step, std::span<const Block<Value>> layers) const override {
    if (!scheduled(step.number)) return;
    const double fraction = fractionAfter(step.number);
    std::vector<PrunableWeights<Value>> groups;
    for (const Block<Value>& layer : layers) groups.push_back({layer.w, layer.memory, layer.count});
    const std::span<const PrunableWeights<Value>> all(groups);
    if (!options_.perLayer) return pruneTo(fraction, all);
    for (std::size_t l = 0; l < all.size(); ++l) pruneTo(fraction, all.subspan(l, 1));
  }

  double penalty(const Step&, const Block<Value>&) const override { return 0.0; }

  void evaluation(const Step&, const Block<Value>& block, Value* weights,
                  Value* keep) const override {
    if (weights != nullptr) std::copy_n(block.w, block.count, weights);
    if (keep == nullptr) return;
    for (std::size_t i = 0; i < block.count; ++i) keep[i] = Value{1} - block.memory[i];
  }

 private:
  bool scheduled(std::uint64_t n) const {
    if (n > options_.end) return false;
    if (n == 0 || n == options_.end) return true;
    return n >= options_.begin && (n - options_.begin) % options_.interval == 0;
  }

  double fractionAfter(std::uint64_t n) const {
    if (n >= options_.end) return options_.finalSparsity;
    if (n <= options_.begin) return options_.initialSparsity;
    const double left =
        static_cast<double>(options_.end - n) / static_cast<double>(options_.end - options_.begin);
    return options_.finalSparsity +
           (options_.initialSparsity - options_.finalSparsity) * (left * left * left);
  }

  static void pruneTo(double fraction, std::span<const PrunableWeights<Value>> groups) {
    std::size_t count = 0;
    std::size_t pruned = 0;
    for (const PrunableWeights<Value>& group : groups) {
      count += group.count;
      pruned += static_cast<std::size_t>(std::count_if(
          group.pruned, group.pruned + group.count, [](Value flag) { return flag != Value{0}; }));
    }
    const auto wanted =
        static_cast<std::size_t>(std::floor(fraction * static_cast<double>(count) + 0.5));
    if (wanted > pruned) pruneSmallest(groups, wanted - pruned);
  }

  MethodOptions options_;
};

}  // namespace

template <typename Value>
std::unique_ptr<Method<Value>> makeMagnitudePruning(const MethodOptions& options) {
  return std::make_unique<MagnitudePruning<Value>>(options);
}

template std::unique_ptr<Method<float>> makeMagnitudePruning(const MethodOptions&);
template std::unique_ptr<Method<double>> makeMagnitudePruning(const MethodOptions&);

}  // namespace flipside::network
