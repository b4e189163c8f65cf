// The solver "workingSet": which lambda it begins at, from which starts, and its record.
//
// A penalty that is not convex has many stationary points. Coming from a large lambda in geometric
// steps, each solved roughly, usually ends at a lower one than going to a small lambda at once.
#include "solvers/working_set_solver.h"

#include <algorithm>
#include <cmath>
#include <string_view>

#include "solvers/history.h"
#include "solvers/reweighted.h"
#include "solvers/solver.h"
#include "solvers/working_set.h"
#include "solvers/working_set_path.h"
#include "solvers/working_set_starts.h"

namespace flipside {
namespace {

const SeparablePenalty& separable(const Problem& problem) {
  return dynamic_cast<const SeparablePenalty&>(problem.penalty);
}

class Run {
 public:
  explicit Run(const Problem& problem)
      : problem_(problem), risk_(makeRisk(problem)), set_(problem, *risk_) {}

  Solution solve(std::span<const double> start, double step) {
    set_.begin(start);
    const bool cold = std::ranges::all_of(start, [](double v) { return v == 0.0; });
    if (cold && step > 0.0 && !problem_.penalty.convex()) descend(step);
    const double goal = stationarityGoal(problem_);
    const char* reason = set_.settle(problem_.lambda, goal, problem_.maxIterations,
                                     [&](const WorkingSet::State& state) { observe(state); });
    if (std::string_view(reason) == "stalled") return finishInDouble();
    return finish(reason);
  }

 private:
  /// Where the columns at work are as good as collinear, what single precision takes from their
  /// Gram matrix can be more than there is left to gain. Reweighting goes on from here.
  Solution finishInDouble() {
    Solution reached = finish("stalled");
    if (!problem_.loss.quadratic() || problem_.design.dense().data == nullptr) return reached;
    Solution better = solveReweighted(problem_, reached.w);
    const double before = reached.objectiveHistory.back();
    if (!(better.objectiveHistory.back() <= before)) return reached;
    const auto append = [](auto& to, const auto& from) {
      to.insert(to.end(), from.begin() + 1, from.end());
    };
    for (double& objective : better.objectiveHistory) objective = std::min(objective, before);
    append(reached.objectiveHistory, better.objectiveHistory);
    append(reached.nonzeroHistory, better.nonzeroHistory);
    for (double& seconds : better.secondsHistory) seconds += reached.secondsHistory.back();
    append(reached.secondsHistory, better.secondsHistory);
    reached.iterations += better.iterations;
    reached.reason = better.reason;
    reached.w = std::move(better.w);
    reached.end.reset();
    return reached;
  }

  void descend(double step) {
    for (double lambda = step * set_.lambdaOfZero(); lambda * std::sqrt(step) > problem_.lambda;
         lambda *= step) {
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
    set_.leaveGram();
    return std::move(solution_);
  }

  const Problem& problem_;
  std::unique_ptr<Risk> risk_;
  WorkingSet set_;
  Solution solution_;
  History history_{solution_};
};

std::string gap(const Loss& loss, const Penalty& penalty) {
  // Coordinate by coordinate it would end at any of the splits of a coefficient between outputs
  // that are equally good under l1; steps of all coordinates at once keep them even.
  if (loss.relative()) {
    return "needs a loss that fixes the level of its outputs, which " + std::string(loss.name()) +
           " does not";
  }
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
  Solution first = solveFrom(problem, start, kStageStep);
  if (problem.options.starts <= 1 || problem.penalty.convex()) return first;
  return tryStarts(problem, std::move(first));
}

Solution solveFrom(const Problem& problem, std::span<const double> start, double step) {
  return Run(problem).solve(start, step);
}

}  // namespace flipside
