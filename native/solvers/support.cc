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
  const auto h = quadratic.curvature();
  std::vector<double> ridge(size), diagonal, dense, matrix(size), rhs(size), step(size);
  at_.ridgeWeights(ridge);
  at_.steepest(rhs);
  const bool curved = at_.penaltyCurvature(diagonal, dense);
  for (std::size_t k = 0; k < size; ++k) {
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

}  // namespace flipside
