// The average of a stochastic sequence of vectors and what its own course says of its error.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace flipside {

/// Adjacent vectors are averaged to blocks of equal length; when there are 2 kBlocks of them the
/// length doubles. The older half counts as the way there.
class BatchMeans {
 public:
  static constexpr std::size_t kBlocks = 32;

  explicit BatchMeans(std::size_t size) : size_(size), open_(size, 0.0) {}

  void add(std::span<const double> w);
  /// True after the vector that completed 2 kBlocks blocks.
  bool full() const { return blocks_.size() == 2 * kBlocks; }
  /// Makes pairs of blocks one.
  void merge();
  /// The newer half of the blocks, at least 1 if there is one; the last is the newest.
  std::vector<std::vector<double>> tail() const;
  /// The mean of the tail and of what came after it.
  std::vector<double> mean() const;

 private:
  std::size_t size_;
  std::size_t length_ = 1;
  std::size_t filled_ = 0;
  std::vector<double> open_;                 // the sum of the block that is not complete
  std::vector<std::vector<double>> blocks_;  // means
};

}  // namespace flipside
