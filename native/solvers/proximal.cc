// AdaProx (LeJeune, Javadi and Baraniuk 2021): a gradient step, then a mask applied as a shrinkage,
//
//   w <- alpha o (w - rho grad L(w)),    alpha = etaHat(w) / (etaHat(w) + rho lambda),
//
// with rho_j = 1 / (c D_j), D_j the bound on L's curvature along coordinate j. Where c D bounds L's
// curvature along the step, which is tested, and c raised if not, this is the exact minimiser of
//
//   L(w_k) + grad L(w_k)'(w - w_k) + 1/2 sum_j (w_j - w_kj)^2 / rho_j + lambda/2 sum_j w_j^2 /
//   eta_j
//
// up to a constant, which lies above L + lambda Omega at the step and touches it at w_k: the
// objective never rises. A penalty that only constrains (hardThreshold) has its etaHat taken at the
// gradient step, which makes this iterative hard thresholding (Blumensath and Davies 2009).
//
// Accelerated, the step is taken from a point extrapolated by Nesterov's momentum (Beck and
// Teboulle 2009), which begins anew where it points uphill (O'Donoghue and Candes 2015) or where
// the objective would rise.
//
// Two things are added. Every kInterval steps coordinates that vanish become 0 and zeros that
// violate stationarity come back (support_zeros.h). And near a solution a coordinate moves at the
// rate of its own alpha, however well conditioned L is, as it does in reweighting: fits that take
// kFirstFinish steps are helped by Newton's method on the support (newton.h) now and then, each of
// whose steps counts as an iteration.
#include <algorithm>
#include <cmath>
#include <limits>

#include "solvers/composite.h"
#include "solvers/course.h"
#include "solvers/newton.h"
#include "solvers/solver.h"
#include "solvers/support_zeros.h"

namespace flipside {
namespace {

constexpr std::size_t kInterval = 10;   // steps between looks at the gradient of the iterate itself
constexpr std::size_t kPatience = 100;  // such looks without progress
constexpr std::size_t kFirstFinish = 1000;
constexpr std::size_t kFinishInterval = 2000;  // at most
constexpr int kNewtonSteps = 20;
constexpr double kGrowth = 1.1;
constexpr double kLeast = 1e-8;
constexpr double kRelaxation = 0.9;

class AdaProx {
 public:
  explicit AdaProx(const Problem& problem)
      : problem_(problem),
        composite_(problem),
        course_(problem),
        patience_(kPatience),
        goal_(stationarityGoal(problem)),
        zeros_(composite_, goal_),
        eta_(composite_.columns()),
        slopes_(composite_.columns()) {}

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
    curvature_ = 1.02 * composite_.lipschitz();
    largest_ = 2.0 * composite_.lipschitz();
    limit_ = composite_.bounded() ? largest_ : std::numeric_limits<double>::infinity();
    composite_.differentiate(at_);
    previous_ = at_;
    for (bool moved = true;;) {
      if (problem_.cancel != nullptr) problem_.cancel->poll();
      const bool look = !moved || course_.iterations() % kInterval == 0;
      if (look || course_.exhausted()) {
        if (stationary()) return course_.end("tolerance");
        if (course_.exhausted()) return course_.end("maxIterations");
        bool changed = course_.iterations() > 0 && sift();
        if (changed && stationary()) return course_.end("tolerance");
        if (!moved || course_.iterations() >= nextFinish_) {
          nextFinish_ = course_.iterations() + std::min(course_.iterations(), kFinishInterval);
          changed = finish() || changed;
          if (changed && stationary()) return course_.end("tolerance");
        }
        if (changed) {
          moved = true;
        } else if (!moved ||
                   !patience_.progressed(at_.objective, composite_.slack(at_), violation_)) {
          return course_.end("stalled");
        }
      }
      moved = step();
    }
  }

  /// By at_'s own gradient first, then from scratch.
  bool stationary() {
    differentiate();
    composite_.slopes(at_.w, slopes_);
    violation_ = composite_.violation(at_, slopes_, true);
    if (!(violation_ <= goal_)) return false;
    if (!(stationarity(problem_, at_.w).violation <= goal_)) return false;
    course_.amend(at_);
    return true;
  }

  bool sift() {
    candidate_.w = at_.w;
    bool changed = false;
    if (zeros_.drop(at_, curvature_, candidate_.w)) {
      changed = accept();
      if (!changed) zeros_.dropRefused();
    }
    if (changed) {
      differentiate();
      composite_.slopes(at_.w, slopes_);
      candidate_.w = at_.w;
    }
    if (zeros_.letIn(at_, slopes_, curvature_, candidate_.w)) {
      bool entered = accept();
      for (int halving = 0; !entered && halving < 20; ++halving) {
        for (std::size_t j = 0; j < at_.w.size(); ++j) {
          candidate_.w[j] = 0.5 * (candidate_.w[j] + at_.w[j]);
        }
        entered = accept();
      }
      changed = changed || entered;
    }
    return changed;
  }

  /// Moves to the candidate of sift() if the objective does not rise.
  bool accept() {
    composite_.evaluate(candidate_);
    if (!(candidate_.objective <= course_.lowest())) return false;
    std::swap(at_, candidate_);
    differentiated_ = false;
    course_.amend(at_);
    restart();
    return true;
  }

  /// Newton's method on the support; true when it got anywhere.
  bool finish() {
    bool moved = false;
    for (int step = 0; step < kNewtonSteps && !course_.exhausted(); ++step) {
      differentiate();
      if (!newtonStep(composite_, at_, course_.lowest(), candidate_)) break;
      const double violation = composite_.violation(candidate_, slopesAt(candidate_), false);
      std::swap(at_, candidate_);
      course_.step(at_, violation);
      moved = true;
      if (violation <= 0.01 * goal_) break;
    }
    if (moved) restart();
    return moved;
  }

  void restart() {
    momentum_ = 1.0;
    previous_.w = at_.w;
  }

  void differentiate() {
    if (!differentiated_) composite_.differentiate(at_);
    differentiated_ = true;
  }

  /// One iteration. False when not even the step from the iterate itself finds a lower objective.
  bool step() {
    const double next = 0.5 * (1.0 + std::sqrt(1.0 + 4.0 * momentum_ * momentum_));
    const double weight = problem_.options.accelerated ? (momentum_ - 1.0) / next : 0.0;
    if (weight > 0.0) {
      extrapolate(weight);
      shrinkFrom(base_);
      if (lower()) {
        if (uphill(base_)) {
          restart();
        } else {
          momentum_ = next;
        }
        return advance(base_);
      }
      restart();
    }
    differentiate();
    shrinkFrom(at_);
    if (!lower()) return false;
    momentum_ = 0.5 * (1.0 + std::sqrt(5.0));
    return advance(at_);
  }

  bool lower() const {
    return candidate_.objective <= course_.lowest() + composite_.slack(at_) ||
           std::isinf(course_.lowest());
  }

  bool advance(const Point& from) {
    const double violation =
        problem_.onIteration ? composite_.violation(from, slopesAt(from), false) : 0.0;
    std::swap(previous_.w, at_.w);
    std::swap(previous_.fitted, at_.fitted);
    std::swap(at_, candidate_);
    differentiated_ = false;
    course_.step(at_, violation);
    curvature_ = std::max(kRelaxation * curvature_, kLeast * largest_);
    return true;
  }

  std::span<const double> slopesAt(const Point& point) {
    composite_.slopes(point.w, slopes_);
    return slopes_;
  }

  /// base_ = at + weight (at - previous); a coordinate that would cross 0 stays where it is.
  void extrapolate(double weight) {
    const std::size_t p = at_.w.size();
    base_.w.resize(p);
    bool straight = true;
    for (std::size_t j = 0; j < p; ++j) {
      base_.w[j] = at_.w[j] + weight * (at_.w[j] - previous_.w[j]);
      if (composite_.penalty().combinatorial() || base_.w[j] * at_.w[j] > 0.0) continue;
      straight = straight && base_.w[j] == at_.w[j];
      base_.w[j] = at_.w[j];
    }
    if (straight) {
      base_.fitted.resize(at_.fitted.size());
      for (std::size_t i = 0; i < at_.fitted.size(); ++i) {
        base_.fitted[i] = at_.fitted[i] + weight * (at_.fitted[i] - previous_.fitted[i]);
      }
      composite_.evaluateFitted(base_);
    } else {
      composite_.evaluate(base_);
    }
    composite_.differentiate(base_);
  }

  /// The AdaProx step from a point into candidate_.
  void shrinkFrom(const Point& from) {
    const std::size_t p = from.w.size();
    const auto metric = composite_.metric();
    const bool constrains = composite_.penalty().combinatorial();
    if (!constrains) composite_.penalty().etaHat(from.w, composite_.context(), eta_);
    candidate_.w.resize(p);
    for (;;) {
      for (std::size_t j = 0; j < p; ++j) {
        const double rise =
            composite_.varies(j) ? from.gradient[j] / (curvature_ * metric[j]) : 0.0;
        candidate_.w[j] = from.w[j] + rise;
      }
      if (constrains) composite_.penalty().etaHat(candidate_.w, composite_.context(), eta_);
      double linear = 0.0;
      double square = 0.0;
      for (std::size_t j = 0; j < p; ++j) {
        candidate_.w[j] *= keep(j);
        const double step = candidate_.w[j] - from.w[j];
        linear += from.gradient[j] * step;
        square += metric[j] * step * step;
      }
      composite_.evaluate(candidate_);
      const double allowed = 0.5 * curvature_ * square;
      const double bound = problem_.loss.curvatureBound();
      const double largest = std::isinf(bound) ? bound : 0.5 * bound * distance(from);
      // Beyond the limit, which bounds the whole Hessian, only rounding can say otherwise.
      if (!(largest > allowed) || curvature_ >= limit_) return;
      // A loss that is flatter there than its bound, where the difference is more than rounding.
      const bool visible = allowed > 1e3 * composite_.lossSlack(from);
      if (visible && candidate_.loss - from.loss + linear <= allowed) return;
      if (!visible && !composite_.bounded()) return;
      curvature_ *= std::clamp(1.05 * largest / allowed, kGrowth, 2.0);
    }
  }

  /// |X (candidate - from)|^2 / n
  double distance(const Point& from) const {
    double sum = 0.0;
    for (std::size_t i = 0; i < from.fitted.size(); ++i) {
      const double difference = candidate_.fitted[i] - from.fitted[i];
      sum += difference * difference;
    }
    return sum / static_cast<double>(from.fitted.size());
  }

  double keep(std::size_t j) const {
    // The step's share of lambda may underflow: 0/0.
    if (!composite_.varies(j) || eta_[j] == 0.0) return 0.0;
    if (std::isinf(eta_[j])) return 1.0;
    return eta_[j] / (eta_[j] + problem_.lambda / (curvature_ * composite_.metric()[j]));
  }

  /// Whether the gradient of the objective where the step began has a positive product with the way
  /// from the last iterate to the new one.
  bool uphill(const Point& from) const {
    double product = 0.0;
    for (std::size_t j = 0; j < from.w.size(); ++j) {
      if (eta_[j] == 0.0) continue;
      const double gradient = problem_.lambda * (from.w[j] / eta_[j]) - from.gradient[j];
      product += gradient * (candidate_.w[j] - at_.w[j]);
    }
    return product > 0.0;
  }

  const Problem& problem_;
  Composite composite_;
  Course course_;
  Patience patience_;
  double goal_;
  SupportZeros zeros_;
  Point at_, previous_, base_, candidate_;
  bool differentiated_ = true;
  double curvature_ = 1.0;  // c
  double limit_ = 1.0;      // on c, beyond which it need not go
  double largest_ = 1.0;    // the scale of it
  double momentum_ = 1.0;
  std::vector<double> eta_, slopes_;
  double violation_ = std::numeric_limits<double>::infinity();
  std::size_t nextFinish_ = kFirstFinish;
};

Solution solve(const Problem& problem, std::span<const double> start) {
  return AdaProx(problem).run(start);
}

std::string gap(const Loss&, const Penalty&) { return ""; }

const SolverEntry entry({"proximal", gap, solve});

}  // namespace
}  // namespace flipside
