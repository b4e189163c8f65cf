#include "solvers/batch_means.h"

#include <algorithm>

namespace flipside {

void BatchMeans::add(std::span<const double> w) {
  for (std::size_t j = 0; j < size_; ++j) open_[j] += w[j];
  if (++filled_ < length_) return;
  for (double& value : open_) value /= static_cast<double>(length_);
  blocks_.push_back(open_);
  std::ranges::fill(open_, 0.0);
  filled_ = 0;
}

void BatchMeans::merge() {
  for (std::size_t b = 0; 2 * b + 1 < blocks_.size(); ++b) {
    for (std::size_t j = 0; j < size_; ++j) {
      blocks_[b][j] = 0.5 * (blocks_[2 * b][j] + blocks_[2 * b + 1][j]);
    }
  }
  blocks_.resize(blocks_.size() / 2);
  length_ *= 2;
}

std::vector<std::vector<double>> BatchMeans::tail() const {
  return {blocks_.begin() + static_cast<std::ptrdiff_t>(blocks_.size() / 2), blocks_.end()};
}

std::vector<double> BatchMeans::mean() const {
  std::vector<double> out(open_);
  auto rounds = static_cast<double>(filled_);
  for (std::size_t b = blocks_.size() / 2; b < blocks_.size(); ++b) {
    for (std::size_t j = 0; j < size_; ++j) {
      out[j] += static_cast<double>(length_) * blocks_[b][j];
    }
    rounds += static_cast<double>(length_);
  }
  for (double& value : out) value /= rounds;
  return out;
}

}  // namespace flipside
