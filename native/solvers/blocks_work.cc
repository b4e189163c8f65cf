#include "solvers/blocks_work.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace flipside {

void BlockWork::clear() {
  present_.assign(blocks_.groups().size(), 0);
  groups_.clear();
  starts_.assign(1, 0);
  columns_.clear();
  filled_ = 0;
}

void BlockWork::add(std::span<const std::size_t> groups) {
  for (const std::size_t g : groups) {
    if (present_[g]) continue;
    present_[g] = 1;
    groups_.push_back(g);
    const auto columns = blocks_.columnsOf(blocks_.groups()[g]);
    columns_.insert(columns_.end(), columns.begin(), columns.end());
    starts_.push_back(columns_.size());
  }
}

void BlockWork::reserve(std::size_t size) {
  if (size <= capacity_) return;
  const std::size_t capacity = std::max(size, capacity_ + capacity_ / 2);
  auto larger = std::make_unique_for_overwrite<double[]>(capacity * capacity);
  for (std::size_t k = 0; k < filled_; ++k) {
    std::copy_n(&values_[k * capacity_], filled_, &larger[k * capacity]);
  }
  values_ = std::move(larger);
  capacity_ = capacity;
}

void BlockWork::fill(std::span<const double> fitted) {
  reserve(size());
  if (problem_.loss.quadratic()) {
    append();
  } else if (problem_.loss.diagonal()) {
    fromCurvatures(fitted);
  } else {
    byDirections(fitted);
  }
}

void BlockWork::append() {
  if (filled_ == size()) return;
  const auto fresh = columns().subspan(filled_);
  problem_.design.products(columns_, fresh, {},
                           {&values_[filled_ * capacity_], size(), fresh.size(), capacity_},
                           problem_.cancel);
  for (std::size_t b = filled_; b < size(); ++b) {
    for (std::size_t a = 0; a < filled_; ++a)
      values_[b + a * capacity_] = values_[a + b * capacity_];
  }
  filled_ = size();
}

void BlockWork::fromCurvatures(std::span<const double> fitted) {
  std::vector<double> v(fitted.size());
  problem_.loss.curvatures(fitted, problem_.y, v);
  const double sum = std::accumulate(v.begin(), v.end(), 0.0);
  const auto n = static_cast<double>(v.size());
  const MutableMatrix out{values_.get(), size(), size(), capacity_};
  problem_.design.products(columns_, columns_, v, out, problem_.cancel);
  if (!problem_.loss.freeIntercept() || !(sum > 0.0)) return;
  std::vector<double> mean(size());
  problem_.design.correlateSome(columns_, v, mean);
  for (std::size_t b = 0; b < size(); ++b) {
    const double scaled = mean[b] * (n / sum);
    for (std::size_t a = 0; a < size(); ++a) out(a, b) -= mean[a] * scaled;
  }
}

/// Column by column, as the Hessian of L in the fitted values is no diagonal.
void BlockWork::byDirections(std::span<const double> fitted) {
  std::vector<double> direction(fitted.size());
  std::vector<double> bent(fitted.size());
  const double one = 1.0;
  for (std::size_t b = 0; b < size(); ++b) {
    if (problem_.cancel != nullptr) problem_.cancel->poll();
    problem_.design.combine({&columns_[b], 1}, {&one, 1}, direction);
    problem_.loss.applyHessian(fitted, problem_.y, direction, bent);
    problem_.design.correlateSome(columns_, bent, {&values_[b * capacity_], size()});
  }
  // Symmetric to the last bit, as what uses it takes it to be.
  for (std::size_t b = 0; b < size(); ++b) {
    for (std::size_t a = 0; a < b; ++a) values_[b + a * capacity_] = values_[a + b * capacity_];
  }
}

}  // namespace flipside
