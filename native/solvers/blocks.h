// A penalty with structure (structure.h) as the solver "blocks" and the first-order condition see
// it: a sum over groups of columns.
//
//   lambda Omega(w) = sum over g of weight_g omega(|w_g|; lambda_g),   weight_g = m_g lambda,
//   lambda_g = m_g lambda where factors scale lambda, else lambda
//
// A column that is excluded (factor infinity, no variance, both bounds 0) belongs to no group.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "solvers/problem.h"

namespace flipside {

class Blocks {
 public:
  struct Group {
    std::size_t begin;  ///< its columns are columns()[begin] ... columns()[end - 1]
    std::size_t end;
    double factor;
    double weight = 0.0;
    double lambda = 0.0;
    std::size_t size() const { return end - begin; }
    bool penalised() const { return weight > 0.0; }
  };

  /// Throws BadValue for factors that differ within a group, and for bounds that are neither 0 nor
  /// infinite on a group of several columns.
  explicit Blocks(const Problem& problem);

  void setLambda(double lambda);
  double lambda() const { return lambda_; }

  std::span<const Group> groups() const { return groups_; }
  std::span<const std::size_t> columns() const { return columns_; }
  std::span<const std::size_t> columnsOf(const Group& group) const {
    return std::span(columns_).subspan(group.begin, group.size());
  }
  double lower(std::size_t column) const { return lower_.empty() ? -kFree : lower_[column]; }
  double upper(std::size_t column) const { return upper_.empty() ? kFree : upper_[column]; }
  const SeparablePenalty& penalty() const { return *penalty_; }
  bool convex() const { return penalty_->convex(); }

  // Of one group, whose coefficients, negative gradients and so on are in the order of its columns.

  /// weight omega(r), and its derivatives in r.
  double value(const Group& group, double r) const;
  double slope(const Group& group, double r) const;
  double curvature(const Group& group, double r) const;
  /// The eta of its coefficients: lambda / eta is what a coefficient is multiplied by in the
  /// gradient of the penalty, so that eta / (eta + lambda) is the keep probability of the mask
  /// whose variance stands for the group's penalty.
  double eta(const Group& group, double r) const;
  /// Minimises h/2 |t - z|^2 + weight omega(|t|) within the bounds; z in, t out. The global minimum
  /// where there are several for a group of one, or of sign bounds.
  void prox(const Group& group, std::span<double> z, double h) const;
  /// By how much the first-order condition is not met: the norm of what is left of it over the
  /// group.
  double violation(const Group& group, std::span<const double> w,
                   std::span<const double> gradient) const;
  /// Whether a group at 0 with this gradient and curvature h at most would go elsewhere by itself,
  /// and how far its gradient is beyond what is allowed there.
  double pull(const Group& group, std::span<const double> gradient, double h) const;

  /// lambda Omega(w).
  double total(std::span<const double> w) const;
  /// The nearest point that the bounds allow.
  void project(std::span<double> w) const;

 private:
  static constexpr double kFree = std::numeric_limits<double>::infinity();

  void collect(const Problem& problem);
  void require(const Group& group) const;
  double scalarProx(const Group& group, double z, double h, double low, double high) const;
  double sizeProx(const Group& group, double z, double h) const;

  const SeparablePenalty& exact_;
  std::shared_ptr<const SeparablePenalty> table_;
  const SeparablePenalty* penalty_;
  bool scaleLambda_ = true;
  double lambda_ = 0.0;
  std::vector<double> lower_;
  std::vector<double> upper_;
  std::vector<Group> groups_;
  std::vector<std::size_t> columns_;
  std::vector<double> still_;  // the factors of groups of which no column may move
};

/// The coefficients of a group out of all of them.
double gatherGroup(std::span<const std::size_t> columns, std::span<const double> from,
                   std::vector<double>& out);

/// Euclidean norm; of one number its size, to the last bit.
double groupNorm(std::span<const double> w);

}  // namespace flipside
