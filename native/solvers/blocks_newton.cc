// Newton's method on the model, over the coordinates where the penalty is smooth and no bound is
// reached. For a group of norm r and direction u the penalty's Hessian is
//   weight (omega''(r) u u' + omega'(r) / r (I - u u')).
#include <algorithm>
#include <cmath>

#include "solvers/blocks_model.h"

namespace flipside {
namespace {

/// What is added to the diagonal, relative to the curvatures in it, where without the matrix is not
/// positive definite or the step is no good.
constexpr double kDamping[] = {0.0, 1e-12, 1e-9, 1e-6, 1e-3, 1e-1, 1.0};
/// Beyond it the factorisation costs more than the sweeps that it saves.
constexpr std::size_t kLargest = 3000;
constexpr double kRounding = 1e-15;

}  // namespace

void BlockModel::listSmooth() {
  smooth_.clear();
  for (std::size_t k = 0; k < bounds_.size(); ++k) {
    const auto own = w_.subspan(begin(k), count(k));
    if (group(k).penalised() && groupNorm(own) == 0.0) continue;
    for (std::size_t a = 0; a < own.size(); ++a) {
      const std::size_t column = work_.columns()[begin(k) + a];
      if (own[a] > blocks_.lower(column) && own[a] < blocks_.upper(column)) {
        smooth_.push_back(begin(k) + a);
      }
    }
  }
}

/// Fills newton_, the Hessian, and rest_, the negative gradient of the model with the penalty.
void BlockModel::buildNewton() {
  const std::size_t size = smooth_.size();
  newton_.resize(size * size);
  rest_.resize(size);
  units_.resize(size);
  const ConstMatrix hessian = work_.hessian();
  for (std::size_t b = 0; b < size; ++b) {
    for (std::size_t a = 0; a < size; ++a) {
      newton_[a + b * size] = hessian(smooth_[a], smooth_[b]);
    }
    newton_[b * (size + 1)] += extra_[smooth_[b]];
    units_[b] = newton_[b * (size + 1)];
    rest_[b] = gradient_[smooth_[b]];
  }
  for (std::size_t first = 0; first < size;) {
    const std::size_t k = groupOf_[smooth_[first]];
    std::size_t last = first;
    while (last < size && groupOf_[smooth_[last]] == k) ++last;
    if (group(k).penalised()) {
      const double r = groupNorm(w_.subspan(begin(k), count(k)));
      const double slope = blocks_.slope(group(k), r);
      const double bend = blocks_.curvature(group(k), r);
      for (std::size_t b = first; b < last; ++b) {
        units_[b] += std::abs(bend) + (count(k) == 1 ? 0.0 : slope / r);
      }
      if (count(k) == 1) {
        newton_[first * (size + 1)] += bend;
        rest_[first] -= std::copysign(slope, w_[smooth_[first]]);
      } else {
        for (std::size_t b = first; b < last; ++b) {
          const double ub = w_[smooth_[b]] / r;
          for (std::size_t a = first; a < last; ++a) {
            newton_[a + b * size] += (bend - slope / r) * ub * (w_[smooth_[a]] / r);
          }
          newton_[b * (size + 1)] += slope / r;
          rest_[b] -= slope * ub;
        }
      }
    }
    first = last;
  }
}

double BlockModel::smoothViolation() const {
  double most = 0.0;
  for (std::size_t i = 0; i < smooth_.size();) {
    const std::size_t k = groupOf_[smooth_[i]];
    while (i < smooth_.size() && groupOf_[smooth_[i]] == k) ++i;
    most = std::max(most, blocks_.violation(group(k), w_.subspan(begin(k), count(k)),
                                            gradient_.subspan(begin(k), count(k))));
  }
  return most;
}

/// One step of this length along the direction, cut where a coordinate would change its sign or
/// pass a bound. False, with nothing changed, where the model does not fall by it.
bool BlockModel::tryStep(std::span<const double> direction, double length, double violation) {
  const std::vector<double> old(w_.begin(), w_.end());
  const std::vector<double> oldGradient(gradient_.begin(), gradient_.end());
  std::vector<double> step(smooth_.size());
  for (std::size_t i = 0; i < smooth_.size(); ++i) {
    const std::size_t at = smooth_[i];
    const std::size_t k = groupOf_[at];
    const std::size_t column = work_.columns()[at];
    double to =
        std::clamp(old[at] + length * direction[i], blocks_.lower(column), blocks_.upper(column));
    if (count(k) == 1 && group(k).penalised() && to * old[at] <= 0.0) to = 0.0;
    step[i] = to - old[at];
    w_[at] = to;
  }
  apply(smooth_, step);
  // A quadratic falls by the step times the mean of its slopes at both ends.
  double change = 0.0;
  double size = 0.0;
  double reach = 0.0;  // no entry of the Hessian times steps adds more than this squared
  for (std::size_t i = 0; i < smooth_.size(); ++i) {
    const std::size_t at = smooth_[i];
    reach += std::abs(step[i]) * std::sqrt(work_.hessian()(at, at) + extra_[at]);
    change -= 0.5 * step[i] * (oldGradient[at] + gradient_[at]);
    size += std::abs(step[i]) * (std::abs(oldGradient[at]) + std::abs(gradient_[at]));
  }
  double from = 0.0;
  double to = 0.0;
  const std::size_t none = bounds_.size();
  std::size_t last = none;
  for (const std::size_t at : smooth_) {
    const std::size_t k = groupOf_[at];
    if (k == last || !group(k).penalised()) continue;
    last = k;
    from += blocks_.value(group(k), groupNorm(std::span(old).subspan(begin(k), count(k))));
    to += blocks_.value(group(k), groupNorm(w_.subspan(begin(k), count(k))));
  }
  change += to - from;
  const double noise =
      4.0 * kRounding * (size + std::abs(from) + std::abs(to)) + kRounding * reach * reach;
  if (std::isfinite(change) &&
      (change < -noise || (change <= noise && smoothViolation() < 0.5 * violation))) {
    return true;
  }
  std::ranges::copy(old, w_.begin());
  std::ranges::copy(oldGradient, gradient_.begin());
  return false;
}

bool BlockModel::newton() {
  listSmooth();
  const std::size_t size = smooth_.size();
  if (size == 0 || size > kLargest) return false;
  buildNewton();
  const double violation = smoothViolation();
  // Columns may differ by orders of magnitude: each counts in units of its own curvature.
  std::vector<double> unit(units_);
  for (double& h : unit) h = h > 0.0 ? 1.0 / std::sqrt(h) : 1.0;
  for (std::size_t b = 0; b < size; ++b) {
    for (std::size_t a = 0; a < size; ++a) newton_[a + b * size] *= unit[a] * unit[b];
    rest_[b] *= unit[b];
  }
  std::vector<double> factor;
  for (const double damping : kDamping) {
    if (damping < least_) continue;
    factor = newton_;
    for (std::size_t b = 0; b < size; ++b) factor[b * (size + 1)] += damping;
    const MutableMatrix matrix{factor.data(), size, size, size};
    if (!linalg::cholesky(matrix, cancel_)) continue;
    std::vector<double> direction(rest_);
    linalg::choleskySolve(matrix, direction);
    for (std::size_t b = 0; b < size; ++b) direction[b] *= unit[b];
    for (const double length : {1.0, 0.5, 0.1}) {
      if (tryStep(direction, length, violation)) return true;
    }
  }
  return false;
}

}  // namespace flipside
