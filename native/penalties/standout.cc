// standout: the keep probability is alpha = sigmoid(w), so that at lambda = 1
//   etaHat(w) = alpha / (1 - alpha) = e^w,   omega'(w) = w e^-w,   omega(w) = 1 - (1 + w) e^-w,
//   f(eta) = 0 for eta <= 1, else 2 - (2 + 2L + L^2) / eta with L = log(eta).
// Ba and Frey 2013, "Adaptive dropout for training deep neural networks". Quadratic at 0, hence not
// sparse by itself.
//
// f from its definition: 2 omega - w^2/eta is stationary at e^w = eta. With the regularised
// incomplete gamma function P(n, x) = e^-x (x^n/n! + x^(n+1)/(n+1)! + ...), omega(w) = P(2, w) and
// f(eta) = 2 P(3, log eta), which is how they keep their accuracy near 0.
#include <cmath>

#include "penalties/catalogue.h"
#include "penalties/mask_kernels.h"
#include "penalties/scaling.h"

namespace flipside {
namespace {

double incompleteGamma(int order, double x) {
  if (std::isinf(x)) return 1.0;
  double term = 1.0;
  if (x > 2.0) {
    double sum = 1.0;
    for (int k = 1; k < order; ++k) sum += term *= x / k;
    return 1.0 - std::exp(-x) * sum;
  }
  for (int k = 1; k <= order; ++k) term *= x / k;
  double sum = term;
  // x <= 2: the terms fall below the sum's last digit long before the bound, which only NaN
  // reaches.
  for (int k = order + 1; k < 60 && sum + term != sum; ++k) {
    term *= x / k;
    sum += term;
  }
  return std::exp(-x) * sum;
}

class Standout final : public KeepProbabilityPenalty {
 public:
  double unitOmega(double w) const override { return incompleteGamma(2, w); }
  double unitDual(double eta) const override {
    return eta <= 1.0 ? 0.0 : 2.0 * incompleteGamma(3, std::log(eta));
  }
  double unitEtaHat(double w) const override { return std::exp(w); }
  double unitSlope(double w) const override { return std::isinf(w) ? 0.0 : w * std::exp(-w); }
  double unitCurvature(double w) const override {
    return std::isinf(w) ? 0.0 : (1.0 - w) * std::exp(-w);
  }
  double unitDualSlope(double eta) const override {
    if (eta <= 1.0 || std::isinf(eta)) return 0.0;
    const double slope = std::log(eta) / eta;
    return slope * slope;
  }
  /// -omega'' = (w - 1) e^-w is largest at w = 2.
  double unitConcavity() const override { return std::exp(-2.0); }

  MaskForm maskForm() const override { return {.kind = MaskForm::Kind::sigmoid}; }

 protected:
  void maskQuantities(std::span<const double> w, double, MaskQuantity quantity,
                      std::span<double> out) const override {
    sigmoidMask({w, quantity, out});
  }
};

const CatalogueEntry entry("standout", {},
                           [](std::span<const double>) { return std::make_shared<Standout>(); });

}  // namespace
}  // namespace flipside
