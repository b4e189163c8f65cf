// The solver "workingSet": which lambda it begins at, from which starts, and its record.
//
// A penalty that is not convex has many stationary points. Coming from a large lambda in geometric
// steps, each solved roughly, usually ends at a lower one than going to a small lambda at once.
#include "solvers/working_set_solver.h"

#include <algorithm>
#include <cmath>
#include <string_view>

#include "solvers/history.h"
#include "solvers/solver.h"
#include "solvers/working_set.h"
#include "solvers/working_set_path.h"

namespace flipside {
namespace {

const SeparablePenalty& separable(const Problem& problem) {
  return dynamic_cast<const SeparablePenalty&>(problem.penalty);
}

class Run {
 public:
  explicit Run(const Problem& problem)
      : problem_(problem), risk_(makeRisk(problem)), set_(problem, *risk_) {}

  Solution solve(std::span<const double> start) {
    set_.begin(start);
    const bool cold = std::ranges::all_of(start, [](double v) { return v == 0.0; });
    if (cold && !problem_.penalty.convex()) descend();
    const double goal = stationarityGoal(problem_);
    const char* reason = set_.settle(problem_.lambda, goal, problem_.maxIterations,
                                     [&](const WorkingSet::State& state) { observe(state); });
    return finish(reason);
  }

 private:
  void descend() {
    for (double lambda = kStageStep * set_.lambdaOfZero();
         lambda * std::sqrt(kStageStep) > problem_.lambda; lambda *= kStageStep) {
      const double h = *std::ranges::max_element(risk_->curvature());
      const double threshold = h * separable(problem_).proxThreshold(h, lambda);
      const std::string_view reason = set_.settle(
          lambda, kStageTolerance * threshold, problem_.maxIterations,
          [&](const WorkingSet::State& state) {
            solution_.record.workingSetSizes.push_back(state.size);
          },
          true);
      if (reason == "aborted") return;
    }
  }

  void observe(const WorkingSet::State& state) {
    const bool first = history_.empty();
    if (!first) ++solution_.iterations;
    history_.add(first ? state.objective : std::min(history_.last(), state.objective),
                 state.nonzero);
    solution_.record.workingSetSizes.push_back(state.size);
    if (problem_.onIteration) {
      problem_.onIteration(solution_.iterations, state.objective, state.violation, state.nonzero);
    }
  }

  Solution finish(const char* reason) {
    solution_.reason = reason;
    solution_.w = set_.dense();
    solution_.record.passes = set_.passes();
    set_.certify(solution_.record);
    const WorkingSet::State& state = set_.state();
    if (state.complete) {
      solution_.end = FinalState{state.loss, state.omega, state.objective, state.violation};
    }
    return std::move(solution_);
  }

  const Problem& problem_;
  std::unique_ptr<Risk> risk_;
  WorkingSet set_;
  Solution solution_;
  History history_{solution_};
};

std::string gap(const Loss&, const Penalty& penalty) {
  if (!penalty.separable()) return "needs a penalty that is a sum over the coefficients";
  // Where 0 attracts nothing every column is at work.
  if (!(dynamic_cast<const SeparablePenalty&>(penalty).slopeAt(0.0, 1.0) > 0.0)) {
    return "needs a penalty that makes coefficients exactly 0";
  }
  return "";
}

const SolverEntry entry({"workingSet", gap, solveWorkingSet, true, followPath});

}  // namespace

Solution solveWorkingSet(const Problem& problem, std::span<const double> start) {
  return Run(problem).solve(start);
}

}  // namespace flipside
