// lp, 0 < p < 2:  omega(w) = w^p / p,  omega'(w) = w^(p-1),  etaHat(w) = w^(2-p),
//                 f(eta) = eta^q / q with q = p / (2-p).
//
// f from its definition: 2 w^p / p - w^2 / eta is stationary at w^(2-p) = eta, where it is
// eta^q (2/p - 1) = eta^q / q.
#include <cmath>

#include "penalties/catalogue.h"
#include "penalties/mask_kernels.h"
#include "penalties/parameters.h"
#include "penalties/scaling.h"

namespace flipside {
namespace {

class Lp final : public LambdaFreePenalty {
 public:
  explicit Lp(double p)
      : p_(checkedParameter("p", p, p > 0.0 && p < 2.0, "between 0 and 2, both excluded")),
        q_(p / (2.0 - p)) {}

  bool convex() const override { return p_ >= 1.0; }
  double unitOmega(double w) const override { return std::pow(w, p_) / p_; }
  double unitDual(double eta) const override { return std::pow(eta, q_) / q_; }
  double unitEtaHat(double w) const override { return std::pow(w, 2.0 - p_); }
  double unitSlope(double w) const override { return std::pow(w, p_ - 1.0); }
  double unitCurvature(double w) const override {
    // 0 * infinity at w = 0 otherwise.
    return p_ == 1.0 ? 0.0 : (p_ - 1.0) * std::pow(w, p_ - 2.0);
  }
  double unitDualSlope(double eta) const override {
    // q - 1 without the cancellation next to p = 1.
    return std::pow(eta, 2.0 * (p_ - 1.0) / (2.0 - p_));
  }

 protected:
  void maskQuantities(std::span<const double> w, double lambda, MaskQuantity quantity,
                      std::span<double> out) const override {
    powerMask({w, quantity, out}, lambda, 2.0 - p_);
  }

 private:
  double p_;
  double q_;
};

const CatalogueEntry entry("lp", {"p"}, [](std::span<const double> values) {
  return std::make_shared<Lp>(values[0]);
});

}  // namespace
}  // namespace flipside
