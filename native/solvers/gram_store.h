// The Gram matrix of a working set that grows and shrinks, in single precision. Descent reads
// little else, so half the bytes are half the time; what the rounding leaves in the solution is
// found in the gradient, which is computed from the data in double precision after each descent,
// and made good by the next.
#pragma once

#include <algorithm>
#include <memory>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

#include "solvers/risk.h"

namespace flipside {

class GramStock;

class GramStore {
 public:
  std::size_t size() const { return columns_.size(); }
  /// The columns of X in the order in which they came.
  std::span<const std::size_t> columns() const { return columns_; }
  /// Column k of the matrix, size() entries.
  const float* column(std::size_t k) const { return &values_[k * capacity_]; }
  /// Its diagonal in double precision, above 0.
  std::span<const double> diagonal() const { return diagonal_; }
  /// Risk::curvature() of the columns: what the diagonal does not exceed, but for rounding.
  std::span<const double> bounds() const { return bounds_; }

  /// bounds()[k] becomes at least this.
  void raise(std::size_t k, double curvature) { bounds_[k] = std::max(bounds_[k], curvature); }

  /// Adds columns of X that are not there yet, without their entries of the matrix.
  void append(const Risk& risk, std::span<const std::size_t> columns);
  /// Completes the matrix.
  void fill(Risk& risk);
  /// Where entries may be taken from that an earlier fit has left; null for none.
  void use(std::shared_ptr<const GramStock> stock) { stock_ = std::move(stock); }
  /// How many of the first columns the matrix has.
  std::size_t filled() const { return diagonal_.size(); }
  /// Forgets the matrix, but not the columns.
  void empty() { diagonal_.clear(); }
  /// Leaves only the columns at these places, ascending.
  void keep(std::span<const std::size_t> places);

 private:
  void reserve(std::size_t size);
  void put(std::size_t a, std::size_t b, float value) {
    values_[b * capacity_ + a] = value;
    values_[a * capacity_ + b] = value;
  }
  void compute(Risk& risk, std::span<const std::size_t> rows, std::span<const std::size_t> columns);

  std::vector<std::size_t> columns_;
  std::vector<double> bounds_;
  std::vector<double> diagonal_;
  std::unique_ptr<float[]> values_;
  std::size_t capacity_ = 0;
  std::shared_ptr<const GramStock> stock_;
};

/// The coordinates of w, one value per column of the store, that are not 0: by ascending column of
/// X.
struct Support {
  std::vector<std::size_t> index;
  std::vector<double> values;
};
Support supportOf(const GramStore& store, std::span<const double> w);

/// The matrix of a fit that is over, for the next one on the same design. Its entries are the same
/// bits as computed anew: a fit does not depend on those before it.
class GramStock final : public Keepsake {
 public:
  explicit GramStock(GramStore store);

  std::size_t size() const override { return places_.size(); }
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);
  /// Of a column of X, or kNone.
  std::size_t placeOf(std::size_t column) const {
    const auto found = places_.find(column);
    return found == places_.end() ? kNone : found->second;
  }
  float at(std::size_t a, std::size_t b) const { return store_.column(b)[a]; }
  double diagonal(std::size_t place) const { return store_.diagonal()[place]; }

 private:
  GramStore store_;
  std::unordered_map<std::size_t, std::size_t> places_;
};

}  // namespace flipside
