// l1:  omega(w) = w,  etaHat(w) = w,  f(eta) = eta.   The lasso (Tibshirani 1996).
#include <algorithm>

#include "penalties/catalogue.h"
#include "penalties/mask_kernels.h"
#include "penalties/scaling.h"

namespace flipside {
namespace {

class L1 final : public LambdaFreePenalty {
 public:
  bool convex() const override { return true; }
  double unitOmega(double w) const override { return w; }
  double unitDual(double eta) const override { return eta; }
  double unitEtaHat(double w) const override { return w; }
  double unitSlope(double) const override { return 1.0; }
  double unitCurvature(double) const override { return 0.0; }
  double unitDualSlope(double) const override { return 1.0; }
  /// Soft thresholding.
  double unitProx(double z, double c) const override { return std::max(0.0, z - c); }
  double proxThreshold(double h, double lambda) const override { return lambda / h; }

  MaskForm maskForm() const override { return {.kind = MaskForm::Kind::power, .a = 1.0}; }

 protected:
  void maskQuantities(std::span<const double> w, double lambda, MaskQuantity quantity,
                      std::span<double> out) const override {
    powerMask({w, quantity, out}, lambda, 1.0);
  }
};

const CatalogueEntry entry("l1", {},
                           [](std::span<const double>) { return std::make_shared<L1>(); });

}  // namespace
}  // namespace flipside
