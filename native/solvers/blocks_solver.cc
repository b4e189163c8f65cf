// The solver "blocks": a penalty that is a sum over groups of columns, with factors and bounds, for
// any loss and any storage of the design.
//
// A penalty that is not convex has many stationary points. From 0 it is approached by lambdas that
// fall in geometric steps, each solved roughly, which usually ends at a lower one.
#include <algorithm>
#include <cmath>

#include "solvers/blocks_run.h"
#include "solvers/blocks_stationarity.h"
#include "solvers/history.h"
#include "solvers/solver.h"

namespace flipside {
namespace {

constexpr double kStageStep = 0.3;
constexpr double kStageTolerance = 0.05;  // of a stage's lambda
constexpr std::size_t kStageIterations = 50;

class Solving {
 public:
  explicit Solving(const Problem& problem) : problem_(problem), run_(problem) {}

  Solution solve(std::span<const double> start) {
    run_.begin(start);
    try {
      const bool cold = std::ranges::all_of(run_.w(), [](double v) { return v == 0.0; });
      // What is not penalised comes first, so that it lets nothing in that need not be there.
      if (cold) fitUnpenalised(problem_, run_);
      if (cold && !run_.blocks().convex() && problem_.lambda > 0.0) descend();
      solution_.reason =
          run_.settle(problem_.lambda, stationarityGoal(problem_), problem_.maxIterations, true,
                      [this](const BlockRun::State& state) { observe(state); });
    } catch (const Cancelled&) {
      if (history_.empty()) throw;
      solution_.reason = "aborted";
    }
    solution_.w.assign(run_.w().begin(), run_.w().end());
    solution_.record.passes = run_.passes();
    if (run_.blocks().convex()) solution_.record.locallyConvex = 1;
    return std::move(solution_);
  }

 private:
  void descend() {
    for (double lambda = kStageStep * run_.lambdaOfZero();
         lambda * std::sqrt(kStageStep) > problem_.lambda; lambda *= kStageStep) {
      run_.settle(lambda, kStageTolerance * lambda, kStageIterations, true,
                  [this](const BlockRun::State& state) { note(state); });
    }
  }

  void note(const BlockRun::State& state) {
    if (state.working > 0) solution_.record.workingSetSizes.push_back(state.working);
  }

  void observe(const BlockRun::State& state) {
    const bool first = history_.empty();
    if (!first) ++solution_.iterations;
    history_.add(first ? state.objective : std::min(history_.last(), state.objective),
                 state.nonzero);
    note(state);
    if (problem_.onIteration) {
      problem_.onIteration(solution_.iterations, history_.last(), state.violation, state.nonzero);
    }
  }

  const Problem& problem_;
  BlockRun run_;
  Solution solution_;
  History history_{solution_};
};

std::string gap(const Loss&, const Penalty& penalty) {
  return penalty.separable() ? "" : "needs a penalty that is a sum over the coefficients";
}

Solution solve(const Problem& problem, std::span<const double> start) {
  return Solving(problem).solve(start);
}

const SolverEntry entry({.name = "blocks",
                         .gap = gap,
                         .solve = solve,
                         .columnwise = true,
                         .path = nullptr,
                         .structured = true,
                         .descends = true});

}  // namespace
}  // namespace flipside
