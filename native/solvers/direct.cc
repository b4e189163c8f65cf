// Descent along the subgradient of L + lambda Omega itself: with s the subgradient of least norm,
//
//   s_j = dL/dw_j + lambda omega'(|w_j|) sign w_j,    at w_j = 0 dL/dw_j shrunk by lambda
//   omega'(0+),
//
//   w_j <- w_j - s_j / (c D_j + lambda omega''_+(|w_j|)),
//
// D_j the bound on L's curvature along coordinate j and c a spectral estimate of its curvature
// along the last step (Barzilai and Borwein 1988), raised until Armijo's condition holds. A
// coordinate that would cross a kink at 0 stops there, and leaves it in the next step if it must:
// no kink is jumped over and back. A penalty with a cusp (lp, p < 1) keeps what it has at 0. One
// without a kink but with etaHat(0) = 0 (lp, p > 1) takes its coordinates towards 0 by factors.
#include <algorithm>
#include <cmath>
#include <limits>

#include "solvers/composite.h"
#include "solvers/course.h"
#include "solvers/solver.h"
#include "solvers/support_zeros.h"

namespace flipside {
namespace {

constexpr std::size_t kInterval = 10;   // steps between looks at the zeros
constexpr std::size_t kPatience = 100;  // such looks without progress
constexpr double kLeast = 1e-12;  // c, of its largest value: a separable logistic loss flattens out
constexpr double kArmijo = 1e-4;
constexpr int kHalvings = 60;

class Direct {
 public:
  explicit Direct(const Problem& problem)
      : problem_(problem),
        composite_(problem),
        course_(problem),
        patience_(kPatience),
        goal_(stationarityGoal(problem)),
        zeros_(composite_, goal_),
        slopes_(composite_.columns()),
        steepest_(composite_.columns()) {
    const SeparablePenalty* penalty = composite_.separable();
    kink_ = penalty == nullptr || composite_.slopeZero() > 0.0;
    smooth_ = penalty != nullptr && penalty->etaHatAt(0.0, problem.lambda) > 0.0;
  }

  Solution run(std::span<const double> start) {
    at_ = composite_.begin(start);
    course_.begin(at_);
    try {
      loop();
    } catch (const Cancelled&) {
      course_.end("aborted");
    }
    return course_.take();
  }

 private:
  void loop() {
    largest_ = 1.02 * composite_.lipschitz();
    curvature_ = largest_;
    composite_.differentiate(at_);
    for (bool moved = true;;) {
      if (problem_.cancel != nullptr) problem_.cancel->poll();
      composite_.slopes(at_.w, slopes_);
      if (stationary()) return course_.end("tolerance");
      if (course_.exhausted()) return course_.end("maxIterations");
      if (!moved || course_.iterations() % kInterval == 0) {
        const bool changed = course_.iterations() > 0 && lookAtZeros();
        if (!changed && !moved) return course_.end("stalled");
        const double violation = composite_.violation(at_, slopes_, true);
        if (!changed && !patience_.progressed(at_.objective, composite_.slack(at_), violation)) {
          return course_.end("stalled");
        }
      }
      moved = step();
    }
  }

  bool stationary() {
    if (!(composite_.violation(at_, slopes_, true) <= goal_)) return false;
    if (!(stationarity(problem_, at_.w).violation <= goal_)) return false;
    course_.amend(at_);
    return true;
  }

  /// The moves that no step makes: zeros of a penalty whose slope is steep there come back, and
  /// coordinates too small to be seen are put where they belong.
  bool lookAtZeros() {
    bool changed = false;
    candidate_.w = at_.w;
    if (zeros_.settleTiny(at_, candidate_.w)) accept();
    candidate_.w = at_.w;
    if (zeros_.letIn(at_, slopes_, largest_, candidate_.w)) changed = accept();
    return changed;
  }

  bool accept() {
    composite_.evaluate(candidate_);
    if (!(candidate_.objective <= course_.lowest() + composite_.slack(at_))) return false;
    composite_.differentiate(candidate_);
    std::swap(at_, candidate_);
    composite_.slopes(at_.w, slopes_);
    course_.amend(at_);
    return true;
  }

  bool step() {
    const std::size_t p = at_.w.size();
    const double lambda = problem_.lambda;
    bend_.assign(p, 0.0);
    for (std::size_t j = 0; j < p; ++j) {
      const double w = at_.w[j];
      steepest_[j] = 0.0;
      if (!composite_.varies(j)) continue;
      if (w != 0.0) {
        steepest_[j] = at_.gradient[j] - std::copysign(lambda * slopes_[j], w);
      } else {
        const double excess = violationAt(0.0, at_.gradient[j], slopes_[j], lambda);
        steepest_[j] = std::copysign(excess, at_.gradient[j]);
      }
      if (composite_.separable() == nullptr) continue;
      const double bend = lambda * composite_.separable()->curvatureAt(std::abs(w), lambda);
      if (bend > 0.0) bend_[j] = bend;
    }
    const double slack = composite_.slack(at_);
    for (int attempt = 0; attempt < kHalvings; ++attempt, curvature_ *= 2.0) {
      move();
      double descent = 0.0;
      for (std::size_t j = 0; j < p; ++j) {
        descent += steepest_[j] * (candidate_.w[j] - at_.w[j]);
      }
      if (!(descent > 0.0)) return false;
      composite_.evaluate(candidate_);
      if (candidate_.objective <= course_.lowest() - kArmijo * descent + slack) {
        advance();
        return true;
      }
    }
    curvature_ = largest_;
    return false;
  }

  void move() {
    candidate_.w = at_.w;
    for (std::size_t j = 0; j < at_.w.size(); ++j) {
      if (!composite_.varies(j)) continue;
      const double w = at_.w[j];
      double& value = candidate_.w[j];
      value += steepest_[j] / (curvature_ * composite_.metric()[j] + bend_[j]);
      if (w != 0.0 && !smooth_ && value * w <= 0.0) value = kink_ ? 0.0 : 0.1 * w;
    }
  }

  void advance() {
    composite_.differentiate(candidate_);
    const double violation = problem_.onIteration ? composite_.violation(at_, slopes_, false) : 0.0;
    double product = 0.0;
    double square = 0.0;
    for (std::size_t j = 0; j < at_.w.size(); ++j) {
      const double step = candidate_.w[j] - at_.w[j];
      product += step * (at_.gradient[j] - candidate_.gradient[j]);
      square += composite_.metric()[j] * step * step;
    }
    const double most = composite_.bounded() ? largest_ : std::numeric_limits<double>::max();
    if (square > 0.0) curvature_ = std::clamp(product / square, kLeast * largest_, most);
    std::swap(at_, candidate_);
    course_.step(at_, violation);
  }

  const Problem& problem_;
  Composite composite_;
  Course course_;
  Patience patience_;
  double goal_;
  SupportZeros zeros_;
  Point at_, candidate_;
  std::vector<double> slopes_, steepest_, bend_;
  bool kink_ = true;
  bool smooth_ = false;
  double largest_ = 1.0;
  double curvature_ = 1.0;  // c
};

Solution solve(const Problem& problem, std::span<const double> start) {
  return Direct(problem).run(start);
}

std::string gap(const Loss&, const Penalty& penalty) {
  if (!penalty.combinatorial()) return "";
  return "needs a penalty with a slope, which a mere constraint has not";
}

const SolverEntry entry({"direct", gap, solve});

}  // namespace
}  // namespace flipside
