#include "solvers/lambda_max.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "solvers/blocks_stationarity.h"
#include "solvers/curvature_scale.h"

namespace flipside {
namespace {

constexpr double kRounding = 1e-10;  // lets lambda = lambdaMax of the caller's own arithmetic pass

struct Coordinate {
  double gradient;  // its size at 0
  double curvature;
};

/// Those of which no other has a larger gradient and a smaller curvature: with them 0 is the
/// minimum of every coordinate, as the threshold of a gradient does not fall with the curvature.
std::vector<Coordinate> rivals(const Problem& problem, std::span<const double> gradient) {
  const auto h = problem.design.curvature();
  const double bound = rowCurvatureScale(problem);
  std::vector<Coordinate> all;
  for (std::size_t j = 0; j < h.size(); ++j) {
    if (h[j] > 0.0 && gradient[j] != 0.0) all.push_back({std::abs(gradient[j]), bound * h[j]});
  }
  std::ranges::sort(all, [](const Coordinate& a, const Coordinate& b) {
    return a.gradient != b.gradient ? a.gradient > b.gradient : a.curvature < b.curvature;
  });
  std::vector<Coordinate> front;
  for (const Coordinate& one : all) {
    if (front.empty() || one.curvature < front.back().curvature) front.push_back(one);
  }
  return front;
}

bool stayAtZero(const SeparablePenalty& penalty, std::span<const Coordinate> coordinates,
                double lambda) {
  const double slope = penalty.slopeAt(0.0, lambda);
  return std::ranges::all_of(coordinates, [&](const Coordinate& one) {
    const double g = one.gradient * (1.0 - kRounding);
    if (!(slope > 0.0) || g > lambda * slope) return false;
    return penalty.convex() || penalty.proxAt(g / one.curvature, one.curvature, lambda) == 0.0;
  });
}

double largestOf(const Problem& problem, const Stationarity& zero) {
  const auto h = problem.design.curvature();
  double largest = 0.0;
  for (std::size_t j = 0; j < h.size(); ++j) {
    if (h[j] > 0.0) largest = std::max(largest, std::abs(zero.gradient[j]));
  }
  return largest;
}

}  // namespace

bool zeroIsCoordinatewiseMinimum(const Problem& problem, const Stationarity& zero) {
  const std::vector<Coordinate> coordinates = rivals(problem, zero.gradient);
  const auto* separable = dynamic_cast<const SeparablePenalty*>(&problem.penalty);
  return coordinates.empty() ||
         (separable != nullptr && stayAtZero(*separable, coordinates, problem.lambda));
}

double largestGradient(const Problem& problem) {
  Problem trial = problem;
  trial.lambda = 0.0;
  return largestOf(problem,
                   stationarity(trial, std::vector<double>(problem.design.columns(), 0.0)));
}

double lambdaMax(const Problem& problem) {
  if (problem.structure != nullptr) return structuredLambdaMax(problem);
  const auto h = problem.design.curvature();
  Problem trial = problem;
  trial.lambda = 0.0;
  const Stationarity zero = stationarity(trial, std::vector<double>(h.size(), 0.0));
  const double largest = largestOf(problem, zero);
  const auto* separable = dynamic_cast<const SeparablePenalty*>(&problem.penalty);
  if (largest == 0.0 || separable == nullptr) return largest;
  const std::vector<Coordinate> coordinates = rivals(problem, zero.gradient);
  const auto holds = [&](double lambda) { return stayAtZero(*separable, coordinates, lambda); };
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
