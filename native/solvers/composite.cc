#include "solvers/composite.h"

#include <algorithm>
#include <cmath>

#include "design/raw_matrix.h"
#include "solvers/curvature_scale.h"
#include "solvers/lambda_max.h"
#include "solvers/start.h"

namespace flipside {
namespace {

constexpr int kPowerSteps = 60;
constexpr int kRidgeSteps = 60;
constexpr int kHalvings = 60;

}  // namespace

std::size_t Point::nonzero() const {
  return w.size() - static_cast<std::size_t>(std::ranges::count(w, 0.0));
}

double Point::scale() const {
  double largest = 0.0;
  for (const double value : w) largest = std::max(largest, std::abs(value));
  return largest;
}

Composite::Composite(const Problem& problem)
    : problem_(problem),
      penalty_(&problem.penalty),
      separable_(dynamic_cast<const SeparablePenalty*>(&problem.penalty)),
      scale_(curvatureScale(problem)),
      bounded_(boundedCurvature(problem.loss)),
      metric_(problem.design.curvature().begin(), problem.design.curvature().end()) {
  if (separable_ != nullptr) {
    table_ = separable_->tabulated(problem.lambda);
    if (table_) penalty_ = separable_ = table_.get();
    omegaZero_ = separable_->omegaAt(0.0, problem.lambda);
    slopeZero_ = separable_->slopeAt(0.0, problem.lambda);
  }
  for (double& value : metric_) value *= scale_;
  const std::vector<double> zeros(problem.design.rows(), 0.0);
  lossScale_ = problem.loss.magnitude(problem.loss.value(zeros, problem.y), problem.y);
}

double Composite::lipschitz() {
  if (lipschitz_ > 0.0) return lipschitz_;
  // The power method on D^-1/2 X'X D^-1/2 c / n from a vector that no symmetry is orthogonal to.
  const std::size_t p = columns();
  std::vector<double> v(p), u(p), image(problem_.design.rows());
  for (std::size_t j = 0; j < p; ++j) {
    v[j] = varies(j) ? 1.0 + 0.5 * std::sin(static_cast<double>(j + 1)) : 0.0;
  }
  double value = 0.0;
  for (int step = 0; step < kPowerSteps; ++step) {
    if (problem_.cancel != nullptr) problem_.cancel->poll();
    const double size = linalg::norm(v);
    if (!(size > 0.0)) break;
    for (std::size_t j = 0; j < p; ++j) {
      v[j] /= size;
      u[j] = varies(j) ? v[j] / std::sqrt(metric_[j]) : 0.0;
    }
    problem_.design.multiply(u, image);
    problem_.design.correlate(image, u);
    double next = 0.0;
    for (std::size_t j = 0; j < p; ++j) {
      const double image_j = varies(j) ? scale_ * u[j] / std::sqrt(metric_[j]) : 0.0;
      next += v[j] * image_j;
      v[j] = image_j;
    }
    const bool settled = std::abs(next - value) <= 1e-3 * next;
    value = next;
    if (settled) break;
  }
  lipschitz_ = value > 0.0 ? value : 1.0;
  return lipschitz_;
}

void Composite::evaluate(Point& point) const {
  point.fitted.resize(problem_.design.rows());
  problem_.design.multiply(point.w, point.fitted);
  evaluateFitted(point);
}

void Composite::evaluateFitted(Point& point) const {
  point.residual.resize(problem_.design.rows());
  point.loss = problem_.loss.evaluate(point.fitted, problem_.y, point.residual);
  point.omega = penalty_->omega(point.w, context());
  point.objective = point.loss + problem_.lambda * point.omega;
}

void Composite::differentiate(Point& point) const {
  point.gradient.resize(columns());
  problem_.design.correlate(point.residual, point.gradient);
}

void Composite::slopes(std::span<const double> w, std::span<double> out) const {
  penalty_->slope(w, context(), out);
}

double Composite::lossSlack(const Point& point) const {
  constexpr double epsilon = std::numeric_limits<double>::epsilon();
  // The fitted values are sums whose terms may cancel; what their rounding does to the loss goes
  // with its gradient, about the root of the loss. Of a perfect fit the residual's own rounding is
  // left.
  double terms = std::sqrt(2.0 * lossScale_);
  const auto curvature = problem_.design.curvature();
  for (std::size_t j = 0; j < point.w.size(); ++j) {
    terms += std::abs(point.w[j]) * std::sqrt(curvature[j]);
  }
  const double loss = problem_.loss.magnitude(point.loss, problem_.y);
  return 16.0 * epsilon * (loss + 16.0 * epsilon * lossScale_) +
         epsilon * std::sqrt(2.0 * loss) * terms;
}

double Composite::slack(const Point& point) const {
  const double zeros = std::abs(omegaZero_) * static_cast<double>(columns());
  const double penalty = problem_.lambda * (std::abs(point.omega) + zeros);
  if (!std::isfinite(penalty)) return 0.0;
  // A table and its slope belong together to a few digits less.
  const double relative = table_ ? 1e-12 : 16.0 * std::numeric_limits<double>::epsilon();
  return lossSlack(point) + relative * penalty;
}

double Composite::violation(const Point& point, std::span<const double> slopes, bool zeros) const {
  double worst = 0.0;
  for (std::size_t j = 0; j < slopes.size(); ++j) {
    if (!varies(j) || (!zeros && point.w[j] == 0.0)) continue;
    worst = std::max(worst, violationAt(point.w[j], point.gradient[j], slopes[j], problem_.lambda));
  }
  return worst;
}

Point Composite::begin(std::span<const double> start) {
  Point point;
  point.w.assign(columns(), 0.0);
  if (!start.empty()) {
    for (std::size_t j = 0; j < columns(); ++j) point.w[j] = varies(j) ? start[j] : 0.0;
    if (std::ranges::all_of(point.w, [](double v) { return std::isfinite(v); })) evaluate(point);
    if (!std::isfinite(point.loss) || std::isnan(point.objective)) {
      throw BadValue("NUMERIC", "start", "start is too large: the loss overflows there");
    }
    return point;
  }
  // A constraint is not met by a dense point, and 0 does not absorb what it keeps.
  if (!penalty_->combinatorial()) {
    const Stationarity zero = stationarity(problem_, point.w);
    if (!zeroIsCoordinatewiseMinimum(problem_, zero)) {
      evaluate(point);
      differentiate(point);
      point.w = ridge(point);
    }
  }
  evaluate(point);
  return point;
}

/// Accelerated gradient steps with the constant momentum of a strongly convex function (Nesterov
/// 2004, section 2.2.1).
std::vector<double> Composite::ridge(const Point& zero) {
  const std::size_t p = columns();
  const double strength = startStrength(separable_, problem_.lambda, zero.gradient, metric_);
  const double steepest = 1.1 * lipschitz() + strength;
  const double root = std::sqrt(steepest / strength);
  const double momentum = (root - 1.0) / (root + 1.0);
  Point at = zero;
  std::vector<double> w(p, 0.0);
  for (int step = 0; step < kRidgeSteps; ++step) {
    if (problem_.cancel != nullptr) problem_.cancel->poll();
    for (std::size_t j = 0; j < p; ++j) {
      if (!varies(j)) continue;
      const double next = at.w[j] + (at.gradient[j] / metric_[j] - strength * at.w[j]) / steepest;
      at.w[j] = next + momentum * (next - w[j]);
      w[j] = next;
    }
    problem_.design.multiply(at.w, at.fitted);
    problem_.loss.evaluate(at.fitted, problem_.y, at.residual);
    differentiate(at);
    if (!bounded_ && !std::ranges::all_of(at.gradient, [](double g) { return std::isfinite(g); })) {
      break;
    }
  }
  if (!bounded_) shorten(w, zero.loss);
  return w;
}

/// Where the curvature is not bounded the steps may have gone anywhere: back towards 0 until the
/// loss is no higher than there.
void Composite::shorten(std::vector<double>& w, double loss) const {
  std::vector<double> fitted(problem_.design.rows());
  for (int halving = 0; halving < kHalvings; ++halving) {
    problem_.design.multiply(w, fitted);
    if (problem_.loss.value(fitted, problem_.y) <= loss) return;
    for (double& value : w) value *= 0.5;
  }
  std::ranges::fill(w, 0.0);
}

}  // namespace flipside
