// scad(a), a > 2, in three parts that meet at w = lambda and w = a lambda:
//   omega(w)  = w;       w - (w - lambda)^2 / (2 (a-1) lambda);   (a+1) lambda / 2
//   omega'(w) = 1;       (a lambda - w) / ((a-1) lambda);         0
//   etaHat(w) = w;       (a-1) lambda w / (a lambda - w);         infinity
//   f(eta)    = eta for eta <= lambda, else lambda ((a+1) eta - lambda) / ((a-1) lambda + eta)
// lambda omega is the smoothly clipped absolute deviation penalty (Fan and Li 2001), a > 2.
// At lambda = 0 only the flat part is left.
//
// Proximal step, with c = lambda/h and k = 1/((a-1) h). For k < 1, z - c to z = lambda + c, then
// (z - c a/(a-1)) / (1 - k) to z = a lambda, then z. For k >= 1 the scalar problem is concave on
// the middle part: the minimiser is max(0, z - c) or z, and these are equally good at
//   z = ((a+1) lambda + c) / 2   where this is above c, that is for (a+1) h > 1,
//   z^2 = (a+1) lambda c         otherwise.
#include <algorithm>
#include <cmath>
#include <limits>

#include "penalties/catalogue.h"
#include "penalties/mask_kernels.h"
#include "penalties/parameters.h"

namespace flipside {
namespace {

class Scad final : public SeparablePenalty {
 public:
  explicit Scad(double a)
      : a_(checkedParameter("a", a, a > 2.0, "greater than 2")), inverse_(1.0 / (a_ - 1.0)) {}

  double omegaAt(double w, double lambda) const override {
    if (w >= a_ * lambda) return 0.5 * (a_ * lambda + lambda);
    if (w <= lambda) return w;
    const double beyond = w - lambda;
    return w - 0.5 * beyond * (beyond / lambda / (a_ - 1.0));
  }

  double dualAt(double eta, double lambda) const override {
    if (eta <= lambda) return eta;
    if (lambda == 0.0) return 0.0;
    // Divided through by eta, so that eta = infinity has its limit.
    const double inverse = lambda / eta;
    return lambda * ((a_ + 1.0 - inverse) / (1.0 + (a_ - 1.0) * inverse));
  }

  double etaHatAt(double w, double lambda) const override {
    const double slope = slopeAt(w, lambda);
    return slope > 0.0 ? w / slope : std::numeric_limits<double>::infinity();
  }

  double slopeAt(double w, double lambda) const override {
    // The fused product keeps a lambda - w exact to one rounding next to the end of the slope.
    const double gap = std::fma(a_, lambda, -w);
    if (!(gap > 0.0)) return 0.0;
    return w <= lambda ? 1.0 : gap / lambda / (a_ - 1.0);
  }

  double curvatureAt(double w, double lambda) const override {
    return w > lambda && w < a_ * lambda ? -1.0 / ((a_ - 1.0) * lambda) : 0.0;
  }

  double dualSlopeAt(double eta, double lambda) const override {
    if (lambda == 0.0) return 0.0;
    if (eta <= lambda) return 1.0;
    const double slope = a_ / (a_ - 1.0 + eta / lambda);
    return slope * slope;
  }

  double proxAt(double z, double h, double lambda) const override {
    const double c = lambda / h;
    const double soft = std::max(0.0, z - c);
    const double k = inverse_ / h;
    if (k >= 1.0) return z > jump(h, lambda) ? z : soft;
    if (z >= a_ * lambda) return z;
    if (soft <= lambda) return soft;
    return std::min(z, (z - c * (1.0 + inverse_)) / (1.0 - k));
  }

  double proxThreshold(double h, double lambda) const override {
    return (a_ + 1.0) * h > 1.0 ? lambda / h : jump(h, lambda);
  }

  double concavity(double lambda) const override {
    return lambda > 0.0 ? 1.0 / ((a_ - 1.0) * lambda) : 0.0;
  }

  MaskForm maskForm() const override {
    return {.kind = MaskForm::Kind::clipped, .a = a_, .b = a_ - 1.0};
  }

 protected:
  void maskQuantities(std::span<const double> w, double lambda, MaskQuantity quantity,
                      std::span<double> out) const override {
    clippedMask({w, quantity, out}, lambda, a_, a_ - 1.0);
  }

 private:
  double jump(double h, double lambda) const {
    if ((a_ + 1.0) * h > 1.0) return 0.5 * (a_ * lambda + lambda + lambda / h);
    return lambda * (std::sqrt(a_ + 1.0) / std::sqrt(h));
  }

  double a_;
  double inverse_;  // 1 / (a - 1)
};

const CatalogueEntry entry("scad", {"a"}, [](std::span<const double> values) {
  return std::make_shared<Scad>(values[0]);
});

}  // namespace
}  // namespace flipside
