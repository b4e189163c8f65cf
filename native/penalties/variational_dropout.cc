// variationalDropout: f(0) = 0, f'(eta) = D(s)/s with s = sqrt(eta/2) and D Dawson's function, that
// is f(eta) = 4 int_0^s D: twice the Kullback-Leibler divergence of the Gaussian weight posterior
// from the log-uniform prior (Kingma, Salimans and Welling 2015; its gradient in this form: Hron,
// Matthews and Ghahramani 2018).
//
// omega follows by its parametric form. A stationary eta of (2) has f'(eta) = w^2/eta^2, so
//     w(s) = eta sqrt(f') = 2 s^(3/2) sqrt(D(s)),     omega'(w) = w/eta = sqrt(D(s)/s).
// With E = s D'/D, d log w / d log s = (3 + E)/2, which stays above 0.81 (least near s = 2.1): w
// grows with s, the stationary eta is the only one and therefore the minimiser. Further
//     d log omega' / d log w = (E - 1)/(3 + E),       omega = (w omega' + f)/2,
// the last one evaluated as 1/2 (w^2/eta + f(eta)), which an error in eta changes to second order
// only.
#include <cmath>
#include <numbers>

#include "penalties/catalogue.h"
#include "penalties/dawson.h"
#include "penalties/root.h"
#include "penalties/table.h"

namespace flipside {
namespace {

double solveForS(double w) {
  // w = 2 s^2 for small s and sqrt(2) s for large s; s is within a factor e of the larger solution.
  const double logW = std::log(w);
  const double low = std::max(0.5 * (logW - std::numbers::ln2), logW - 0.5 * std::numbers::ln2);
  const auto residual = [logW](double logS) -> ValueAndDerivative {
    const Dawson d = dawson(std::exp(logS));
    return {std::numbers::ln2 + 1.5 * logS + 0.5 * std::log(d.value) - logW, 2.0 + 0.5 * d.bend};
  };
  return std::exp(increasingRoot(residual, low - 1.0, low + 1.0, low));
}

TableValues evaluate(double w) {
  if (w == 0.0) return {0.0, 1.0, -1.0 / 6.0};
  if (std::isinf(w)) return {w, 0.0, 0.0};
  const double s = solveForS(w);
  const Dawson d = dawson(s);
  const double slope = std::sqrt(d.value) / std::sqrt(s);
  return {0.5 * w * (w / (2.0 * s * s)) + 2.0 * d.integral, slope,
          slope * (d.bend / w) / (4.0 + d.bend)};
}

class VariationalDropout final : public MaskFamilyPenalty {
 public:
  double unitOmega(double w) const override { return evaluate(w).omega; }
  double unitDual(double eta) const override { return 4.0 * dawson(std::sqrt(0.5 * eta)).integral; }
  double unitEtaHat(double w) const override { return w / evaluate(w).slope; }
  double unitSlope(double w) const override { return evaluate(w).slope; }
  double unitCurvature(double w) const override { return evaluate(w).curvature; }
  double unitDualSlope(double eta) const override {
    const double s = std::sqrt(0.5 * eta);
    return s == 0.0 ? 1.0 : dawson(s).value / s;
  }
  /// -omega'' at w = 2.4076..., rounded up.
  double unitConcavity() const override { return 0.22163811157832; }
  bool unitConcave() const override { return true; }

  std::shared_ptr<const SeparablePenalty> tabulated(double) const override {
    static const auto table = std::make_shared<const Table>(specification(), evaluate);
    return std::make_shared<TabulatedPenalty<MaskFamilyPenalty>>(
        table, std::make_shared<VariationalDropout>());
  }

 private:
  static TableSpec specification() {
    // omega' = 1 - w/6 + O(w^2) at 0 and (1 + O(w^-2)) / w at infinity.
    TableSpec spec;
    spec.head = {.limit = 1.0, .coefficient = -1.0 / 6.0, .exponent = 1.0};
    spec.bounds = {1e-7, 1e7};
    spec.tailDecay = 1.0;
    return spec;
  }
};

const CatalogueEntry entry("variationalDropout", {}, [](std::span<const double>) {
  return std::make_shared<VariationalDropout>();
});

}  // namespace
}  // namespace flipside
