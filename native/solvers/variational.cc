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
      inverts_(&penalty_ != &composite.problem().penalty),
      etaZero_(penalty_.etaHatAt(0.0, composite.lambda())),
      lowest_(std::log(std::numeric_limits<double>::min()) + 50.0),
      highest_(std::log(1e9) + std::log(std::clamp(scale, 1e-250, 1e250))) {}

/// Closed forms where there are. For a penalty in a table, the w with etaHat(w) = eta, where the
/// supremum in f(eta) = sup 2 omega(w) - w^2 / eta is attained: by bisection of log etaHat, which
/// is monotone, with steps that double from the guess until they bracket it. At a jump of etaHat
/// this is the f of the penalty itself, whatever family it came from.
Variational::Dual Variational::dualAt(double eta, double guess) const {
  const double lambda = composite_.lambda();
  if (!inverts_) return {penalty_.dualAt(eta, lambda), penalty_.dualSlopeAt(eta, lambda)};
  if (eta <= etaZero_) return {2.0 * composite_.omegaZero(), 0.0};
  const auto below = [&](double logW) { return penalty_.etaHatAt(std::exp(logW), lambda) < eta; };
  const double least = std::log(std::numeric_limits<double>::min());
  double low = std::clamp(std::log(guess), least, 700.0);
  double high = low;
  for (double step = 1e-3; low > least && !below(low); step *= 4.0) {
    high = low;
    low = std::max(least, low - step);
  }
  for (double step = 1e-3; high < 700.0 && below(high); step *= 4.0) {
    low = high;
    high = std::min(700.0, high + step);
  }
  for (int i = 0; i < 60 && high - low > 1e-13 * std::max(1.0, std::abs(low)); ++i) {
    const double middle = 0.5 * (low + high);
    (below(middle) ? low : high) = middle;
  }
  const double w = std::exp(low);
  const double quotient = w / eta;
  return {2.0 * penalty_.omegaAt(w, lambda) - w * quotient, quotient * quotient};
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
    const Dual dual = dualAt(eta, std::abs(w));
    at.dualSlope[j] = dual.slope;
    sum += w * (w / eta) + dual.value;
  }
  at.value = at.point.loss + 0.5 * composite_.lambda() * sum;
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
    inU[j] = 0.5 * lambda * (eta * at.dualSlope[j] - w * (w / eta));
    // At the end of its range u has nowhere to go.
    if (at.u[j] >= highest_ && inU[j] < 0.0) inU[j] = 0.0;
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
    // J_uu = lambda/2 (w^2/eta + d(eta f')/du), where w^2/eta and eta f' agree at a minimum; at
    // least lambda w^2/eta, which leaves the Schur complement of w at least h.
    const double bend = lambda * std::max(square, 0.5 * (square + eta * at.dualSlope[j]));
    if (!(bend > 0.0)) {
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
