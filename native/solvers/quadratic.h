// The squared loss restricted to the active coordinates A:
//
//   L(w) = 1/(2n) |y - X_A w|^2,   H = X_A'X_A / n,   g(w) = -grad L(w) = X_A'(y - X_A w) / n.
//
// Near a reference point L and g follow from H alone (one |A| x |A| product); the reference is
// renewed from the residual, so that no digits are lost to |y|^2 when the fit is close. With many
// more active coordinates than rows H is never formed and the residual is used directly.
#pragma once

#include <span>
#include <vector>

#include "design/design.h"

namespace flipside {

class ActiveQuadratic {
 public:
  ActiveQuadratic(const Design& design, std::span<const double> y, const Cancellation* cancel);

  /// Chooses the active columns, in increasing order, and forgets the reference point. Gram entries
  /// known from the previous choice are kept.
  void activate(const std::vector<std::size_t>& index);

  std::size_t size() const { return index_.size(); }
  const std::vector<std::size_t>& index() const { return index_; }
  ConstMatrix columns() const { return columns_; }
  /// True when H is held; otherwise `solve` has the dual form only, which needs d >= 0.
  bool hasGram() const { return hasGram_; }
  /// H_jj
  std::span<const double> curvature() const { return curvature_; }

  /// Moves the reference to w: L and g from the residual.
  void rebase(std::span<const double> w);
  /// L(w), and g(w) into gradient.
  double evaluate(std::span<const double> w, std::span<double> gradient);

  /// out = (H + diag(d))^-1 rhs by Cholesky, with the dense matrix `extra` added if it is not
  /// empty: in the primal form of the matrix scaled to unit diagonal, in the dual form (more
  /// coordinates than rows, d >= 0) of the n x n kernel. Returns false when the matrix is not
  /// safely positive definite.
  [[nodiscard]] bool solve(std::span<const double> d, ConstMatrix extra,
                           std::span<const double> rhs, std::span<double> out);

  /// The smallest eigenvalue of the scaled matrix of `solve` and the direction it belongs to. Needs
  /// H.
  double smallestCurvature(std::span<const double> d, std::span<double> direction);

 private:
  void updateGram(const std::vector<std::size_t>& previous, ConstMatrix previousGram);
  void residualAt(std::span<const double> w);
  /// Scaled lower triangle of H + diag(d) + extra into factor_, the scaling into scale_.
  bool assemble(std::span<const double> d, ConstMatrix extra);
  bool solvePrimal(std::span<const double> d, ConstMatrix extra, std::span<const double> rhs,
                   std::span<double> out);
  bool solveDual(std::span<const double> d, std::span<const double> rhs, std::span<double> out);

  const Design& design_;
  std::span<const double> y_;
  const Cancellation* cancel_;
  std::vector<std::size_t> index_;
  bool hasGram_ = false;
  ConstMatrix columns_{};
  std::vector<double> gathered_;
  std::vector<double> curvature_;
  std::vector<double> gram_;
  std::vector<double> factor_;
  std::vector<double> scale_;
  std::vector<double> residual_;
  std::vector<double> reference_;
  std::vector<double> referenceGradient_;
  double referenceLoss_ = 0.0;
  std::vector<double> step_;
  std::vector<double> product_;
};

}  // namespace flipside
