#include "solvers/working_set_starts.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "penalties/catalogue.h"
#include "random/philox.h"
#include "solvers/working_set_solver.h"

namespace flipside {
namespace {

constexpr double kFineStep = 0.7;
constexpr double kDropped = 0.3;  // of the coordinates that are not 0
constexpr double kRoughly = 1e-3;

std::vector<double> solutionOfL1(const Problem& problem) {
  const auto l1 = findPenalty("l1")->make({});
  const auto& penalty = dynamic_cast<const SeparablePenalty&>(problem.penalty);
  const double h = *std::ranges::max_element(problem.design.curvature());
  if (h == 0.0) return {};
  const double lambda = h * penalty.proxThreshold(h, problem.lambda);
  const Problem convex{problem.design,
                       problem.y,
                       problem.loss,
                       *l1,
                       lambda,
                       std::max(kRoughly, problem.tolerance),
                       problem.maxIterations,
                       problem.options,
                       problem.cancel,
                       {}};
  return solveFrom(convex, {}, 0.0).w;
}

std::vector<double> thinned(const Problem& problem, std::span<const double> w,
                            std::size_t attempt) {
  std::vector<double> start(w.begin(), w.end());
  std::vector<double> uniforms(w.size());
  Philox(problem.options.seed, attempt).uniforms(uniforms);
  for (std::size_t j = 0; j < start.size(); ++j) {
    if (uniforms[j] < kDropped) start[j] = 0.0;
  }
  return start;
}

Solution solveAgain(const Problem& problem, std::size_t attempt, const Solution& best) {
  switch (attempt) {
    case 1:
      return solveFrom(problem, {}, 0.0);
    case 2:
      return solveFrom(problem, solutionOfL1(problem), 0.0);
    case 3:
      return solveFrom(problem, {}, kFineStep);
    default:
      return solveFrom(problem, thinned(problem, best.w, attempt), 0.0);
  }
}

}  // namespace

Solution tryStarts(const Problem& problem, Solution first) {
  Solution best = std::move(first);
  double worst = best.objectiveHistory.back();
  double passes = best.record.passes;
  std::size_t tried = 1;
  for (; tried < problem.options.starts && best.reason != "aborted"; ++tried) {
    try {
      Solution next = solveAgain(problem, tried, best);
      if (next.reason == "aborted") throw Cancelled();
      passes += next.record.passes;
      worst = std::max(worst, next.objectiveHistory.back());
      if (next.objectiveHistory.back() < best.objectiveHistory.back()) best = std::move(next);
    } catch (const Cancelled&) {
      best.reason = "aborted";
      break;
    }
  }
  best.record.passes = passes;
  best.record.starts = tried;
  best.record.worstObjective = worst;
  return best;
}

}  // namespace flipside
