#include "solvers/support.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace flipside {
namespace {

/// What is added to Newton's matrix, tried in turn until it is positive definite: a multiple of its
/// own diagonal (Levenberg), at last the reweighted step's curvature instead of the penalty's,
/// which always is up to exact collinearity, and a proximal term for that.
struct Damping {
  double shift;
  bool reweighted;
};
constexpr Damping kDampings[] = {{0.0, false},  {1e-9, false}, {1e-6, false}, {1e-3, false},
                                 {0.01, false}, {0.05, false}, {0.2, false},  {1.0, false},
                                 {0.0, true},   {1e-9, true},  {1e-6, true},  {1e-3, true}};
constexpr std::size_t kFirstReweighted = 8;
static_assert(kDampings[kFirstReweighted].reweighted &&
              !kDampings[kFirstReweighted - 1].reweighted);
constexpr std::size_t kSteps = 60;
constexpr std::size_t kRounds = 60;
constexpr std::size_t kCreeping = 6;
constexpr double kEdge = 1e-6;

/// A local minimiser t > 0 of 1/2 h t^2 - g t + lambda omega(t), which falls at 0 and rises from g
/// / h on: by bisection of its derivative in log t, since near lambdaMax t is any number of orders
/// below g / h.
double coordinateMinimum(const SeparablePenalty& penalty, double h, double g, double lambda) {
  double high = g / h;
  double low = 1e-18 * high;
  for (int i = 0; i < 100 && high - low > 1e-10 * high; ++i) {
    const double t = std::sqrt(low * high);
    (h * t - g + lambda * penalty.slopeAt(t, lambda) < 0.0 ? low : high) = t;
  }
  return high;
}

}  // namespace

SupportFinish::SupportFinish(Iterate& at, double goal, std::function<bool()> record)
    : at_(at), goal_(goal), record_(std::move(record)) {}

std::vector<bool> SupportFinish::vanishing() const {
  const auto w = at_.w();
  const double small = threshold_ * at_.scale();
  std::vector<bool> chosen(w.size());
  for (std::size_t k = 0; k < w.size(); ++k) chosen[k] = std::abs(w[k]) <= small;
  const std::vector<double> slopes = at_.slopesWithout(chosen);
  for (std::size_t k = 0; k < w.size(); ++k) {
    const double allowed = at_.problem().lambda * slopes[k];
    const double gradient = std::abs(at_.gradient()[k]);
    // On the very edge a coordinate shrinks ever more slowly; close to 0 it may go all the same.
    const bool edge =
        std::abs(at_.w()[k]) <= kEdge * at_.scale() && gradient <= allowed + 0.5 * goal_;
    chosen[k] = chosen[k] && allowed > 0.0 && (gradient < 0.99 * allowed || edge);
  }
  return chosen;
}

bool SupportFinish::run() {
  const std::vector<double> before = at_.full();
  const double objectiveBefore = at_.objective();
  const std::vector<bool> zero = vanishing();
  std::vector<double> start = before;
  for (std::size_t k = 0; k < zero.size(); ++k) {
    if (zero[k]) start[at_.active()[k]] = 0.0;
  }
  at_.set(start);
  for (std::size_t round = 0; round < kRounds && !exhausted_; ++round) {
    newton();
    const Stationarity check = stationarity(at_.problem(), at_.full());
    std::vector<std::size_t> violators;
    const auto curvature = at_.problem().design.curvature();
    for (std::size_t j = 0, k = 0; j < check.slope.size(); ++j) {
      const bool active = k < at_.size() && at_.active()[k] == j;
      if (active) ++k;
      if (!active && curvature[j] > 0.0 &&
          violationAt(0.0, check.gradient[j], check.slope[j], at_.problem().lambda) > goal_) {
        violators.push_back(j);
      }
    }
    if (violators.empty() || exhausted_ || !enter(violators, check)) {
      const bool lower = at_.objective() <= objectiveBefore + at_.slack();
      if (lower && violators.empty() && check.violation <= goal_) return true;
      if (!lower) break;
      return false;
    }
  }
  if (at_.objective() > objectiveBefore) {
    at_.set(before);
    threshold_ *= 0.1;
  }
  return false;
}

void SupportFinish::newton() {
  const std::size_t before = at_.size();
  newtonSteps();
  // A crowd that does not thin out (columns that are multiples of each other) is for Newton after
  // all.
  if (10 * at_.size() > 9 * before) crowds_ = false;
}

void SupportFinish::newtonSteps() {
  damping_ = 0;
  std::size_t slow = 0;
  for (std::size_t step = 0; step < kSteps && at_.size() > 0 && !exhausted_; ++step) {
    const double violation = at_.violation();
    if (violation <= 0.01 * goal_) return;
    const double objective = at_.objective();
    const std::size_t size = at_.size();
    const bool moved = newtonStep();
    dropVanishing();
    if (moved && !record_()) exhausted_ = true;
    if (at_.size() < size) {
      slow = 0;
      continue;
    }
    // Creeping through a region where the objective is not convex: leave along its negative
    // curvature.
    slow = damping_ > 0 || !moved || at_.violation() > 0.9 * violation ? slow + 1 : 0;
    if (slow >= kCreeping || !moved) {
      if (!leaveSaddle()) {
        if (!moved) return;
      }
      slow = 0;
    }
    // At the resolution of the objective only a smaller violation is progress.
    const bool fell = at_.objective() < objective - at_.slack();
    if (!fell && at_.size() == size && at_.violation() > 0.5 * violation) return;
  }
}

void SupportFinish::dropVanishing() {
  const std::vector<bool> zero = vanishing();
  if (std::find(zero.begin(), zero.end(), true) == zero.end()) return;
  std::vector<double> candidate(at_.w().begin(), at_.w().end());
  for (std::size_t k = 0; k < zero.size(); ++k) {
    if (zero[k]) candidate[k] = 0.0;
  }
  if (at_.tryAt(candidate) <= at_.objective()) {
    at_.accept();
    at_.compact();
  }
}

bool SupportFinish::newtonStep() {
  const std::size_t size = at_.size();
  ActiveQuadratic& quadratic = at_.quadratic();
  const double lambda = at_.problem().lambda;
  const auto h = quadratic.curvature();
  std::vector<double> ridge(size), diagonal, dense, matrix(size), rhs(size), step(size);
  at_.ridgeWeights(ridge);
  const bool curved = at_.penaltyCurvature(diagonal, dense);
  for (std::size_t k = 0; k < size; ++k) {
    rhs[k] = at_.gradient()[k] - std::copysign(lambda * at_.slope()[k], at_.w()[k]);
    // Beyond h the coordinate alone is concave: no minimum is here, the reweighted step leads away.
    if (dense.empty() && !(diagonal[k] > -(1.0 - 1e-7) * h[k])) diagonal[k] = ridge[k];
  }
  // Many more coordinates without curvature of their own than rows: Newton's matrix is singular,
  // and its steps lose one coordinate each where reweighting lets a crowd vanish. A few more are
  // Newton's again.
  const std::size_t rows = at_.problem().design.rows();
  const auto flat = static_cast<std::size_t>(
      std::count_if(diagonal.begin(), diagonal.end(), [](double d) { return !(d > 0.0); }));
  if (crowds_ && dense.empty() && flat > rows + std::max<std::size_t>(16, rows / 2)) {
    damping_ = std::max(damping_, kFirstReweighted);
  }
  for (; damping_ < std::size(kDampings); ++damping_) {
    const auto [shift, reweighted] = kDampings[damping_];
    if (!reweighted && !(curved && (quadratic.hasGram() || dense.empty()))) continue;
    ConstMatrix extra{};
    if (!reweighted && !dense.empty()) extra = {dense.data(), size, size, size};
    for (std::size_t k = 0; k < size; ++k) {
      const double own = reweighted ? ridge[k] : diagonal[k];
      const double inner = extra.data ? std::abs(extra(k, k)) : std::abs(own);
      matrix[k] = own + shift * (h[k] + (reweighted ? 0.0 : inner));
    }
    if (!quadratic.solve(matrix, extra, rhs, step)) continue;
    if (lineSearch(step)) {
      if (damping_ > 0) --damping_;
      return true;
    }
  }
  damping_ = 0;
  return false;
}

bool SupportFinish::lineSearch(std::span<const double> direction) {
  const std::size_t size = at_.size();
  const std::vector<double> slopes = at_.slopesWithout(std::vector<bool>(size, true));
  // The first coordinate to reach 0: up to there the step is smooth, beyond it a coordinate leaves.
  double crossing = 1.0;
  for (std::size_t k = 0; k < size; ++k) {
    const double w = at_.w()[k];
    if (slopes[k] > 0.0 && (w + direction[k]) * w <= 0.0) {
      crossing = std::min(crossing, std::abs(w / direction[k]));
    }
  }
  std::vector<double> candidate(size);
  const double objective = at_.objective();
  const double slack = at_.slack();
  const double violation = at_.violation();
  double t = 1.0;
  for (int attempt = 0; attempt < 20; ++attempt) {
    bool clipped = false;
    for (std::size_t k = 0; k < size; ++k) {
      const double w = at_.w()[k];
      candidate[k] = w + t * direction[k];
      const bool reaches = candidate[k] * w <= 0.0 || std::abs(candidate[k]) <= 1e-14 * std::abs(w);
      if (slopes[k] > 0.0 && reaches) {
        candidate[k] = 0.0;
        clipped = true;
      }
    }
    const double value = at_.tryAt(candidate);
    if (value < objective - slack || (value <= objective + slack && clipped)) {
      at_.accept();
      at_.compact();
      return true;
    }
    if (value <= objective + slack) {
      // Equal to working precision: near the end only the violation tells.
      const std::vector<double> before(at_.w().begin(), at_.w().end());
      at_.accept();
      if (at_.violation() < violation) return true;
      at_.tryAt(before);
      at_.accept();
      return false;
    }
    if (attempt == 6 && t > crossing) {
      t = crossing;
    } else {
      t = t > crossing ? std::max(0.5 * t, crossing) : 0.5 * t;
    }
  }
  return false;
}

bool SupportFinish::enter(const std::vector<std::size_t>& violators, const Stationarity& check) {
  const Problem& problem = at_.problem();
  const double objective = at_.objective();
  const std::vector<double> before = at_.full();
  std::vector<std::size_t> order = violators;
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    const double x = std::abs(check.gradient[a]) - problem.lambda * check.slope[a];
    const double y = std::abs(check.gradient[b]) - problem.lambda * check.slope[b];
    return x != y ? x > y : a < b;
  });
  order.resize(std::min(order.size(), std::max<std::size_t>(16, at_.size() / 2)));
  const auto h = problem.design.curvature();
  for (;;) {
    std::vector<double> full = before;
    for (const std::size_t j : order) {
      const double g = std::abs(check.gradient[j]);
      const double t = at_.separable() != nullptr
                           ? coordinateMinimum(*at_.separable(), h[j], g, problem.lambda)
                           : (g - problem.lambda * check.slope[j]) / h[j];
      full[j] = std::copysign(t, check.gradient[j]);
    }
    at_.set(full);
    // Lower, or equal to working precision and closer to stationary.
    const double first =
        std::abs(check.gradient[order[0]]) - problem.lambda * check.slope[order[0]];
    const auto improved = [&] {
      return at_.objective() < objective ||
             (at_.objective() <= objective + at_.slack() && at_.violation() < 0.9 * first);
    };
    for (int halving = 0; halving < 40 && !improved(); ++halving) {
      std::vector<double> candidate(at_.w().begin(), at_.w().end());
      for (std::size_t k = 0; k < candidate.size(); ++k) {
        if (before[at_.active()[k]] == 0.0) candidate[k] *= 0.5;
      }
      at_.tryAt(candidate);
      at_.accept();
    }
    if (improved()) {
      if (!record_()) exhausted_ = true;
      return true;
    }
    if (order.size() == 1) break;
    order.resize(1);
  }
  at_.set(before);
  return false;
}

bool SupportFinish::descendFurther() {
  if (exhausted_ || at_.size() == 0) return false;
  if (at_.penalty().combinatorial()) return swapSupport();
  return leaveSaddle();
}

bool SupportFinish::leaveSaddle() {
  if (at_.penalty().convex() || at_.separable() == nullptr) return false;
  ActiveQuadratic& quadratic = at_.quadratic();
  if (!quadratic.hasGram()) return false;
  const std::size_t size = at_.size();
  std::vector<double> diagonal, dense, direction(size);
  at_.penaltyCurvature(diagonal, dense);
  const double smallest = *std::min_element(diagonal.begin(), diagonal.end());
  if (smallest >= 0.0) return false;
  std::vector<double> solution(size);
  if (quadratic.solve(diagonal, {}, at_.gradient(), solution)) return false;  // no such curvature
  for (double& value : diagonal) value = std::max(value, -1e100);
  if (!(quadratic.smallestCurvature(diagonal, direction) < -1e-9)) return false;
  double reach = 0.0;
  double largest = 0.0;
  for (std::size_t k = 0; k < size; ++k) {
    reach = std::max(reach, std::abs(direction[k]));
    largest = std::max(largest, std::abs(at_.w()[k]));
  }
  if (!(reach > 0.0) || !std::isfinite(reach)) return false;
  for (double& value : direction) value *= largest / reach;
  const double objective = at_.objective();
  const std::vector<double> before = at_.full();
  double descent = 0.0;
  for (std::size_t k = 0; k < size; ++k) {
    const double slope = std::copysign(at_.problem().lambda * at_.slope()[k], at_.w()[k]);
    descent += (at_.gradient()[k] - slope) * direction[k];
  }
  if (descent < 0.0) {
    for (double& value : direction) value = -value;
  }
  for (int side = 0; side < 2; ++side) {
    if (lineSearch(direction) && at_.objective() < objective - 4.0 * at_.slack()) {
      if (!record_()) exhausted_ = true;
      return true;
    }
    at_.set(before);
    for (double& value : direction) value = -value;
  }
  return false;
}

bool SupportFinish::swapSupport() {
  // Iterative hard thresholding with a debiasing solve (Foucart 2011): the support of w + rho g,
  // kept when least squares on it is better.
  const Problem& problem = at_.problem();
  const std::vector<double> before = at_.full();
  const double objective = at_.objective();
  const Stationarity check = stationarity(problem, before);
  const auto h = problem.design.curvature();
  std::vector<double> point(before.size());
  std::vector<double> eta(before.size());
  for (double rho = 1.0; rho > 0.01; rho *= 0.5) {
    for (std::size_t j = 0; j < point.size(); ++j) {
      point[j] = h[j] > 0.0 ? before[j] + rho * check.gradient[j] / h[j] : 0.0;
    }
    at_.penalty().etaHat(point, problem.context(), eta);
    bool changed = false;
    for (std::size_t j = 0; j < point.size(); ++j) {
      if (eta[j] == 0.0) point[j] = 0.0;
      changed = changed || ((point[j] != 0.0) != (before[j] != 0.0));
    }
    if (!changed) break;
    at_.set(point);
    newton();
    if (at_.objective() < objective - 4.0 * at_.slack()) {
      if (!record_()) exhausted_ = true;
      return true;
    }
  }
  at_.set(before);
  return false;
}

}  // namespace flipside
