// The design matrix X as a solver sees it: standardised columns with the row weights folded in, so
// that the squared loss is 1/(2n) |y - X w|^2 whatever storage, scaling or weights the caller had.
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <span>
#include <utility>
#include <vector>

#include "design/weighted_gram.h"
#include "linalg/linalg.h"

namespace flipside {

/// What a solver leaves with a design for the next fit on it.
class Keepsake {
 public:
  virtual ~Keepsake() = default;
  /// The more the better: a smaller one does not replace a larger one.
  virtual std::size_t size() const = 0;
};

class Design {
 public:
  virtual ~Design() = default;

  virtual std::size_t rows() const = 0;
  virtual std::size_t columns() const = 0;

  /// |x_j|^2 / n for each column: 1 where standardised, 0 where the column is constant.
  virtual std::span<const double> curvature() const = 0;

  /// out = X w
  virtual void multiply(std::span<const double> w, std::span<double> out) const = 0;
  /// out = X' r / n
  virtual void correlate(std::span<const double> r, std::span<double> out) const = 0;
  /// The chosen columns as a dense matrix, out is rows() x index.size().
  virtual void gather(std::span<const std::size_t> index, MutableMatrix out) const = 0;
  /// All columns as a dense view, for penalties that need the design; an empty view where the
  /// storage is not dense.
  virtual ConstMatrix dense() const = 0;

  // What a working set asks for. Each number is the same bits whatever other columns are asked for
  // with it, and for any thread count.

  /// out = sum_k w_k x_(index_k), from scratch.
  virtual void combine(std::span<const std::size_t> index, std::span<const double> w,
                       std::span<double> out) const = 0;
  /// out_k = x_(index_k)' r / n
  virtual void correlateSome(std::span<const std::size_t> index, std::span<const double> r,
                             std::span<double> out) const = 0;
  /// out(:, k) = X' r_k / n for each column r_k of residuals, in one pass over X.
  virtual void correlateMany(ConstMatrix residuals, MutableMatrix out) const = 0;
  /// out(a, b) = x_(left_a)' diag(weights) x_(right_b) / n; empty weights are ones.
  virtual void products(std::span<const std::size_t> left, std::span<const std::size_t> right,
                        std::span<const double> weights, MutableMatrix out,
                        const Cancellation* cancel = nullptr) const = 0;
  /// Products with X_index' E X_index / n without that matrix; index and curvature.v need not
  /// outlive the call.
  virtual std::unique_ptr<WeightedGram> weightedGram(std::span<const std::size_t> index,
                                                     const RowCurvature& curvature) const {
    return denseWeightedGram(*this, index, curvature);
  }
  /// Numbers read by one pass over X: rows() columns(), or what a sparse storage holds.
  virtual double elements() const = 0;

  /// From any thread. Null before there is one.
  std::shared_ptr<const Keepsake> keepsake() const {
    const std::lock_guard lock(mutex_);
    return keepsake_;
  }
  void leave(std::shared_ptr<const Keepsake> keepsake) const {
    const std::lock_guard lock(mutex_);
    if (keepsake_ == nullptr || keepsake->size() > keepsake_->size())
      std::swap(keepsake_, keepsake);
  }

 private:
  mutable std::mutex mutex_;
  mutable std::shared_ptr<const Keepsake> keepsake_;
};

}  // namespace flipside
