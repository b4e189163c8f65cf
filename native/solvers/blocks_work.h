// The groups that a model is made of, and the Hessian of L on their columns.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "solvers/blocks.h"

namespace flipside {

class BlockWork {
 public:
  BlockWork(const Problem& problem, const Blocks& blocks) : problem_(problem), blocks_(blocks) {
    clear();
  }

  void clear();
  /// Appends groups, by their numbers, that are not there yet.
  void add(std::span<const std::size_t> groups);
  bool has(std::size_t group) const { return present_[group]; }

  std::span<const std::size_t> groups() const { return groups_; }
  /// The columns of the k-th group are columns()[start(k)] ... columns()[start(k + 1) - 1].
  std::size_t start(std::size_t k) const { return starts_[k]; }
  std::span<const std::size_t> columns() const { return columns_; }
  std::size_t size() const { return columns_.size(); }

  /// The Hessian at these fitted values; of a quadratic loss what is there already is kept.
  void fill(std::span<const double> fitted);
  ConstMatrix hessian() const { return {values_.get(), size(), size(), capacity_}; }

 private:
  void reserve(std::size_t size);
  void append();
  void fromCurvatures(std::span<const double> fitted);
  void byDirections(std::span<const double> fitted);

  const Problem& problem_;
  const Blocks& blocks_;
  std::vector<char> present_;
  std::vector<std::size_t> groups_;
  std::vector<std::size_t> starts_;
  std::vector<std::size_t> columns_;
  std::unique_ptr<double[]> values_;
  std::size_t capacity_ = 0;
  std::size_t filled_ = 0;  // of a quadratic loss
};

}  // namespace flipside
