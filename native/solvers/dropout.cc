#include "solvers/dropout.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <memory>

#include "design/raw_matrix.h"
#include "solvers/batch_means.h"
#include "solvers/decrement.h"
#include "solvers/excess.h"
#include "solvers/history.h"
#include "solvers/lambda_max.h"
#include "solvers/masked_descent.h"
#include "solvers/prune.h"
#include "solvers/solver.h"
#include "solvers/start.h"

namespace flipside {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
/// A column is kept at least that often, so that 0 is not absorbing.
constexpr double kLeastKeep = 1e-3;
/// Rounds of equal keep probabilities that make the dense start.
constexpr std::size_t kStartRounds = 8;
/// Rounds until the step sizes have begun to fall.
constexpr double kHorizon = 64.0;
/// Fewer batch means say nothing.
constexpr std::size_t kFewestBlocks = 4;
/// Below that share of the largest coefficient one may be a zero that is still on its way.
constexpr double kSmall = 0.01;
/// For what the quadratic model of the objective leaves out.
constexpr double kAllowance = 1.05;

class Dropout {
 public:
  Dropout(const Problem& problem, const SeparablePenalty& penalty)
      : problem_(problem),
        table_(penalty.tabulated(problem.lambda)),
        penalty_(table_ ? *table_ : penalty),
        descent_(problem),
        means_(problem.design.columns()),
        keep_(problem.design.columns(), 1.0) {}

  Solution run(std::span<const double> start) {
    begin(start);
    if (!solution_.reason.empty()) return std::move(solution_);
    try {
      loop();
    } catch (const Cancelled&) {
      solution_.reason = "aborted";
    }
    return std::move(solution_);
  }

 private:
  void begin(std::span<const double> start) {
    const auto h = problem_.design.curvature();
    std::vector<double> w(h.size(), 0.0);
    const Stationarity zero = stationarity(problem_, w);
    zeroLoss_ = zero.loss;
    const bool resting = zeroIsCoordinatewiseMinimum(problem_, zero);
    if (resting && (start.empty() || problem_.penalty.convex() || zeroLoss_ == 0.0)) {
      // Nothing is masked that is not 0 already: no step and no noise.
      record(w, zero.objective);
      solution_.reason = "tolerance";
      solution_.objectiveMargin = 0.0;
      return;
    }
    if (start.empty()) {
      const double strength = startStrength(&penalty_, problem_.lambda, zero.gradient, h);
      keep_.assign(w.size(), 1.0 / (1.0 + strength));
      fixedRounds_ = kStartRounds - 1;
      descent_.setKeepProbability(keep_);
      descent_.moveTo(w);
      descent_.calibrate();
    } else {
      for (std::size_t j = 0; j < w.size(); ++j) w[j] = h[j] > 0.0 ? start[j] : 0.0;
    }
    const double objective = prune(problem_, penalty_, std::vector<double>(w.size(), 0.0), w);
    if (!std::isfinite(objective)) {
      throw BadValue("NUMERIC", "start", "start is too large: the loss overflows there");
    }
    record(w, objective);
    if (!start.empty()) continueFrom(w);
  }

  void loop() {
    std::vector<double> average(keep_.size());
    while (true) {
      if (solution_.iterations >= problem_.maxIterations) {
        judge();
        solution_.reason = converged() ? "tolerance" : "maxIterations";
        return;
      }
      const auto round = static_cast<double>(solution_.iterations);
      const double decay = std::pow(1.0 + round / kHorizon, -problem_.options.stepDecay);
      descent_.round(problem_.options.stepSize * decay, average);
      ++solution_.iterations;
      if (solution_.iterations > fixedRounds_) follow(average);
      means_.add(average);
      std::vector<double> w = means_.mean();
      const double objective = prune(problem_, penalty_, threshold(w, {}), w);
      record(w, objective);
      if (!means_.full()) continue;
      judge();
      if (converged()) {
        solution_.reason = "tolerance";
        return;
      }
      means_.merge();
      continueFrom(solution_.w);
    }
  }

  bool converged() const { return solution_.objectiveMargin <= problem_.tolerance * zeroLoss_; }

  /// keep <- keep(w)
  void follow(std::span<const double> w) {
    const auto h = problem_.design.curvature();
    for (std::size_t j = 0; j < w.size(); ++j) {
      const double strength = penalty_.etaHatAt(std::abs(w[j]), problem_.lambda) * h[j];
      keep_[j] = std::isinf(strength)
                     ? 1.0
                     : std::max(kLeastKeep, strength / (strength + problem_.lambda));
    }
    descent_.setKeepProbability(keep_);
    if (std::has_single_bit(solution_.iterations)) descent_.calibrate();
  }

  /// The descent at w; coordinates at 0 that the objective wants elsewhere go half of the way that
  /// they would go alone, as it takes a column long to leave 0 by itself.
  void continueFrom(std::span<const double> w) {
    const auto h = problem_.design.curvature();
    const Stationarity at = stationarity(problem_, w);
    std::vector<double> next(w.begin(), w.end());
    for (std::size_t j = 0; j < next.size(); ++j) {
      if (next[j] != 0.0 || h[j] == 0.0) continue;
      const double violation = violationAt(0.0, at.gradient[j], at.slope[j], problem_.lambda);
      next[j] = std::copysign(0.5 * violation / h[j], at.gradient[j]);
    }
    follow(next);
    descent_.moveTo(next);
    descent_.calibrate();
  }

  /// Below which size a coordinate of the average w may be a 0: twice its standard error or a small
  /// part of the largest.
  std::vector<double> threshold(std::span<const double> w,
                                const std::vector<std::vector<double>>& blocks) const {
    const auto h = problem_.design.curvature();
    double largest = 0.0;
    for (std::size_t j = 0; j < w.size(); ++j) {
      largest = std::max(largest, std::abs(w[j]) * std::sqrt(h[j]));
    }
    const auto count = static_cast<double>(blocks.size());
    std::vector<double> small(w.size(), 0.0);
    for (std::size_t j = 0; j < w.size(); ++j) {
      if (h[j] == 0.0) continue;
      small[j] = kSmall * largest / std::sqrt(h[j]);
      double square = 0.0;
      for (const std::vector<double>& block : blocks) square += std::pow(block[j] - w[j], 2);
      if (square > 0.0) {
        small[j] = std::max(small[j], 2.0 * std::sqrt(square / (count * (count - 1.0))));
      }
    }
    return small;
  }

  /// The average with its zeros, and its margin, in place of the last result.
  void judge() {
    std::vector<std::vector<double>> blocks = means_.tail();
    if (blocks.size() < kFewestBlocks) return;
    std::vector<double> w = means_.mean();
    const double objective = prune(problem_, penalty_, threshold(w, blocks), w);
    for (std::vector<double>& block : blocks) {
      for (std::size_t j = 0; j < w.size(); ++j) {
        if (w[j] == 0.0) block[j] = 0.0;
      }
    }
    constexpr double kRounding = 64.0 * std::numeric_limits<double>::epsilon();
    solution_.objectiveMargin = excessQuantile(problem_, penalty_, blocks, w, objective) +
                                kAllowance * predictedDecrease(problem_, penalty_, w) +
                                kRounding * (zeroLoss_ + std::abs(objective));
    history_.amend(objective, count(w));
    solution_.w = std::move(w);
  }

  static std::size_t count(std::span<const double> w) {
    return w.size() - static_cast<std::size_t>(std::ranges::count(w, 0.0));
  }

  void record(const std::vector<double>& w, double objective) {
    solution_.w = w;
    solution_.objectiveMargin = kInfinity;  // until it is judged
    history_.add(objective, count(w));
    if (!problem_.onIteration) return;
    const Stationarity at = stationarity(problem_, w);
    double violation = 0.0;
    for (std::size_t j = 0; j < w.size(); ++j) {
      if (w[j] == 0.0) continue;
      violation =
          std::max(violation, violationAt(w[j], at.gradient[j], at.slope[j], problem_.lambda));
    }
    problem_.onIteration(solution_.iterations, objective, violation, count(w));
  }

  const Problem& problem_;
  std::shared_ptr<const SeparablePenalty> table_;
  const SeparablePenalty& penalty_;
  MaskedDescent descent_;
  BatchMeans means_;
  std::vector<double> keep_;
  std::size_t fixedRounds_ = 0;
  double zeroLoss_ = 0.0;
  Solution solution_;
  History history_{solution_};
};

std::string gap(const Loss& loss, const Penalty& penalty) {
  if (!loss.quadratic()) {
    return "needs a quadratic loss, under which masks are Tikhonov regularisation in expectation; "
           "the " +
           std::string(loss.name()) + " loss is not";
  }
  if (!penalty.separable()) {
    return "needs a separable penalty, which gives each column a mask of its own by its own "
           "coefficient; this one is not";
  }
  return "";
}

const SolverEntry entry({"dropout", gap, solveDropout});

}  // namespace

Solution solveDropout(const Problem& problem, std::span<const double> start) {
  return Dropout(problem, dynamic_cast<const SeparablePenalty&>(problem.penalty)).run(start);
}

}  // namespace flipside
