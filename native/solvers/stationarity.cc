#include <algorithm>
#include <cmath>
#include <limits>

#include "solvers/blocks_stationarity.h"
#include "solvers/problem.h"

namespace flipside {

double violationAt(double w, double gradient, double slope, double lambda) {
  if (w == 0.0) {
    // lambda * inf: every gradient is allowed at a cusp, whatever lambda > 0.
    return std::isinf(slope) ? 0.0 : std::max(0.0, std::abs(gradient) - lambda * slope);
  }
  return std::abs(gradient - std::copysign(lambda * slope, w));
}

Stationarity stationarity(const Problem& problem, std::span<const double> w) {
  if (problem.structure != nullptr) return structuredStationarity(problem, w);
  const Design& design = problem.design;
  Stationarity result;
  std::vector<double> fitted(design.rows());
  std::vector<double> residual(design.rows());
  design.multiply(w, fitted);
  result.loss = problem.loss.evaluate(fitted, problem.y, residual);
  result.gradient.resize(w.size());
  design.correlate(residual, result.gradient);
  result.slope.resize(w.size());
  result.eta.resize(w.size());
  if (problem.lambda > 0.0) {
    result.omega = problem.penalty.evaluateAll(w, problem.context(), result.slope, result.eta);
    result.objective = result.loss + problem.lambda * result.omega;
  } else {
    problem.penalty.etaHat(w, problem.context(), result.eta);
    result.objective = result.loss;
  }
  const auto curvature = design.curvature();
  for (std::size_t j = 0; j < w.size(); ++j) {
    if (curvature[j] == 0.0) continue;
    result.violation = std::max(
        result.violation, violationAt(w[j], result.gradient[j], result.slope[j], problem.lambda));
  }
  return result;
}

double stationarityGoal(const Problem& problem) {
  const double leeway = std::min(problem.options.leeway, kLeeway * problem.lambda);
  return std::max({problem.tolerance * problem.lambda, leeway, roundingFloor(problem)});
}

double roundingFloor(const Problem& problem) {
  const auto curvature = problem.design.curvature();
  const double largest =
      curvature.empty() ? 0.0 : *std::max_element(curvature.begin(), curvature.end());
  const double scale = problem.loss.residualScale(problem.y);
  return 64.0 * std::numeric_limits<double>::epsilon() * scale * std::sqrt(largest);
}

}  // namespace flipside
