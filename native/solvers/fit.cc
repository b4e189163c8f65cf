#include "solvers/fit.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <optional>

#include "design/missing.h"
#include "solvers/describe.h"
#include "solvers/lambda_max.h"
#include "solvers/least_squares.h"
#include "solvers/prepared.h"
#include "solvers/solver.h"

namespace flipside {
namespace {

constexpr std::chrono::milliseconds kProgressInterval(50);

/// Where a warm start makes sense, and whether it is the only one needed.
enum class Warmth { only, beside, useless };

Warmth warmthOf(const Penalty& penalty, double lambda) {
  const auto* separable = dynamic_cast<const SeparablePenalty*>(&penalty);
  if (separable == nullptr) return Warmth::useless;
  const double slope = separable->slopeAt(0.0, lambda);
  if (std::isinf(slope)) return Warmth::useless;  // 0 is a local minimum at every lambda
  return penalty.convex() ? Warmth::only : Warmth::beside;
}

const SolverItem& requireSolver(const std::string& name) {
  const SolverItem* item = findSolver(name);
  if (item != nullptr) return *item;
  throw BadValue("UNSUPPORTED", "solver", "solver must be registered, but " + name + " is not");
}

Prepared prepare(const FitRequest& request, const Cancellation* cancel) {
  if (request.gram != nullptr) {
    return {*request.gram, request.standardization, request.loss, cancel};
  }
  return {request.design != nullptr ? request.design : makeDesign(request, cancel),
          {request.y, request.offset, request.lossParameters, request.outputs},
          request.loss};
}

class Run {
 public:
  Run(const FitRequest& request, const FitControl& control)
      : request_(request),
        control_(control),
        solver_(requireSolver(request.solver)),
        data_(prepare(request, control.cancel)),
        design_(data_.design()) {
    const std::string gap = solver_.gap(data_.loss(), *request.penalty);
    if (!gap.empty()) {
      throw BadValue("UNSUPPORTED", "solver", "the solver " + solver_.name + " " + gap);
    }
    if (!request.structure.plain() && !solver_.structured) {
      throw BadValue("UNSUPPORTED", "solver",
                     "the solver " + solver_.name + " takes no factors, bounds or groups");
    }
    if (request.gram != nullptr && request.penalty->needsDesign()) {
      throw BadValue("UNSUPPORTED", "penalty",
                     "penalty must not depend on the rows of x, which a gram has not");
    }
  }

  std::vector<FitOutcome> run() {
    std::vector<double> lambdas = request_.lambdas;
    if (lambdas.empty()) lambdas = grid();
    std::vector<double> start;
    for (std::size_t j = 0; j < request_.start.size(); ++j) {
      start.push_back(request_.start[j] * data_.scales()[j]);
    }
    progress_.lambdaCount = lambdas.size();
    while (outcomes_.size() < lambdas.size()) {
      const std::size_t k = outcomes_.size();
      const std::span<const double> rest = std::span(lambdas).subspan(k, together(lambdas, k));
      try {
        if (rest.size() > 1) {
          solver_.path(problem(rest.front()), rest, start, [&](Solution&& solution) {
            start = take(lambdas[outcomes_.size()], std::move(solution));
          });
        } else {
          start = take(rest.front(), solveAt(rest.front(), start, k > 0));
        }
      } catch (const Cancelled&) {
        if (outcomes_.empty()) throw;
        break;
      }
      if (outcomes_.size() < k + rest.size() || outcomes_.back().reason == "aborted") break;
    }
    return std::move(outcomes_);
  }

 private:
  /// A penalty of 0 or infinity constrains at every lambda, 0 included.
  bool constrains() const { return request_.penalty->combinatorial(); }

  /// How many lambdas from the k-th on the solver takes at once.
  std::size_t together(const std::vector<double>& lambdas, std::size_t k) const {
    if (solver_.path == nullptr) return 1;
    const auto first = lambdas.begin() + static_cast<std::ptrdiff_t>(k);
    const auto end = std::find(first, lambdas.end(), 0.0);
    return std::max<std::size_t>(1, static_cast<std::size_t>(end - first));
  }

  /// Adds an outcome. Returns w.
  std::vector<double> take(double lambda, Solution&& solution) {
    std::vector<double> w = std::move(solution.w);
    outcomes_.push_back(outcome(problem(lambda), lambda, w, std::move(solution)));
    progress_.lambdaIndex = outcomes_.size();
    return w;
  }

  Problem problem(double lambda) {
    if (lambda == 0.0 && constrains()) lambda = 1.0;
    return {design_,
            data_.y(),
            data_.loss(),
            *request_.penalty,
            lambda,
            request_.tolerance,
            request_.maxIterations,
            request_.options,
            control_.cancel,
            control_.progress
                ? [this](std::size_t iteration, double objective, double violation,
                         std::size_t nonzero) { report(iteration, objective, violation, nonzero); }
                : std::function<void(std::size_t, double, double, std::size_t)>()};
  }

  std::vector<double> grid() {
    const double largest = lambdaMax(problem(1.0));
    std::vector<double> lambdas;
    const double step = request_.pathLength > 1 ? std::log(request_.pathRatio) /
                                                      static_cast<double>(request_.pathLength - 1)
                                                : 0.0;
    for (std::size_t k = 0; k < request_.pathLength; ++k) {
      lambdas.push_back(largest * std::exp(step * static_cast<double>(k)));
    }
    return lambdas;
  }

  Solution solveAt(double lambda, const std::vector<double>& start, bool warm) {
    const Problem current = problem(lambda);
    if (current.lambda == 0.0) return unpenalised(current, start);
    if (!warm) return solver_.solve(current, start);
    const Warmth warmth = warmthOf(*request_.penalty, lambda);
    std::optional<Solution> best;
    if (warmth != Warmth::useless) best = solver_.solve(current, start);
    if (warmth == Warmth::only || (best && best->reason == "aborted")) return *best;
    Solution dense = solver_.solve(current, {});
    if (!best || dense.objectiveHistory.back() < best->objectiveHistory.back()) return dense;
    return *best;
  }

  Solution unpenalised(const Problem& current, const std::vector<double>& start) {
    if (current.loss.quadratic()) return leastSquares(current);
    // Nothing is left to scale the tolerance by but the gradient at 0.
    const Problem scaled{current.design,        current.y,          current.loss,
                         noPenalty(),           lambdaMax(current), current.tolerance,
                         current.maxIterations, current.options,    current.cancel,
                         current.onIteration};
    return solver_.solve(scaled, start);
  }

  Solution leastSquares(const Problem& current) {
    Solution solution = solveLeastSquares(current);
    // Of a design that imputes x as it came is not the matrix that was fitted.
    if (request_.x == nullptr || design_.imputed() != nullptr) return solution;
    const auto scales = design_.scales();
    for (std::size_t j = 0; j < scales.size(); ++j) solution.w[j] /= scales[j];
    refineLeastSquares({*request_.x, request_.y, request_.weights, request_.offset,
                        request_.standardization.intercept},
                       design_, solution.w, control_.cancel);
    for (std::size_t j = 0; j < scales.size(); ++j) solution.w[j] *= scales[j];
    return solution;
  }

  FitOutcome outcome(Problem current, double lambda, std::span<const double> w,
                     Solution&& solution) {
    current.cancel = nullptr;  // what an aborted fit has reached is still described
    FitOutcome out = describe(current, w, solution.end, data_.scales());
    out.lambda = lambda;
    out.intercept = data_.intercept(w);
    out.iterations = solution.iterations;
    out.reason = std::move(solution.reason);
    out.objectiveHistory = std::move(solution.objectiveHistory);
    out.nonzeroHistory = std::move(solution.nonzeroHistory);
    out.secondsHistory = std::move(solution.secondsHistory);
    out.objectiveMargin = solution.objectiveMargin;
    out.record = std::move(solution.record);
    return out;
  }

  void report(std::size_t iteration, double objective, double violation, std::size_t nonzero) {
    const auto now = std::chrono::steady_clock::now();
    if (now - reported_ < kProgressInterval) return;
    reported_ = now;
    progress_.iteration = iteration;
    progress_.objective = objective;
    progress_.stationarity = violation;
    progress_.nonzero = nonzero;
    control_.progress(progress_);
  }

  const FitRequest& request_;
  const FitControl& control_;
  const SolverItem& solver_;
  const Prepared data_;
  const StandardizedDesign& design_;
  FitProgress progress_;
  std::vector<FitOutcome> outcomes_;
  std::chrono::steady_clock::time_point reported_ = std::chrono::steady_clock::now();
};

}  // namespace

std::vector<FitOutcome> runFit(const FitRequest& request, const FitControl& control) {
  if (request.design != nullptr || request.x == nullptr || !request.standardization.imputeMissing) {
    std::vector<FitOutcome> outcomes = Run(request, control).run();
    if (request.design != nullptr) {
      for (FitOutcome& outcome : outcomes) outcome.imputed = request.design->imputed();
    }
    return outcomes;
  }
  // Here and not by makeDesign(): the refinement of least squares reads the matrix again.
  Imputed imputed = imputeMissing(request.x, request.weights, control.cancel);
  FitRequest filled = request;
  filled.x = std::move(imputed.x);
  filled.standardization.imputeMissing = false;
  std::vector<FitOutcome> outcomes = Run(filled, control).run();
  for (FitOutcome& outcome : outcomes) outcome.imputed = imputed.values;
  return outcomes;
}

Storage storageFor(const std::string& solver, const Penalty& penalty) {
  return requireSolver(solver).columnwise && !penalty.needsDesign() ? Storage::compact
                                                                    : Storage::dense;
}

std::shared_ptr<const StandardizedDesign> makeDesign(const FitRequest& request,
                                                     const Cancellation* cancel) {
  Standardization options = request.standardization;
  options.fold = foldsWeights(request.loss);
  return makeDesign(request.x, request.weights, options,
                    storageFor(request.solver, *request.penalty), cancel);
}

double workspaceBytes(const FitRequest& request, std::size_t rows, std::size_t columns,
                      double copyBytes) {
  if (request.standardization.imputeMissing) copyBytes *= 2.0;
  const auto p = static_cast<double>(columns);
  const auto n = request.gram != nullptr ? p + 1.0 : static_cast<double>(rows);
  const double small = std::min(n, p);
  const SolverItem* solver = findSolver(request.solver);
  if (solver != nullptr && solver->columnwise && request.gram == nullptr) {
    return copyBytes + 8.0 * 40.0 * (n + p);
  }
  const double copies = 2.0 + (request.design == nullptr ? 1.0 : 0.0) + (p > n ? 1.0 : 0.0);
  double bytes = copyBytes + 8.0 * (copies * n * p + 3.0 * small * small + 20.0 * (n + p));
  // dropout: the rows once more, the columns and the Gram matrix of its judgement, batch means.
  if (request.solver == "dropout") bytes += 8.0 * (2.0 * n * p + small * small + 150.0 * (n + p));
  return bytes;
}

}  // namespace flipside
