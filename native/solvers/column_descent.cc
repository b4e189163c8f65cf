#include "solvers/column_descent.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace flipside {
namespace {

/// As in GramStore: what is left of a column's curvature at least.
constexpr double kLeastShare = 1e-8;

class Sweeps {
 public:
  Sweeps(GramDescent& rule, WeightedGram& gram, std::span<const double> bounds, std::span<double> w,
         std::span<const double> gradient)
      : rule_(rule), gram_(gram), bounds_(bounds), w_(w), gradient_(gradient) {}

  /// Returns how far the coordinate was from its condition before its step.
  double step(std::size_t k) {
    const double gradient = gradient_[k] - gram_.image(k);
    const double violation = rule_.violation(w_[k], gradient, bounds_[k]);
    if (w_[k] == 0.0 && violation == 0.0) return 0.0;
    const double h = std::max(gram_.diagonal()[k], kLeastShare * bounds_[k]);
    const double next = rule_.step(w_[k], gradient, h);
    const double move = next - w_[k];
    if (move != 0.0) {
      w_[k] = next;
      gram_.move(k, move);
    }
    return violation;
  }

 private:
  GramDescent& rule_;
  WeightedGram& gram_;
  std::span<const double> bounds_;
  std::span<double> w_;
  std::span<const double> gradient_;
};

}  // namespace

ColumnDescent::Outcome ColumnDescent::minimise(WeightedGram& gram, std::span<const double> bounds,
                                               std::span<double> w, std::span<double> gradient,
                                               double tolerance, double mostSteps) {
  Outcome outcome;
  Sweeps sweeps(rule_, gram, bounds, w, gradient);
  std::vector<std::size_t> active;
  bool all = true;
  while (!outcome.settled && outcome.steps < mostSteps) {
    if (cancel_ != nullptr) cancel_->poll();
    double worst = 0.0;
    if (all) {
      active.clear();
      for (std::size_t k = 0; k < w.size(); ++k) {
        const double violation = sweeps.step(k);
        worst = std::max(worst, violation);
        if (w[k] != 0.0 || violation > 0.0) active.push_back(k);
      }
      outcome.steps += static_cast<double>(w.size());
    } else {
      for (const std::size_t k : active) worst = std::max(worst, sweeps.step(k));
      outcome.steps += static_cast<double>(active.size());
    }
    outcome.settled = all && worst <= tolerance;
    all = worst <= tolerance;
  }
  for (std::size_t k = 0; k < w.size(); ++k) gradient[k] -= gram.image(k);
  return outcome;
}

}  // namespace flipside
