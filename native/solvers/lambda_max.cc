#include "solvers/lambda_max.h"

#include <algorithm>
#include <cmath>

namespace flipside {
namespace {

constexpr int kGrid = 240;
constexpr double kRounding = 1e-10;  // lets lambda = lambdaMax of the caller's own arithmetic pass

/// min over t > 0 of 1/2 h t^2 - g t + lambda (omega(t) - omega(0)) >= 0, on a geometric grid:
/// beyond 2 g/h the quadratic alone is positive.
bool coordinateStaysAtZero(const SeparablePenalty& penalty, double h, double g, double lambda) {
  const double slope = penalty.slopeAt(0.0, lambda);
  if (!(slope > 0.0) || g > lambda * slope * (1.0 + kRounding)) return false;
  if (penalty.convex()) return true;
  const double zero = penalty.omegaAt(0.0, lambda);
  double t = 2.0 * g / h;
  for (int i = 0; i < kGrid; ++i, t *= 0.93) {
    const double gain = g * t;
    const double cost = 0.5 * h * t * t + lambda * (penalty.omegaAt(t, lambda) - zero);
    if (cost < gain * (1.0 - kRounding)) return false;
  }
  return true;
}

}  // namespace

bool zeroIsCoordinatewiseMinimum(const Problem& problem, const Stationarity& zero) {
  const auto h = problem.design.curvature();
  const auto* separable = dynamic_cast<const SeparablePenalty*>(&problem.penalty);
  const double bound = problem.loss.rowCurvatureBound();
  for (std::size_t j = 0; j < h.size(); ++j) {
    if (h[j] == 0.0) continue;
    const double g = std::abs(zero.gradient[j]);
    if (g == 0.0) continue;
    if (separable == nullptr ||
        !coordinateStaysAtZero(*separable, bound * h[j], g, problem.lambda)) {
      return false;
    }
  }
  return true;
}

double lambdaMax(const Problem& problem) {
  const auto h = problem.design.curvature();
  Problem trial = problem;
  trial.lambda = 0.0;
  Stationarity zero = stationarity(trial, std::vector<double>(h.size(), 0.0));
  double largest = 0.0;
  for (std::size_t j = 0; j < h.size(); ++j) {
    if (h[j] > 0.0) largest = std::max(largest, std::abs(zero.gradient[j]));
  }
  const auto* separable = dynamic_cast<const SeparablePenalty*>(&problem.penalty);
  if (largest == 0.0 || separable == nullptr) return largest;
  const auto holds = [&](double lambda) {
    trial.lambda = lambda;
    return zeroIsCoordinatewiseMinimum(trial, zero);
  };
  double high = largest;
  for (int doubling = 0; !holds(high); ++doubling) {
    if (doubling == 100) return largest;
    high *= 2.0;
  }
  double low = high;
  for (int halving = 0; halving < 200 && holds(low); ++halving) low *= 0.5;
  for (int i = 0; i < 60 && high > low * (1.0 + 1e-12); ++i) {
    const double middle = std::sqrt(low) * std::sqrt(high);
    (holds(middle) ? high : low) = middle;
  }
  return high;
}

}  // namespace flipside
