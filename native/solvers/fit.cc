#include "solvers/fit.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <optional>

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

std::shared_ptr<const StandardizedDesign> designOf(const FitRequest& request,
                                                   const FitControl& control) {
  if (request.design != nullptr) return request.design;
  Standardization options = request.standardization;
  options.fold = foldsWeights(request.loss);
  const bool compact = requireSolver(request.solver).columnwise && !request.penalty->needsDesign();
  return makeDesign(request.x, request.weights, options,
                    compact ? Storage::compact : Storage::dense, control.cancel);
}

class Run {
 public:
  Run(const FitRequest& request, const FitControl& control)
      : request_(request),
        control_(control),
        solver_(requireSolver(request.solver)),
        data_(designOf(request, control), {request.y, request.offset}, request.loss),
        design_(data_.design()) {
    const std::string gap = solver_.gap(data_.loss(), *request.penalty);
    if (gap.empty()) return;
    throw BadValue("UNSUPPORTED", "solver", "the solver " + solver_.name + " " + gap);
  }

  std::vector<FitOutcome> run() {
    std::vector<double> lambdas = request_.lambdas;
    if (lambdas.empty()) lambdas = grid();
    std::vector<double> start;
    for (std::size_t j = 0; j < request_.start.size(); ++j) {
      start.push_back(request_.start[j] * design_.scales()[j]);
    }
    std::vector<FitOutcome> outcomes;
    for (std::size_t k = 0; k < lambdas.size(); ++k) {
      progress_.lambdaIndex = k;
      progress_.lambdaCount = lambdas.size();
      try {
        const Solution solution = solveAt(lambdas[k], start, k > 0);
        start = solution.w;
        outcomes.push_back(outcome(lambdas[k], solution));
      } catch (const Cancelled&) {
        if (outcomes.empty()) throw;
        break;
      }
      if (outcomes.back().reason == "aborted") break;
    }
    return outcomes;
  }

 private:
  /// A penalty of 0 or infinity constrains at every lambda, 0 included.
  bool constrains() const { return request_.penalty->combinatorial(); }

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
    if (request_.x == nullptr) return solution;
    const auto scales = design_.scales();
    for (std::size_t j = 0; j < scales.size(); ++j) solution.w[j] /= scales[j];
    refineLeastSquares({*request_.x, request_.y, request_.weights, request_.offset,
                        request_.standardization.intercept},
                       design_, solution.w, control_.cancel);
    for (std::size_t j = 0; j < scales.size(); ++j) solution.w[j] *= scales[j];
    return solution;
  }

  FitOutcome outcome(double lambda, const Solution& solution) {
    Problem current = problem(lambda);
    current.cancel = nullptr;  // what an aborted fit has reached is still described
    const Stationarity end = stationarity(current, solution.w);
    FitOutcome out;
    out.lambda = lambda;
    out.objective = end.objective;
    out.loss = end.loss;
    out.stationarity = end.violation;
    out.iterations = solution.iterations;
    out.reason = solution.reason;
    out.objectiveHistory = solution.objectiveHistory;
    out.nonzeroHistory = solution.nonzeroHistory;
    out.secondsHistory = solution.secondsHistory;
    out.objectiveMargin = solution.objectiveMargin;
    out.record = solution.record;
    const std::size_t columns = design_.columns();
    out.coefficients.resize(columns);
    out.eta = end.eta;
    out.keepProbability.resize(columns);
    out.intercept = data_.intercept(solution.w);
    for (std::size_t j = 0; j < columns; ++j) {
      out.coefficients[j] = solution.w[j] / design_.scales()[j];
      if (solution.w[j] != 0.0) ++out.nonzero;
      // Masks act on columns as they are: eta counts in units of 1 / (|x_j|^2 / n) (theory of the
      // mask).
      const double eta = out.eta[j] * (design_.curvature()[j] > 0.0 ? design_.curvature()[j] : 1.0);
      out.keepProbability[j] =
          std::isinf(eta) || current.lambda == 0.0 ? 1.0 : eta / (eta + current.lambda);
    }
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
  std::chrono::steady_clock::time_point reported_ = std::chrono::steady_clock::now();
};

}  // namespace

std::vector<FitOutcome> runFit(const FitRequest& request, const FitControl& control) {
  return Run(request, control).run();
}

double workspaceBytes(const FitRequest& request, std::size_t rows, std::size_t columns,
                      bool sparse) {
  const auto n = static_cast<double>(rows);
  const auto p = static_cast<double>(columns);
  const double small = std::min(n, p);
  const double copies = (sparse ? 0.0 : 1.0) + 2.0 + (p > n ? 1.0 : 0.0);
  double bytes = 8.0 * (copies * n * p + 3.0 * small * small + 20.0 * (n + p));
  // dropout: the rows once more, the columns and the Gram matrix of its judgement, batch means.
  if (request.solver == "dropout") bytes += 8.0 * (2.0 * n * p + small * small + 150.0 * (n + p));
  return bytes;
}

}  // namespace flipside
