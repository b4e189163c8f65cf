// variationalDropoutApprox: f(eta) = 2 (k1 sigmoid(k3 log eta - k2) + 1/2 log(1 + eta)), the
// approximation of the Kullback-Leibler divergence to the log-uniform prior by Molchanov, Ashukha
// and Vetrov 2017, "Variational dropout sparsifies deep neural networks", equation 14.
//
// With t = log eta, a = k3 t - k2 and sigma = sigmoid(a),
//     f'(eta) = 2 k1 k3 sigma (1-sigma) / eta + 1/(1+eta) =: h,
//     log w = t + 1/2 log h,   omega'(w) = w/eta = sqrt(h),   omega = 1/2 (w^2/eta + f(eta)).
// With g = d log h / dt, d log w / dt = 1 + g/2, which stays above 0.42: w grows with eta, so the
// stationary eta of (2) is the only one and therefore the minimiser. d log omega' / d log w is
// g/(2 + g).
//
// At w -> 0, omega' = 1 + k1 k3 e^-k2 w^(k3-1) + ...: it rises first, so that omega is not concave.
#include <algorithm>
#include <cmath>
#include <limits>

#include "penalties/catalogue.h"
#include "penalties/root.h"
#include "penalties/table.h"

namespace flipside {
namespace {

constexpr double k1 = 0.63576;
constexpr double k2 = 1.87320;
constexpr double k3 = 1.48695;

struct DualSlope {
  double scaled;    // h max(1, eta), h = f'(eta)
  double logValue;  // log h
  double growth;    // g = d log h / d log eta
};

DualSlope dualSlope(double t) {
  // h, or for large eta h eta, in its two parts and their growths.
  const double scale = std::min(0.0, t);
  const double a = k3 * t - k2;
  const double decay = std::exp(-std::abs(a));  // sigma (1-sigma) = decay / (1 + decay)^2
  const double cost =
      2.0 * k1 * k3 * std::exp(-std::abs(a) - scale) / ((1.0 + decay) * (1.0 + decay));
  const double costGrowth = -k3 * std::tanh(0.5 * a) - 1.0;
  const double base = 1.0 / (1.0 + std::exp(-std::abs(t)));  // eta/(1+eta) or 1/(1+eta)
  const double baseGrowth = -1.0 / (1.0 + std::exp(-t));
  const double value = cost + base;
  return {value, std::log(value) - (t - scale), (cost * costGrowth + base * baseGrowth) / value};
}

double solveForT(double w) {
  // eta is near w for small w and near w^2 for large w.
  const double logW = std::log(w);
  const double start = logW > 0.0 ? 2.0 * logW : logW;
  const auto residual = [logW](double t) -> ValueAndDerivative {
    const DualSlope h = dualSlope(t);
    return {t + 0.5 * h.logValue - logW, 1.0 + 0.5 * h.growth};
  };
  return increasingRoot(residual, start - 2.0, start + 2.0, start);
}

/// f at eta = e^t.
double dualAtLog(double t) {
  const double logOnePlus = t > 0.0 ? t + std::log1p(std::exp(-t)) : std::log1p(std::exp(t));
  return 2.0 * k1 / (1.0 + std::exp(k2 - k3 * t)) + logOnePlus;
}

TableValues evaluate(double w) {
  // Below this the slope is 1 to the last digit, and w/eta of a denormal w would be noise.
  if (w < 1e-290) return {w, 1.0, std::numeric_limits<double>::infinity()};
  if (std::isinf(w)) return {w, 0.0, 0.0};
  const double t = solveForT(w);
  const DualSlope h = dualSlope(t);
  const double slope = std::exp(0.5 * h.logValue);
  return {0.5 * (w * (w * std::exp(-t)) + dualAtLog(t)), slope,
          slope / w * (h.growth / (2.0 + h.growth))};
}

class VariationalDropoutApprox final : public MaskFamilyPenalty {
 public:
  double unitOmega(double w) const override { return evaluate(w).omega; }
  double unitDual(double eta) const override { return eta == 0.0 ? 0.0 : dualAtLog(std::log(eta)); }
  double unitEtaHat(double w) const override { return w / evaluate(w).slope; }
  double unitSlope(double w) const override { return evaluate(w).slope; }
  double unitCurvature(double w) const override { return evaluate(w).curvature; }
  double unitDualSlope(double eta) const override {
    if (eta == 0.0) return 1.0;
    return std::isinf(eta) ? 0.0 : dualSlope(std::log(eta)).scaled / std::max(1.0, eta);
  }
  /// -omega'' at w = 0.22781..., rounded up; 0.21549 at w = 2.189... is its other maximum.
  double unitConcavity() const override { return 0.22153673259445; }

  std::shared_ptr<const SeparablePenalty> tabulated(double) const override {
    static const auto table = std::make_shared<const Table>(specification(), evaluate);
    return std::make_shared<TabulatedPenalty<MaskFamilyPenalty>>(
        table, std::make_shared<VariationalDropoutApprox>());
  }

 private:
  static TableSpec specification() {
    TableSpec spec;
    spec.head = {.limit = 1.0, .coefficient = k1 * k3 * std::exp(-k2), .exponent = k3 - 1.0};
    spec.bounds = {1e-14, 1e7};
    spec.tailDecay = 1.0;
    return spec;
  }
};

const CatalogueEntry entry("variationalDropoutApprox", {}, [](std::span<const double>) {
  return std::make_shared<VariationalDropoutApprox>();
});

}  // namespace
}  // namespace flipside
