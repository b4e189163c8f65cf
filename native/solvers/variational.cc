#include "solvers/variational.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace flipside {
namespace {

constexpr double kInactive = -std::numeric_limits<double>::infinity();

}  // namespace

Variational::Variational(const Composite& composite, double scale)
    : composite_(composite),
      penalty_(*composite.separable()),
      lowest_(std::log(std::max(penalty_.etaHatAt(0.0, composite.lambda()), 1e-285))),
      highest_(std::log(1e9) + std::log(std::clamp(scale, 1e-250, 1e250))) {
  // No penalty at all has etaHat = infinity everywhere.
  if (std::isinf(lowest_)) {
    lowest_ = highest_;
  } else {
    highest_ = std::max(lowest_, highest_);
  }
}

/// d log etaHat / d log w = 1 - etaHat omega'', away from 0.
double Variational::elasticity(double w) const {
  const double eta = penalty_.etaHatAt(w, composite_.lambda());
  const double value = 1.0 - eta * penalty_.curvatureAt(w, composite_.lambda());
  return std::isfinite(value) ? std::max(value, 1e-12) : 1.0;
}

void Variational::balance(JointPoint& at) const {
  const std::size_t p = at.point.w.size();
  at.u.resize(p);
  for (std::size_t j = 0; j < p; ++j) {
    const double eta = penalty_.etaHatAt(std::abs(at.point.w[j]), composite_.lambda());
    const bool active = composite_.varies(j) && (at.point.w[j] != 0.0 || eta > 0.0);
    at.u[j] = active ? std::clamp(std::log(eta), lowest_, highest_) : kInactive;
  }
  evaluate(at);
}

void Variational::evaluate(JointPoint& at) const {
  composite_.evaluate(at.point);
  const double lambda = composite_.lambda();
  const std::size_t p = at.point.w.size();
  at.dualSlope.resize(p);
  double sum = 0.0;
  for (std::size_t j = 0; j < p; ++j) {
    if (!at.active(j)) {
      sum += 2.0 * composite_.omegaZero();
      at.dualSlope[j] = 0.0;
      continue;
    }
    const double w = at.point.w[j];
    const double eta = std::exp(at.u[j]);
    at.dualSlope[j] = penalty_.dualSlopeAt(eta, lambda);
    sum += w * (w / eta) + penalty_.dualAt(eta, lambda);
  }
  at.value = at.point.loss + 0.5 * lambda * sum;
}

double Variational::slopeInU(const JointPoint& at, std::size_t j) const {
  const double w = at.point.w[j];
  const double eta = std::exp(at.u[j]);
  return 0.5 * composite_.lambda() * (eta * at.dualSlope[j] - w * (w / eta));
}

/// At the end of its range, with nowhere to go.
bool Variational::pinned(const JointPoint& at, std::size_t j) const {
  const double slope = slopeInU(at, j);
  return (at.u[j] >= highest_ && slope <= 0.0) || (at.u[j] <= lowest_ && slope >= 0.0);
}

void Variational::gradient(const JointPoint& at, std::span<double> inW,
                           std::span<double> inU) const {
  const double lambda = composite_.lambda();
  for (std::size_t j = 0; j < inW.size(); ++j) {
    inW[j] = inU[j] = 0.0;
    if (!at.active(j)) continue;
    const double w = at.point.w[j];
    const double eta = std::exp(at.u[j]);
    inW[j] = lambda * (w / eta) - at.point.gradient[j];
    inU[j] = pinned(at, j) ? 0.0 : slopeInU(at, j);
  }
}

void Variational::precondition(const JointPoint& at, std::span<const double> v,
                               std::span<double> out) const {
  const double lambda = composite_.lambda();
  const std::size_t p = at.u.size();
  for (std::size_t j = 0; j < p; ++j) {
    out[j] = out[p + j] = 0.0;
    if (!at.active(j)) continue;
    const double w = at.point.w[j];
    const double eta = std::exp(at.u[j]);
    const double h = composite_.metric()[j];
    const double ridge = lambda / eta;
    const double square = w * (w / eta);
    // At eta = etaHat J_uu = lambda/2 (w^2/eta + d(eta f')/du) is lambda w^2/eta over the
    // elasticity of etaHat; with at most 1 for that the Schur complement of w is at least h.
    const double elastic = std::min(1.0, elasticity(std::abs(w)));
    const double bend = lambda * std::max(square / elastic, 0.5 * (square + eta * at.dualSlope[j]));
    if (!(bend > 0.0) || pinned(at, j)) {
      out[j] = v[j] / (h + ridge);
      continue;
    }
    const double coupling = -ridge * w;
    const double complement = h + ridge - coupling * (coupling / bend);
    out[j] = (v[j] - coupling / bend * v[p + j]) / complement;
    out[p + j] = (v[p + j] - coupling * out[j]) / bend;
  }
}

}  // namespace flipside
