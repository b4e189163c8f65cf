#include "solvers/gram_descent.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

#include "linalg/mixed.h"
#include "solvers/problem.h"

namespace flipside {
namespace {

constexpr double kSlideShare = 1e-5;  // of the diagonal: above the rounding of single precision
constexpr int kHalvings = 12;
constexpr int kRounds = 50;

}  // namespace

double GramDescent::threshold(double h) {
  Threshold& cached = thresholds_[(std::bit_cast<std::uint64_t>(h) * 0x9e3779b97f4a7c15U) >> 56];
  if (cached.h != h) cached = {h, h * penalty_.proxThreshold(h, lambda_)};
  return cached.value;
}

double GramDescent::violation(double w, double gradient, double h) {
  if (w == 0.0) return std::max(0.0, std::abs(gradient) - threshold(h));
  return violationAt(w, gradient, penalty_.slopeAt(std::abs(w), lambda_), lambda_);
}

double GramDescent::step(double w, double gradient, double h) const {
  const double z = w + gradient / h;
  return std::copysign(penalty_.proxAt(std::abs(z), h, lambda_), z);
}

double GramDescent::minimise(const GramStore& gram, std::span<double> w, std::span<double> gradient,
                             double tolerance, std::size_t mostSweeps) {
  gram_ = &gram;
  w_ = w;
  gradient_ = gradient;
  active_.clear();
  isActive_.assign(w.size(), 0);
  double worst = 0.0;
  double least = skip_ * tolerance;
  std::size_t sweeps = 0;
  for (int round = 0; round < kRounds; ++round) {
    if (activate() == 0 && round > 0) return worst;
    worst = largestViolation();
    while (worst > tolerance) {
      if (cancel_ != nullptr) cancel_->poll();
      if (++sweeps > mostSweeps) return worst;
      if (spent_ > 0.0 && spent_ > newtonCost() * (1.0 + refused_)) {
        const bool fell = newton();
        refused_ = fell ? 0.0 : 2.0 * refused_ + 1.0;
        spent_ = 0.0;
        worst = largestViolation();
      } else {
        const double largest = sweep(least);
        if (largest == 0.0) least = 0.0;  // a move may be less than the violation
        if (largest <= 2.0 * tolerance) worst = largestViolation();
      }
    }
  }
  return worst;
}

/// Takes up what is not 0 and what violates its condition at 0. Returns how many came.
std::size_t GramDescent::activate() {
  std::size_t came = 0;
  for (std::size_t k = 0; k < w_.size(); ++k) {
    if (isActive_[k] != 0) continue;
    if (w_[k] == 0.0 && std::abs(gradient_[k]) <= threshold(gram_->bounds()[k])) continue;
    isActive_[k] = 1;
    active_.push_back(k);
    ++came;
  }
  return came;
}

/// One step for each active coordinate that moves by more than `least`. Returns the largest move.
/// Both as a gradient.
double GramDescent::sweep(double least) {
  double largest = 0.0;
  for (const std::size_t k : active_) {
    const double h = gram_->diagonal()[k];
    const double next = step(w_[k], gradient_[k], h);
    const double move = next - w_[k];
    if (!(h * std::abs(move) > least)) continue;
    w_[k] = next;
    linalg::subtractScaled(move, gram_->column(k), gradient_);
    spent_ += 2.0 * static_cast<double>(w_.size());
    largest = std::max(largest, h * std::abs(move));
  }
  return largest;
}

double GramDescent::largestViolation() {
  double worst = 0.0;
  for (const std::size_t k : active_) {
    worst = std::max(worst, violation(w_[k], gradient_[k], gram_->bounds()[k]));
  }
  return worst;
}

void GramDescent::collectSupport() {
  support_.clear();
  shift_.clear();
  for (const std::size_t k : active_) {
    if (w_[k] == 0.0) continue;
    support_.push_back(k);
    shift_.push_back(lambda_ * penalty_.curvatureAt(std::abs(w_[k]), lambda_));
  }
}

double GramDescent::newtonCost() {
  collectSupport();
  return factor_.cost({*gram_, support_, shift_});
}

/// One step of Newton's method on the coordinates that are not 0, in the orthant where they are:
/// what would change its sign becomes 0. Halved until the objective falls. False, with nothing
/// changed, when the Hessian is not positive definite or no step helps.
bool GramDescent::newton() {
  collectSupport();
  if (support_.empty()) return false;
  direction_.resize(support_.size());
  for (std::size_t a = 0; a < support_.size(); ++a) {
    const std::size_t k = support_[a];
    const double slope = penalty_.slopeAt(std::abs(w_[k]), lambda_);
    direction_[a] = gradient_[k] - std::copysign(lambda_ * slope, w_[k]);
  }
  const std::vector<double> force = direction_;
  if (!factor_.solve({*gram_, support_, shift_}, direction_, cancel_)) return slide(force);
  double length = 1.0;
  for (int halving = 0; halving < kHalvings; ++halving, length *= 0.5) {
    if (tryStep(length)) return true;
  }
  return slide(force);
}

/// Where G is singular on the support (more nonzeros than rows, equal columns) and the penalty not
/// concave: with a little added to the diagonal Newton's direction hardly changes anything but the
/// penalty, and the way goes on until a coordinate is 0. Descent alone would creep along it.
bool GramDescent::slide(std::span<const double> force) {
  if (std::ranges::any_of(shift_, [](double value) { return value < 0.0; })) return false;
  const std::size_t size = support_.size();
  std::vector<double> values(size * size);
  const MutableMatrix factor{values.data(), size, size, size};
  for (std::size_t a = 0; a < size; ++a) {
    const float* from = gram_->column(support_[a]);
    for (std::size_t b = a + 1; b < size; ++b) {
      factor(b, a) = static_cast<double>(from[support_[b]]);
    }
    factor(a, a) = gram_->diagonal()[support_[a]] * (1.0 + kSlideShare) + shift_[a];
  }
  if (!linalg::cholesky(factor, cancel_)) return false;
  direction_.assign(force.begin(), force.end());
  linalg::choleskySolve(factor, direction_);
  double length = 1.0;
  for (std::size_t a = 0; a < size; ++a) {
    const double whole = -w_[support_[a]] / direction_[a];
    if (whole > 0.0) length = std::min(length, whole);
  }
  return tryStep(length * (1.0 + 1e-12));  // so that the first one arrives
}

bool GramDescent::tryStep(double length) {
  const std::size_t size = support_.size();
  next_.resize(size);
  image_.assign(w_.size(), 0.0);
  double change = 0.0;
  double scale = 0.0;
  for (std::size_t a = 0; a < size; ++a) {
    const std::size_t k = support_[a];
    next_[a] = w_[k] + length * direction_[a];
    if (next_[a] * w_[k] <= 0.0) next_[a] = 0.0;
    const double move = next_[a] - w_[k];
    linalg::subtractScaled(-move, gram_->column(k), image_);
    const double before = lambda_ * penalty_.omegaAt(std::abs(w_[k]), lambda_);
    const double after = lambda_ * penalty_.omegaAt(std::abs(next_[a]), lambda_);
    change += (after - before) - gradient_[k] * move;
    scale += std::abs(before) + std::abs(gradient_[k] * move);
  }
  for (std::size_t a = 0; a < size; ++a) {
    const std::size_t k = support_[a];
    change += 0.5 * (next_[a] - w_[k]) * image_[k];
  }
  if (!(change <= 1e-15 * scale)) return false;
  for (std::size_t a = 0; a < size; ++a) w_[support_[a]] = next_[a];
  for (std::size_t k = 0; k < w_.size(); ++k) gradient_[k] -= image_[k];
  return true;
}

}  // namespace flipside
