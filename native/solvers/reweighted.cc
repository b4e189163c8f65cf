#include "solvers/reweighted.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "design/raw_matrix.h"
#include "solvers/history.h"
#include "solvers/iterate.h"
#include "solvers/lambda_max.h"
#include "solvers/solver.h"
#include "solvers/start.h"
#include "solvers/support.h"

namespace flipside {
namespace {

constexpr std::size_t kPatience = 30;

class Reweighted {
 public:
  explicit Reweighted(const Problem& problem)
      : problem_(problem),
        at_(problem),
        goal_(stationarityGoal(problem)),
        finish_(at_, goal_, [this] { return record(); }) {}

  Solution run(std::span<const double> start) {
    begin(start);
    try {
      loop();
    } catch (const Cancelled&) {
      solution_.reason = "aborted";
    }
    return std::move(solution_);
  }

 private:
  void begin(std::span<const double> start) {
    const std::size_t columns = problem_.design.columns();
    const auto h = problem_.design.curvature();
    std::vector<double> w(columns, 0.0);
    if (!start.empty()) {
      for (std::size_t j = 0; j < columns; ++j) w[j] = h[j] > 0.0 ? start[j] : 0.0;
      if (std::all_of(w.begin(), w.end(), [](double v) { return std::isfinite(v); })) at_.set(w);
      if (!std::isfinite(at_.loss()) || std::isnan(at_.objective())) {
        throw BadValue("NUMERIC", "start", "start is too large: the loss overflows there");
      }
    } else {
      const Stationarity zero = stationarity(problem_, w);
      if (zeroIsCoordinatewiseMinimum(problem_, zero)) {
        at_.set(w);
      } else {
        std::vector<std::size_t> all;
        for (std::size_t j = 0; j < columns; ++j) {
          if (h[j] > 0.0) all.push_back(j);
        }
        at_.set(w, all);
        denseStart();
      }
    }
    save();
  }

  /// Ridge regression whose strength is the penalty's own at a tenth of the largest marginal
  /// coefficient.
  void denseStart() {
    const auto h = at_.quadratic().curvature();
    const double strength = startStrength(at_.separable(), problem_.lambda, at_.gradient(), h);
    std::vector<double> ridge(h.begin(), h.end());
    for (double& value : ridge) value *= strength;
    std::vector<double> w(h.size());
    if (!at_.quadratic().solve(ridge, {}, at_.gradient(), w)) {
      throw std::runtime_error("the ridge matrix of the start is not positive definite");
    }
    at_.tryAt(w);
    at_.accept();
    at_.compact();
  }

  void loop() {
    std::size_t nextFinish = 3;
    std::size_t interval = 3;
    for (std::size_t step = 0;; ++step) {
      if (problem_.cancel != nullptr) problem_.cancel->poll();
      if (solution_.iterations >= problem_.maxIterations) {
        const bool stationary = stationarity(problem_, at_.full()).violation <= goal_;
        solution_.reason = stationary ? "tolerance" : "maxIterations";
        return;
      }
      if (at_.size() == 0 || step == nextFinish) {
        if (finish()) return;
        interval = std::min<std::size_t>(interval + 1 + interval / 2, 50);
        nextFinish = step + interval;
      }
      if (solution_.iterations >= problem_.maxIterations) continue;
      if (!reweightedStep()) {
        // Neither the objective nor the violation has come down for a while.
        if (finish()) return;
        if (idle_ == 0) continue;
        solution_.reason = "stalled";
        return;
      }
    }
  }

  bool finish() {
    const bool stationary = finish_.run();
    save();
    if (!stationary) return false;
    if (escapes_ < 50 && finish_.descendFurther()) {
      ++escapes_;
      idle_ = 0;
      save();
      return finish();
    }
    solution_.reason = "tolerance";
    return true;
  }

  bool reweightedStep() {
    dropVanished();
    const std::size_t size = at_.size();
    std::vector<double> ridge(size), rhs(size), step(size), candidate(size);
    at_.ridgeWeights(ridge);
    at_.steepest(rhs);
    bool solved = at_.quadratic().solve(ridge, {}, rhs, step);
    // Collinear columns that the penalty leaves free (mcp, scad beyond a lambda): a proximal term,
    // which lowers the objective too.
    for (double proximal = 1e-10; !solved && proximal < 10.0; proximal *= 100.0) {
      for (std::size_t k = 0; k < size; ++k) ridge[k] += proximal * at_.quadratic().curvature()[k];
      solved = at_.quadratic().solve(ridge, {}, rhs, step);
    }
    if (!solved) return progressed(false);
    const double before = at_.objective();
    double length = 1.0;
    for (int halving = 0; halving < 8; ++halving, length *= 0.5) {
      for (std::size_t k = 0; k < size; ++k) candidate[k] = at_.w()[k] + length * step[k];
      if (at_.tryAt(candidate) <= before + (std::isinf(before) ? 0.0 : at_.slack())) {
        const double slack = at_.slack();
        at_.accept();
        record();
        return progressed(at_.objective() < before - slack);
      }
    }
    return progressed(false);
  }

  /// At the resolution of the objective the violation still tells progress; it need not fall each
  /// time.
  bool progressed(bool fell) {
    const double violation = at_.violation();
    if (fell || violation < 0.999 * leastViolation_) {
      leastViolation_ = std::min(leastViolation_, violation);
      idle_ = 0;
      return true;
    }
    return ++idle_ < kPatience;
  }

  /// Coordinates whose etaHat is 0, and those that have shrunk to nothing where 0 is stationary,
  /// leave.
  void dropVanished() {
    const std::size_t size = at_.size();
    const double scale = at_.scale();
    std::vector<bool> small(size);
    bool any = false;
    for (std::size_t k = 0; k < size; ++k) {
      small[k] = std::abs(at_.w()[k]) <= 1e-10 * scale || std::isinf(at_.slope()[k]);
      any = any || small[k];
    }
    if (!any) return;
    const std::vector<double> slopes = at_.slopesWithout(small);
    std::vector<double> full = at_.full();
    for (std::size_t k = 0; k < size; ++k) {
      if (small[k] && (std::isinf(at_.slope()[k]) ||
                       std::abs(at_.gradient()[k]) < problem_.lambda * slopes[k])) {
        full[at_.active()[k]] = 0.0;
      }
    }
    const std::vector<double> before = at_.full();
    if (full == before) return;
    const double objective = at_.objective();
    at_.set(full);
    if (at_.objective() > objective + at_.slack()) at_.set(before);
  }

  bool record() {
    const double last = history_.last();
    ++solution_.iterations;
    // A rise here is rounding at the size of slack(): the steps themselves never accept one. A
    // finish that is still above the point it started from is recorded at that point.
    history_.add(std::min(last, at_.objective()), at_.size());
    if (at_.objective() <= last) solution_.w = at_.full();
    if (problem_.onIteration) {
      problem_.onIteration(solution_.iterations, history_.last(), at_.violation(), at_.size());
    }
    return solution_.iterations < problem_.maxIterations;
  }

  /// The current point is the result so far, and the end of the history.
  void save() {
    solution_.w = at_.full();
    if (history_.empty()) history_.add(at_.objective(), at_.size());
    history_.amend(std::min(history_.last(), at_.objective()), at_.size());
  }

  const Problem& problem_;
  Iterate at_;
  double goal_;
  SupportFinish finish_;
  Solution solution_;
  History history_{solution_};
  double leastViolation_ = std::numeric_limits<double>::infinity();
  std::size_t idle_ = 0;
  std::size_t escapes_ = 0;
};

}  // namespace

Solution solveReweighted(const Problem& problem, std::span<const double> start) {
  return Reweighted(problem).run(start);
}

namespace {

std::string gap(const Loss& loss, const Penalty&) {
  if (loss.quadratic()) return "";
  return "needs a quadratic loss, which " + std::string(loss.name()) + " is not";
}

const SolverEntry entry({"reweighted", gap, solveReweighted});

}  // namespace

}  // namespace flipside
