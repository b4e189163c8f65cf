#include "solvers/fit.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <optional>
#include <tuple>

#include "design/missing.h"
#include "solvers/blocks.h"
#include "solvers/describe.h"
#include "solvers/lambda_max.h"
#include "solvers/least_squares.h"
#include "solvers/prepared.h"
#include "solvers/solver.h"
#include "solvers/spread.h"

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
        design_(data_.whole()),
        structure_(
            spread(request.structure, data_.design().columns(), data_.outputs(), data_.scales())) {
    const std::string gap = solver_.gap(data_.loss(), *request.penalty);
    if (!gap.empty()) {
      throw BadValue("UNSUPPORTED", "solver", "the solver " + solver_.name + " " + gap);
    }
    if (!request.structure.plain() && !solver_.structured) {
      throw BadValue("UNSUPPORTED", "solver",
                     "the solver " + solver_.name + " takes no factors, bounds or groups");
    }
    if (data_.outputs() > 1 && request.penalty->needsDesign()) {
      throw BadValue("UNSUPPORTED", "penalty",
                     "penalty must not depend on the columns of x with several outputs");
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

  double gradientAtZero() { return largestGradient(problem(1.0)); }

  std::vector<double> grid() {
    const double largest = lambdaMax(problem(1.0));
    largest_ = largest;
    std::vector<double> lambdas;
    const double step = request_.pathLength > 1 ? std::log(request_.pathRatio) /
                                                      static_cast<double>(request_.pathLength - 1)
                                                : 0.0;
    for (std::size_t k = 0; k < request_.pathLength; ++k) {
      lambdas.push_back(largest * std::exp(step * static_cast<double>(k)));
    }
    return lambdas;
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
                : std::function<void(std::size_t, double, double, std::size_t)>(),
            request_.structure.plain() ? nullptr : &structure_};
  }

  Solution solveAt(double lambda, const std::vector<double>& start, bool warm) {
    const Problem current = problem(lambda);
    if (current.lambda == 0.0) return unpenalised(current, start);
    if (!warm) return solver_.solve(current, start);
    const Warmth warmth = warmthOf(*request_.penalty, lambda);
    std::optional<Solution> best;
    if (warmth != Warmth::useless) best = solver_.solve(current, start);
    const bool enough = warmth == Warmth::only || (best && solver_.descends);
    if (enough || (best && best->reason == "aborted")) return *best;
    Solution dense = solver_.solve(current, {});
    if (!best || dense.objectiveHistory.back() < best->objectiveHistory.back()) return dense;
    return *best;
  }

  Solution unpenalised(const Problem& current, const std::vector<double>& start) {
    if (current.loss.separateSquares() && current.structure == nullptr) {
      return leastSquares(current);
    }
    // Nothing is left to scale the tolerance by but the gradient at 0.
    Problem plain = current;
    plain.structure = nullptr;
    const Problem scaled{current.design,        current.y,        current.loss,
                         noPenalty(),           lambdaMax(plain), current.tolerance,
                         current.maxIterations, current.options,  current.cancel,
                         current.onIteration,   current.structure};
    return solver_.solve(scaled, start);
  }

  /// Output by output.
  Solution leastSquares(const Problem& current) {
    if (data_.outputs() == 1) return leastSquares(current, 0);
    const auto squared = findLoss("squared")->make({});
    Solution all;
    for (std::size_t k = 0; k < data_.outputs(); ++k) {
      const Problem one{data_.design(),        data_.yOf(k),    *squared,
                        current.penalty,       current.lambda,  current.tolerance,
                        current.maxIterations, current.options, current.cancel,
                        current.onIteration};
      Solution solution = leastSquares(one, k);
      if (k == 0) {
        std::swap(all, solution);
        continue;
      }
      all.w.insert(all.w.end(), solution.w.begin(), solution.w.end());
      for (std::size_t h = 0; h < all.objectiveHistory.size(); ++h) {
        all.objectiveHistory[h] += solution.objectiveHistory[h];
        all.nonzeroHistory[h] += solution.nonzeroHistory[h];
        all.secondsHistory[h] += solution.secondsHistory[h];
      }
    }
    return all;
  }

  Solution leastSquares(const Problem& one, std::size_t output) {
    Solution solution = solveLeastSquares(one);
    // Of a design that imputes x as it came is not the matrix that was fitted.
    if (request_.x == nullptr || data_.design().imputed() != nullptr) return solution;
    const StandardizedDesign& design = data_.design();
    const auto scales = design.scales();
    const std::size_t rows = design.rows();
    const auto rowsOf = [&](const std::vector<double>& all) {
      return all.empty() ? std::span<const double>() : std::span(all).subspan(output * rows, rows);
    };
    for (std::size_t j = 0; j < scales.size(); ++j) solution.w[j] /= scales[j];
    refineLeastSquares({*request_.x, rowsOf(request_.y), request_.weights, rowsOf(request_.offset),
                        request_.standardization.intercept},
                       design, solution.w, control_.cancel);
    for (std::size_t j = 0; j < scales.size(); ++j) solution.w[j] *= scales[j];
    return solution;
  }

  FitOutcome outcome(Problem current, double lambda, std::span<const double> w,
                     Solution&& solution) {
    current.cancel = nullptr;  // what an aborted fit has reached is still described
    FitOutcome out = describe(current, w, solution.end, data_.scales(), data_.outputs());
    keepBounds(w, out.coefficients);
    out.lambda = lambda;
    std::vector<double> intercepts = data_.intercepts(w);
    out.intercept = intercepts.front();
    if (intercepts.size() > 1) out.intercepts = std::move(intercepts);
    out.iterations = solution.iterations;
    out.reason = std::move(solution.reason);
    out.objectiveHistory = std::move(solution.objectiveHistory);
    out.nonzeroHistory = std::move(solution.nonzeroHistory);
    out.secondsHistory = std::move(solution.secondsHistory);
    out.objectiveMargin = solution.objectiveMargin;
    out.record = std::move(solution.record);
    out.diagnosis = constants_;
    readMargins(data_, w, out.diagnosis);
    if (out.nonzero == 0 && lambda > 0.0) out.diagnosis.lambdaMax = largestLambda();
    return out;
  }

  /// A coefficient at its bound is that to the last bit, whatever the change of scale rounds.
  void keepBounds(std::span<const double> w, std::vector<double>& coefficients) const {
    if (request_.structure.plain()) return;
    const auto& [lower, upper] = std::tie(request_.structure.lower, request_.structure.upper);
    for (std::size_t j = 0; j < coefficients.size(); ++j) {
      double& value = coefficients[j];
      if (!lower.empty()) {
        const double bound = lower[j % lower.size()];
        if (value < bound || w[j] <= structure_.lower[j]) value = bound + 0.0;
      }
      if (!upper.empty()) {
        const double bound = upper[j % upper.size()];
        if (value > bound || w[j] >= structure_.upper[j]) value = bound + 0.0;
      }
    }
  }

  /// NaN where it is not known: of a penalty that is no sum over the coefficients, or a structure.
  double largestLambda() {
    const bool known = request_.structure.plain() &&
                       dynamic_cast<const SeparablePenalty*>(request_.penalty.get()) != nullptr;
    if (!known) return std::numeric_limits<double>::quiet_NaN();
    if (!largest_) {
      Problem one = problem(1.0);
      one.cancel = nullptr;
      largest_ = lambdaMax(one);
    }
    return *largest_;
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
  const Design& design_;
  const Structure structure_;
  const Diagnosis constants_ = constantColumns(data_.design());
  std::optional<double> largest_;
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

std::vector<double> lambdaGrid(const FitRequest& request, const Cancellation* cancel) {
  FitControl control;
  control.cancel = cancel;
  return Run(request, control).grid();
}

double gradientAtZero(const FitRequest& request, const Cancellation* cancel) {
  FitControl control;
  control.cancel = cancel;
  return Run(request, control).gradientAtZero();
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
  const auto outputs = static_cast<double>(request.outputs);
  const auto p = static_cast<double>(columns);
  const auto n = request.gram != nullptr ? p + 1.0 : static_cast<double>(rows);
  // Vectors with an entry per output, and the Hessian in the intercepts.
  if (outputs > 1.0) copyBytes += 8.0 * (40.0 * outputs * (n + p) + outputs * outputs);
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
