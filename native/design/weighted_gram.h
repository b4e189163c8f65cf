// The matrix H = X_S' E X_S / n of some columns S of a design, never formed: its product with a
// vector d that changes one entry at a time. E = diag(v), or with an intercept that follows
// E = diag(v) - v v' / sum(v).
//
// One entry of H d and one change cost two passes over a column; an entry of H costs one, and there
// are |S|^2 / 2 of them. So descents of a few sweeps, and any along columns of few stored entries,
// do without the matrix.
#pragma once

#include <cstddef>
#include <memory>
#include <span>

namespace flipside {

class Design;

class WeightedGram {
 public:
  virtual ~WeightedGram() = default;

  /// H_kk
  virtual std::span<const double> diagonal() const = 0;
  /// (H d)_k
  virtual double image(std::size_t k) const = 0;
  /// d_k += step; d is 0 at first.
  virtual void move(std::size_t k, double step) = 0;
};

/// v of E: values >= 0 for the rows, empty for ones; `projected` with the term of an intercept.
struct RowCurvature {
  std::span<const double> v;
  bool projected = false;
};

/// With a dense copy of the columns in single precision, for any storage.
std::unique_ptr<WeightedGram> denseWeightedGram(const Design& design,
                                                std::span<const std::size_t> index,
                                                const RowCurvature& curvature);

}  // namespace flipside
