#include "solvers/column_descent.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace flipside {
namespace {

/// As in GramStore: what is left of a column's curvature at least.
constexpr double kLeastShare = 1e-16;

}  // namespace

DescentOutcome descendAlongColumns(WeightedGram& gram, const CoordinateRule& rule,
                                   std::span<const double> bounds, std::span<double> w,
                                   std::span<double> gradient, double tolerance, double mostSteps,
                                   const Cancellation* cancel) {
  // Returns how far the coordinate was from its condition before its step.
  const auto step = [&](std::size_t k) {
    const double g = gradient[k] - gram.image(k);
    const double h = std::max(gram.diagonal()[k], kLeastShare * bounds[k]);
    const double violation = rule.violation(k, w[k], g, w[k] == 0.0 ? bounds[k] : h);
    if (w[k] == 0.0 && violation == 0.0) return 0.0;
    const double next = rule.step(k, w[k], g, h);
    const double move = next - w[k];
    if (move != 0.0) {
      w[k] = next;
      gram.move(k, move);
    }
    return violation;
  };
  DescentOutcome outcome;
  std::vector<std::size_t> active;
  bool all = true;
  while (!outcome.settled && (outcome.steps == 0.0 || outcome.steps < mostSteps)) {
    if (cancel != nullptr) cancel->poll();
    double worst = 0.0;
    if (all) {
      active.clear();
      for (std::size_t k = 0; k < w.size(); ++k) {
        const double violation = step(k);
        worst = std::max(worst, violation);
        if (w[k] != 0.0 || violation > 0.0) active.push_back(k);
      }
      if (outcome.steps == 0.0) outcome.violation = worst;
      outcome.steps += static_cast<double>(w.size());
    } else {
      for (const std::size_t k : active) worst = std::max(worst, step(k));
      outcome.steps += static_cast<double>(active.size());
    }
    outcome.settled = all && worst <= tolerance;
    all = worst <= tolerance;
  }
  for (std::size_t k = 0; k < w.size(); ++k) gradient[k] -= gram.image(k);
  return outcome;
}

}  // namespace flipside
