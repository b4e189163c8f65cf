// The probabilities p_ik = e^(z_ik) / sum_l e^(z_il) of the classes of each row, and the best
// intercepts of the classes.
//
// With m the largest z of a row and t its class, log sum_l e^(z_l) = m + log1p(sum over l != t of
// e^(z_l - m)): nothing overflows, and neither a loss near 0 nor 1 - p of a likely class cancels.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "losses/loss.h"

namespace flipside {

/// phi(z_i, y_i) = log sum_k e^(z_ik) - z_(i y_i) of the rows at z = fitted + offset + b, with b at
/// the minimum of its weighted sum where there is an intercept. A class without rows (or of weight
/// 0) then has p = 0: that is the limit b_k -> -infinity, where the infimum is.
class Softmax {
 public:
  explicit Softmax(const LossContext& context);

  /// Moves to these fitted values; what follows speaks of them. The last ones are remembered.
  void moveTo(std::span<const double> fitted, std::span<const double> y);

  /// The weighted mean of phi.
  double value() const { return value_; }
  double probability(std::size_t i, std::size_t k) const { return p_[k * rows_ + i]; }
  /// 1 - p_ik without cancellation.
  double complement(std::size_t i, std::size_t k) const {
    return top_[i] == k ? miss_[i] : 1.0 - p_[k * rows_ + i];
  }
  double weight(std::size_t i) const { return weights_.empty() ? 1.0 : weights_[i]; }

  /// out_ik = w_i p_ik (d_ik + c_k - sum_l p_il (d_il + c_l)): n times the Hessian of the mean of
  /// phi times d, with c how the intercepts follow.
  void applyHessian(std::span<const double> d, std::span<double> out);

  /// Centred: they sum to 0. That of a class without rows is so far out that its p is below the
  /// unit roundoff in every row.
  std::vector<double> intercepts(std::span<const double> fitted) const;

 private:
  struct Sums;

  bool known(std::span<const double> fitted, std::span<const double> y) const;
  void findClasses(std::span<const double> y);
  Sums evaluate(std::span<const double> fitted, std::span<const double> y);
  void evaluatePart(std::span<const double> fitted, std::span<const double> y, std::size_t from,
                    std::size_t to, Sums& sums);
  void minimise(std::span<const double> fitted, std::span<const double> y);
  bool factorise();
  void step(std::span<const double> d);

  std::size_t outputs_;
  std::size_t rows_ = 0;
  std::span<const double> weights_;
  std::span<const double> offset_;
  bool intercept_;
  std::vector<double> b_;
  std::vector<char> present_;  // classes that occur, or all without an intercept
  std::vector<double> fitted_;
  std::vector<double> y_;
  double value_ = 0.0;
  std::vector<double> p_;
  std::vector<std::uint32_t> top_;  // the most likely class of a row, and 1 - its p
  std::vector<double> miss_;
  std::vector<double> normaliser_;  // log sum_k e^(z_ik)
  std::vector<double> factor_;      // of the Hessian in b
  bool factorised_ = false;
};

}  // namespace flipside
