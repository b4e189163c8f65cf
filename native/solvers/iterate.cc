#include "solvers/iterate.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace flipside {

Iterate::Iterate(const Problem& problem)
    : problem_(problem),
      penalty_(&problem.penalty),
      separable_(dynamic_cast<const SeparablePenalty*>(&problem.penalty)),
      responseScale_(linalg::dot(problem.y, problem.y) /
                     (2.0 * static_cast<double>(problem.y.size()))),
      quadratic_(problem.design, problem.y, problem.cancel) {
  if (separable_ != nullptr) {
    table_ = separable_->tabulated(problem.lambda);
    if (table_) penalty_ = separable_ = table_.get();
    omegaZero_ = separable_->omegaAt(0.0, problem.lambda);
    slopeZero_ = separable_->slopeAt(0.0, problem.lambda);
  }
}

PenaltyContext Iterate::context() const {
  return {problem_.lambda, quadratic_.columns(), problem_.cancel};
}

double Iterate::objectiveOf(std::span<const double> w, double loss) const {
  const double omega = penalty_->omega(w, context());
  const auto zeros = static_cast<double>(problem_.design.columns() - w.size());
  return loss + problem_.lambda * (omega + zeros * omegaZero_);
}

void Iterate::set(const std::vector<double>& w) {
  std::vector<std::size_t> active;
  for (std::size_t j = 0; j < w.size(); ++j) {
    if (w[j] != 0.0) active.push_back(j);
  }
  set(w, active);
}

void Iterate::set(const std::vector<double>& w, const std::vector<std::size_t>& active) {
  quadratic_.activate(active);
  w_.resize(active.size());
  for (std::size_t k = 0; k < active.size(); ++k) w_[k] = w[active[k]];
  gradient_.resize(w_.size());
  slope_.resize(w_.size());
  candidate_.resize(w_.size());
  candidateGradient_.resize(w_.size());
  quadratic_.rebase(w_);
  tryAt(w_);
  accept();
}

std::vector<double> Iterate::full() const {
  std::vector<double> out(problem_.design.columns(), 0.0);
  for (std::size_t k = 0; k < w_.size(); ++k) out[active()[k]] = w_[k];
  return out;
}

double Iterate::slack() const {
  const double magnitude =
      std::abs(loss_) + std::abs(objective_ - loss_) +
      problem_.lambda * std::abs(omegaZero_) * static_cast<double>(problem_.design.columns());
  constexpr double epsilon = std::numeric_limits<double>::epsilon();
  // Of a perfect fit the residual's own rounding is left.
  const double residual = 256.0 * epsilon * epsilon * responseScale_;
  return std::isfinite(magnitude) ? 16.0 * epsilon * magnitude + residual : 0.0;
}

double Iterate::scale() const {
  double largest = 0.01 * peak_;
  for (const double value : w_) largest = std::max(largest, std::abs(value));
  return largest;
}

double Iterate::violation() const {
  double worst = 0.0;
  for (std::size_t k = 0; k < w_.size(); ++k) {
    worst = std::max(worst, violationAt(w_[k], gradient_[k], slope_[k], problem_.lambda));
  }
  return worst;
}

/// A penalty like lp with p just above 1 has no kink, but its slope rises so steeply that the
/// solution has coordinates of 1e-20 or less: they change no objective, yet stationarity asks for
/// them. Where the penalty's curvature dwarfs the loss's, the coordinate's own equation h t +
/// lambda omega'(t) = g + h w is solved for t; g hardly depends on it. Returns whether anything
/// moved.
bool Iterate::settle(std::span<double> w, std::span<const double> gradient) const {
  if (separable_ == nullptr || slopeZero_ > 0.0) return false;
  const double lambda = problem_.lambda;
  const auto h = quadratic_.curvature();
  bool moved = false;
  for (std::size_t k = 0; k < w.size(); ++k) {
    const double size = std::abs(w[k]);
    if (size > 0.0 && !(lambda * separable_->curvatureAt(size, lambda) > 1e3 * h[k])) continue;
    const double target = std::abs(gradient[k] + h[k] * w[k]);
    double low = std::log(std::numeric_limits<double>::min());
    double high = std::log(target / h[k]);
    if (!(high > low)) continue;
    for (int i = 0; i < 80 && high - low > 1e-14 * std::abs(low); ++i) {
      const double t = std::exp(0.5 * (low + high));
      (h[k] * t + lambda * separable_->slopeAt(t, lambda) < target ? low : high) =
          0.5 * (low + high);
    }
    w[k] = std::copysign(std::exp(0.5 * (low + high)), gradient[k] + h[k] * w[k]);
    moved = true;
  }
  return moved;
}

double Iterate::tryAt(std::span<const double> candidate) {
  std::copy(candidate.begin(), candidate.end(), candidate_.begin());
  if (!std::all_of(candidate.begin(), candidate.end(), [](double v) { return std::isfinite(v); })) {
    return std::numeric_limits<double>::quiet_NaN();  // which no comparison accepts
  }
  candidateLoss_ = quadratic_.evaluate(candidate_, candidateGradient_);
  if (settle(candidate_, candidateGradient_)) {
    candidateLoss_ = quadratic_.evaluate(candidate_, candidateGradient_);
  }
  candidateObjective_ = objectiveOf(candidate_, candidateLoss_);
  return candidateObjective_;
}

void Iterate::accept() {
  // The quadratic form has lost digits when the loss fell to a small part of the reference's.
  const bool renew = quadratic_.hasGram() && candidateLoss_ < 0.25 * std::abs(loss_);
  w_.swap(candidate_);
  gradient_.swap(candidateGradient_);
  loss_ = candidateLoss_;
  objective_ = candidateObjective_;
  if (renew) {
    quadratic_.rebase(w_);
    loss_ = quadratic_.evaluate(w_, gradient_);
    objective_ = objectiveOf(w_, loss_);
  }
  penalty_->slope(w_, context(), slope_);
  for (const double value : w_) peak_ = std::max(peak_, std::abs(value));
}

void Iterate::compact() {
  if (std::find(w_.begin(), w_.end(), 0.0) != w_.end()) set(full());
}

std::vector<double> Iterate::slopesWithout(const std::vector<bool>& chosen) const {
  std::vector<double> slopes(slope_);
  if (separable_ != nullptr) {
    for (std::size_t k = 0; k < slopes.size(); ++k) {
      if (chosen[k]) slopes[k] = slopeZero_;
    }
    return slopes;
  }
  std::vector<double> without(w_);
  for (std::size_t k = 0; k < without.size(); ++k) {
    if (chosen[k]) without[k] = 0.0;
  }
  penalty_->slope(without, context(), slopes);
  return slopes;
}

void Iterate::steepest(std::span<double> out) const {
  for (std::size_t k = 0; k < w_.size(); ++k) {
    out[k] = gradient_[k] - std::copysign(problem_.lambda * slope_[k], w_[k]);
  }
}

void Iterate::ridgeWeights(std::span<double> out) const {
  for (std::size_t k = 0; k < w_.size(); ++k) {
    const double magnitude = std::abs(w_[k]);
    out[k] = magnitude > 0.0 ? problem_.lambda * (slope_[k] / magnitude)
                             : std::numeric_limits<double>::infinity();
  }
}

bool Iterate::penaltyCurvature(std::vector<double>& diagonal, std::vector<double>& dense) const {
  const std::size_t size = w_.size();
  if (separable_ != nullptr) {
    dense.clear();
    diagonal.resize(size);
    for (std::size_t k = 0; k < size; ++k) {
      diagonal[k] = problem_.lambda * separable_->curvatureAt(std::abs(w_[k]), problem_.lambda);
    }
    return true;
  }
  diagonal.assign(size, 0.0);
  dense.assign(size * size, 0.0);
  if (!penalty_->hessian(w_, context(), {dense.data(), size, size, size})) return false;
  for (double& value : dense) value *= problem_.lambda;
  return true;
}

}  // namespace flipside
