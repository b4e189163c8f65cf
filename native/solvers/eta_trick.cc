// The eta-trick: descent in (w, log eta) together on
//
//   J(w, eta) = L(w) + lambda/2 (sum_j w_j^2 / eta_j + f(eta_j)),
//
// whose minimum over eta is L + lambda Omega. In log eta alone a gradient step goes wrong: towards
// a zero eta falls like 1/k. So the directions are those of L-BFGS (Nocedal 1980) in which a 2 x 2
// block per coordinate stands for the initial Hessian (variational.h), with Armijo's rule for the
// step; near a zero log eta then falls by a constant per step.
//
// What is recorded is L + lambda Omega at the lowest point so far: J falls, L + lambda Omega, which
// lies below it, need not at each step. Every few steps coordinates that vanish become 0 and zeros
// that violate stationarity come back (support_zeros.h). Where J has come to rest and L + lambda
// Omega has not, as J may where the dual of a mask family is not that of a penalty, eta <-
// etaHat(w), which lowers J, and on it goes.
#include <algorithm>
#include <cmath>
#include <deque>
#include <limits>

#include "solvers/course.h"
#include "solvers/solver.h"
#include "solvers/support_zeros.h"
#include "solvers/variational.h"

namespace flipside {
namespace {

constexpr std::size_t kInterval = 10;  // steps between checks
constexpr std::size_t kMemory = 20;
constexpr std::size_t kPatience = 50;  // checks without progress
constexpr double kLongest = 3.0;       // step of log eta
constexpr double kArmijo = 1e-4;
constexpr double kLeastCurvature = 1e-8;

constexpr double infinity = std::numeric_limits<double>::infinity();

struct Pair {
  std::vector<double> s, y;
  double product = 0.0;  // s'y
  double square = 0.0;   // y'B^-1 y
};

class EtaTrick {
 public:
  explicit EtaTrick(const Problem& problem)
      : problem_(problem),
        composite_(problem),
        course_(problem),
        patience_(kPatience),
        goal_(stationarityGoal(problem)),
        zeros_(composite_, goal_),
        slopes_(composite_.columns()) {}

  Solution run(std::span<const double> start) {
    at_.point = composite_.begin(start);
    course_.begin(at_.point);
    try {
      loop();
    } catch (const Cancelled&) {
      course_.end("aborted");
    }
    return course_.take();
  }

 private:
  void loop() {
    composite_.differentiate(at_.point);
    double scale = at_.point.scale();
    for (std::size_t j = 0; j < composite_.columns(); ++j) {
      if (!composite_.varies(j)) continue;
      scale = std::max(scale, std::abs(at_.point.gradient[j]) / composite_.metric()[j]);
    }
    const Variational variational(composite_, scale);
    variational_ = &variational;
    settle();
    for (bool moved = true;;) {
      if (problem_.cancel != nullptr) problem_.cancel->poll();
      if (!moved || course_.iterations() % kInterval == 0 || course_.exhausted()) {
        if (stationary()) return course_.end("tolerance");
        if (course_.exhausted()) {
          const bool lowest = stationarity(problem_, course_.w()).violation <= goal_;
          return course_.end(lowest ? "tolerance" : "maxIterations");
        }
        const bool changed = course_.iterations() > 0 && sift();
        if (changed && stationary()) return course_.end("tolerance");
        if (!changed && !progressed(moved)) return course_.end("stalled");
      }
      moved = step();
    }
  }

  /// eta = etaHat(w), with what has been learnt of J forgotten.
  void settle() {
    variational_->balance(at_);
    composite_.differentiate(at_.point);
    begin();
  }

  void begin() {
    const std::size_t p = composite_.columns();
    pairs_.clear();
    gradient_.resize(2 * p);
    variational_->gradient(at_, std::span(gradient_).first(p), std::span(gradient_).last(p));
  }

  bool stationary() {
    composite_.slopes(at_.point.w, slopes_);
    violation_ = composite_.violation(at_.point, slopes_, true);
    if (!(violation_ <= goal_)) return false;
    if (at_.point.objective > course_.lowest() + composite_.slack(at_.point)) {
      // An earlier point was better: back there, where J is lower too.
      at_.point.w = course_.w();
      settle();
      composite_.slopes(at_.point.w, slopes_);
      violation_ = composite_.violation(at_.point, slopes_, true);
      if (!(violation_ <= goal_)) return false;
    }
    if (!(stationarity(problem_, at_.point.w).violation <= goal_)) return false;
    course_.amend(at_.point);
    return true;
  }

  /// Where there is none, eta <- etaHat(w) may still lower J.
  bool progressed(bool moved) {
    const double slack = composite_.slack(at_.point);
    const bool goesOn = patience_.progressed(at_.value, slack, violation_, 0.99);
    if (moved && !patience_.idle()) return true;
    const double before = at_.value;
    settle();
    return at_.value < before - slack || goesOn;
  }

  bool sift() {
    const double curvature = composite_.lipschitz();
    bool changed = false;
    trial_ = at_;
    if (zeros_.drop(at_.point, curvature, trial_.point.w)) {
      changed = accept();
      if (!changed) zeros_.dropRefused();
    }
    trial_ = at_;
    if (zeros_.settleTiny(at_.point, trial_.point.w)) accept();
    if (changed) composite_.slopes(at_.point.w, slopes_);
    trial_ = at_;
    if (zeros_.letIn(at_.point, slopes_, curvature, trial_.point.w)) {
      changed = accept() || changed;
    }
    return changed;
  }

  /// Takes the coordinates of the trial that have become 0 out, puts new ones in with their etaHat,
  /// and moves there if J does not rise.
  bool accept() {
    const double lambda = problem_.lambda;
    for (std::size_t j = 0; j < trial_.u.size(); ++j) {
      const double w = trial_.point.w[j];
      if (w == at_.point.w[j]) continue;
      const double eta = composite_.separable()->etaHatAt(std::abs(w), lambda);
      trial_.u[j] = eta > 0.0 ? variational_->within(std::log(eta)) : -infinity;
    }
    variational_->evaluate(trial_);
    if (!(trial_.value <= at_.value + composite_.slack(at_.point))) return false;
    std::swap(at_, trial_);
    composite_.differentiate(at_.point);
    begin();
    if (at_.point.objective <= course_.lowest()) course_.amend(at_.point);
    return true;
  }

  /// One iteration of L-BFGS. False when no step lowers J.
  bool step() {
    const std::size_t p = composite_.columns();
    std::vector<double> direction = twoLoops();
    double descent = linalg::dot(direction, gradient_);
    if (!(descent < 0.0)) {
      pairs_.clear();
      direction = twoLoops();
      descent = linalg::dot(direction, gradient_);
      if (!(descent < 0.0)) return false;
    }
    double t = 1.0;
    const double slack = composite_.slack(at_.point);
    for (int attempt = 0; attempt < 30; ++attempt, t *= 0.5) {
      trial_.point.w = at_.point.w;
      trial_.u = at_.u;
      for (std::size_t j = 0; j < p; ++j) {
        trial_.point.w[j] += t * direction[j];
        if (!at_.active(j)) continue;
        trial_.u[j] = variational_->within(trial_.u[j] + t * direction[p + j]);
      }
      variational_->evaluate(trial_);
      if (!(trial_.value <= at_.value + kArmijo * t * descent + slack)) continue;
      advance();
      return true;
    }
    return false;
  }

  void advance() {
    const std::size_t p = composite_.columns();
    composite_.differentiate(trial_.point);
    std::vector<double> next(2 * p);
    variational_->gradient(trial_, std::span(next).first(p), std::span(next).last(p));
    Pair pair{std::vector<double>(2 * p), std::vector<double>(2 * p)};
    for (std::size_t j = 0; j < p; ++j) {
      pair.s[j] = trial_.point.w[j] - at_.point.w[j];
      pair.s[p + j] = at_.active(j) ? trial_.u[j] - at_.u[j] : 0.0;
    }
    for (std::size_t j = 0; j < 2 * p; ++j) pair.y[j] = next[j] - gradient_[j];
    pair.product = linalg::dot(pair.s, pair.y);
    gradient_ = std::move(next);
    std::swap(at_, trial_);
    std::vector<double> image(2 * p);
    variational_->precondition(at_, pair.y, image);
    pair.square = linalg::dot(pair.y, image);
    // Where J is not convex along the step, what was learnt before is of another place.
    if (!(pair.product > kLeastCurvature * pair.square)) {
      pairs_.clear();
    } else {
      pairs_.push_back(std::move(pair));
      if (pairs_.size() > kMemory) pairs_.pop_front();
    }
    double violation = 0.0;
    if (problem_.onIteration) {
      composite_.slopes(at_.point.w, slopes_);
      violation = composite_.violation(at_.point, slopes_, false);
    }
    course_.step(at_.point, violation);
  }

  /// Minus the approximate inverse Hessian times the gradient.
  std::vector<double> twoLoops() const {
    std::vector<double> q(gradient_);
    std::vector<double> weights(pairs_.size());
    for (std::size_t k = pairs_.size(); k-- > 0;) {
      const Pair& pair = pairs_[k];
      weights[k] = linalg::dot(pair.s, q) / pair.product;
      linalg::axpy(-weights[k], pair.y, q);
    }
    std::vector<double> out(q.size());
    variational_->precondition(at_, q, out);
    const double size = pairs_.empty() ? 1.0 : pairs_.back().product / pairs_.back().square;
    for (double& value : out) value *= size;
    for (std::size_t k = 0; k < pairs_.size(); ++k) {
      const Pair& pair = pairs_[k];
      linalg::axpy(weights[k] - linalg::dot(pair.y, out) / pair.product, pair.s, out);
    }
    // Where log eta would leap the coordinate goes part of its way: to grow from next to nothing it
    // must not hold the others up.
    const std::size_t p = out.size() / 2;
    for (std::size_t j = 0; j < p; ++j) {
      const double part = -std::min(1.0, kLongest / std::abs(out[p + j]));
      out[j] *= part;
      out[p + j] *= part;
    }
    return out;
  }

  const Problem& problem_;
  Composite composite_;
  Course course_;
  Patience patience_;
  double goal_;
  SupportZeros zeros_;
  const Variational* variational_ = nullptr;
  JointPoint at_, trial_;
  std::vector<double> gradient_, slopes_;
  std::deque<Pair> pairs_;
  double violation_ = infinity;
};

Solution solve(const Problem& problem, std::span<const double> start) {
  return EtaTrick(problem).run(start);
}

std::string gap(const Loss&, const Penalty& penalty) {
  if (penalty.separable()) return "";
  return "needs a penalty that is a sum over the coefficients";
}

const SolverEntry entry({"etaTrick", gap, solve});

}  // namespace
}  // namespace flipside
