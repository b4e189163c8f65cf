// The moves that change the support: coordinates come back from 0, a saddle is left along its
// negative curvature, a combinatorial penalty swaps its support.
#include <algorithm>
#include <cmath>

#include "solvers/support.h"

namespace flipside {
namespace {

/// A local minimiser t > 0 of 1/2 h t^2 - g t + lambda omega(t), which falls at 0 and rises from g
/// / h on: by bisection of its derivative in log t, since near lambdaMax t is any number of orders
/// below g / h.
double coordinateMinimum(const SeparablePenalty& penalty, double h, double g, double lambda) {
  double high = g / h;
  double low = 1e-18 * high;
  for (int i = 0; i < 100 && high - low > 1e-10 * high; ++i) {
    const double t = std::sqrt(low * high);
    (h * t - g + lambda * penalty.slopeAt(t, lambda) < 0.0 ? low : high) = t;
  }
  return high;
}

}  // namespace

bool SupportFinish::enter(const std::vector<std::size_t>& violators, const Stationarity& check) {
  const Problem& problem = at_.problem();
  const double objective = at_.objective();
  const std::vector<double> before = at_.full();
  const auto excess = [&](std::size_t j) {
    return violationAt(0.0, check.gradient[j], check.slope[j], problem.lambda);
  };
  std::vector<std::size_t> order = violators;
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    const double x = excess(a);
    const double y = excess(b);
    return x != y ? x > y : a < b;
  });
  order.resize(std::min(order.size(), std::max<std::size_t>(16, at_.size() / 2)));
  const auto h = problem.design.curvature();
  for (;;) {
    std::vector<double> full = before;
    for (const std::size_t j : order) {
      const double g = std::abs(check.gradient[j]);
      const double t = at_.separable() != nullptr
                           ? coordinateMinimum(*at_.separable(), h[j], g, problem.lambda)
                           : excess(j) / h[j];
      full[j] = std::copysign(t, check.gradient[j]);
    }
    at_.set(full);
    // Lower, or equal to working precision and closer to stationary.
    const double first = excess(order[0]);
    const auto improved = [&] {
      return at_.objective() < objective ||
             (at_.objective() <= objective + at_.slack() && at_.violation() < 0.9 * first);
    };
    for (int halving = 0; halving < 40 && !improved(); ++halving) {
      std::vector<double> candidate(at_.w().begin(), at_.w().end());
      for (std::size_t k = 0; k < candidate.size(); ++k) {
        if (before[at_.active()[k]] == 0.0) candidate[k] *= 0.5;
      }
      at_.tryAt(candidate);
      at_.accept();
    }
    if (improved()) {
      if (!record_()) exhausted_ = true;
      return true;
    }
    if (order.size() == 1) break;
    order.resize(1);
  }
  at_.set(before);
  return false;
}

bool SupportFinish::descendFurther() {
  if (exhausted_ || at_.size() == 0) return false;
  if (at_.penalty().combinatorial()) return swapSupport();
  return leaveSaddle();
}

bool SupportFinish::leaveSaddle() {
  if (at_.penalty().convex() || at_.separable() == nullptr) return false;
  ActiveQuadratic& quadratic = at_.quadratic();
  if (!quadratic.hasGram()) return false;
  const std::size_t size = at_.size();
  std::vector<double> diagonal, dense, direction(size);
  at_.penaltyCurvature(diagonal, dense);
  const double smallest = *std::min_element(diagonal.begin(), diagonal.end());
  if (smallest >= 0.0) return false;
  std::vector<double> solution(size);
  if (quadratic.solve(diagonal, {}, at_.gradient(), solution)) return false;  // no such curvature
  for (double& value : diagonal) value = std::max(value, -1e100);
  if (!(quadratic.smallestCurvature(diagonal, direction) < -1e-9)) return false;
  double reach = 0.0;
  double largest = 0.0;
  for (std::size_t k = 0; k < size; ++k) {
    reach = std::max(reach, std::abs(direction[k]));
    largest = std::max(largest, std::abs(at_.w()[k]));
  }
  if (!(reach > 0.0) || !std::isfinite(reach)) return false;
  for (double& value : direction) value *= largest / reach;
  const double objective = at_.objective();
  const std::vector<double> before = at_.full();
  at_.steepest(solution);
  const double descent = linalg::dot(solution, direction);
  if (descent < 0.0) {
    for (double& value : direction) value = -value;
  }
  for (int side = 0; side < 2; ++side) {
    if (lineSearch(direction) && at_.objective() < objective - 4.0 * at_.slack()) {
      if (!record_()) exhausted_ = true;
      return true;
    }
    at_.set(before);
    for (double& value : direction) value = -value;
  }
  return false;
}

bool SupportFinish::swapSupport() {
  // Iterative hard thresholding with a debiasing solve (Foucart 2011): the support of w + rho g,
  // kept when least squares on it is better.
  const Problem& problem = at_.problem();
  const std::vector<double> before = at_.full();
  const double objective = at_.objective();
  const Stationarity check = stationarity(problem, before);
  const auto h = problem.design.curvature();
  std::vector<double> point(before.size());
  std::vector<double> eta(before.size());
  for (double rho = 1.0; rho > 0.01; rho *= 0.5) {
    for (std::size_t j = 0; j < point.size(); ++j) {
      point[j] = h[j] > 0.0 ? before[j] + rho * check.gradient[j] / h[j] : 0.0;
    }
    at_.penalty().etaHat(point, problem.context(), eta);
    bool changed = false;
    for (std::size_t j = 0; j < point.size(); ++j) {
      if (eta[j] == 0.0) point[j] = 0.0;
      changed = changed || ((point[j] != 0.0) != (before[j] != 0.0));
    }
    if (!changed) break;
    at_.set(point);
    newton();
    if (at_.objective() < objective - 4.0 * at_.slack()) {
      if (!record_()) exhausted_ = true;
      return true;
    }
  }
  at_.set(before);
  return false;
}

}  // namespace flipside
