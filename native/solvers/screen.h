// Which columns outside the working set violate their condition, at the price of as few gradients
// as can be. It is known exactly which columns need no look: with h_j the curvature of coordinate j
// a gradient changes by at most sqrt(h_j) times the way that the residuals have gone since it was
// computed. Columns that were close to their threshold at the last look at all are looked at first.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "solvers/gram_descent.h"
#include "solvers/risk.h"

namespace flipside {

struct Violator {
  std::size_t column;
  double excess;    ///< of |gradient| over the threshold
  double gradient;  ///< negative, as everywhere
};

class Screen {
 public:
  Screen(Risk& risk, GramDescent& descent);

  /// After each Risk::moveTo: adds the way that the residuals have gone.
  void moved();
  /// A column enters the working set, or leaves it where its gradient is this.
  void enter(std::size_t column) { inside_[column] = 1; }
  void leave(std::size_t column, double gradient);

  /// Looks at the columns that were close; those that violate are in violators(). Returns the
  /// largest excess.
  double lookNear();
  /// Makes sure of all columns outside.
  double lookEverywhere();
  std::vector<Violator>& violators() { return violators_; }
  bool hasNear() const { return !near_.empty(); }

  /// Gradients of all columns at this point, from elsewhere.
  void learn(std::span<const double> gradients);
  /// Columns whose gradient was computed so far, in units of all columns.
  double passes() const { return passes_; }
  void count(std::size_t columns);

 private:
  double note(std::size_t column, double gradient);
  double largest(std::span<const std::size_t> columns, std::span<const double> gradients);
  void collectNear(std::span<const std::size_t> columns, std::span<const double> gradients);

  Risk& risk_;
  GramDescent& descent_;
  double way_ = 0.0;          // path length of the residuals
  std::vector<float> known_;  // |g_j| / sqrt(h_j) <= way_ - known_j, rounded down
  std::vector<char> inside_;  // in the working set
  std::vector<std::size_t> near_;
  std::vector<Violator> violators_;
  double passes_ = 0.0;
};

}  // namespace flipside
