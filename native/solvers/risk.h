// The empirical risk L as a working set meets it: at one point with few nonzeros at a time, column
// by column, from a design with its rows or from the Gram matrix alone.
#pragma once

#include <cmath>
#include <cstddef>
#include <limits>
#include <memory>
#include <span>
#include <vector>

#include "design/weighted_gram.h"
#include "solvers/problem.h"

namespace flipside {

/// w = sum_k values_k e_(index_k), index ascending.
struct SparsePoint {
  std::span<const std::size_t> index;
  std::span<const double> values;
};

class Risk {
 public:
  virtual ~Risk() = default;

  virtual std::size_t columns() const = 0;
  /// An upper bound of d^2 L / dw_j^2 at any point, exact where L is quadratic; 0 for a column
  /// without variance.
  virtual std::span<const double> curvature() const = 0;
  /// False when no such bound is known: then it is only that of all curvatures that were raised to.
  virtual bool bounded() const { return true; }
  /// A curvature along column j that a model needed, where there is no bound.
  virtual void raise(std::size_t j, double curvature) { (void)j, (void)curvature; }
  /// True when the Hessian is the same everywhere.
  virtual bool quadratic() const = 0;

  /// Goes to a point, from scratch. Returns L there. What follows speaks of this point.
  virtual double moveTo(SparsePoint point) = 0;
  /// out_k = -dL/dw_(index_k)
  virtual void gradients(std::span<const std::size_t> index, std::span<double> out) = 0;
  /// out_j = -dL/dw_j
  virtual void allGradients(std::span<double> out) = 0;

  /// Keeps the curvature of the rows here for what follows, `caution` of the way (0 to 1) towards
  /// its upper bound, with which no step raises L by more than the model says. Nothing to do for a
  /// quadratic L. Where there is no bound it is (1 + caution) times what it is here.
  virtual void hold(double caution) { (void)caution; }
  /// The same with caution 0, and not made up where there is next to none.
  virtual void holdExactly() {}
  /// How large the terms are on average that L, being this value, is the sum of.
  virtual double magnitude(double loss) const { return std::abs(loss); }
  /// How far the curvature of the rows here is from what was held, relative to that, on average.
  virtual double drift() { return 0.0; }
  /// out(a, b) = d^2 L / dw_(left_a) dw_(right_b), of the curvature that is held.
  virtual void hessian(std::span<const std::size_t> left, std::span<const std::size_t> right,
                       MutableMatrix out) = 0;

  /// The same matrix of these columns as an operator; null where there is none.
  virtual std::unique_ptr<WeightedGram> weightedGram(std::span<const std::size_t> index) {
    (void)index;
    return nullptr;
  }
  /// Multiplications, in units of those of a pass through a dense Gram matrix, that one entry of
  /// hessian() costs, and one step along a column of weightedGram().
  virtual double entryCost() const { return 0.0; }
  virtual double stepCost() const { return std::numeric_limits<double>::infinity(); }
  /// How large a Gram matrix may be beside the data.
  virtual double mostEntries() const { return std::numeric_limits<double>::infinity(); }

  /// Remembers this point. At another one no |dL/dw_j| differs from what it was here by more than
  /// distance() * sqrt(curvature_j) (by Cauchy and Schwarz: exact, not an estimate).
  virtual void mark() = 0;
  virtual double distance() const = 0;

  // Several points at once. The trace of a point is what gradients are computed from there: of a
  // design with rows the residuals.
  virtual std::size_t traceSize() const = 0;
  virtual std::span<const double> traceHere() const = 0;
  /// L at a point, from scratch, and its trace. Does not go there.
  virtual double trace(SparsePoint point, std::span<double> out) = 0;
  /// out_k = -dL/dw_(index_k) at the point of this trace.
  virtual void gradientsAt(std::span<const double> trace, std::span<const std::size_t> index,
                           std::span<double> out) = 0;
  /// out(j, k) = -dL/dw_j at the point whose trace is column k, in one pass.
  virtual void allGradientsAt(ConstMatrix traces, MutableMatrix out) = 0;
  /// As distance(), between two points.
  virtual double distanceBetween(std::span<const double> a, std::span<const double> b) const = 0;
  /// A lower bound of the minimum of L + t sum_j |w_j| for every t that no scale * |dL/dw_j| at the
  /// point of this trace exceeds; scale in [0, 1]. NaN where it is not known.
  virtual double dual(std::span<const double> trace, double scale) const = 0;
};

/// From the rows of a design, for any loss.
std::unique_ptr<Risk> makeRisk(const Problem& problem);

}  // namespace flipside
