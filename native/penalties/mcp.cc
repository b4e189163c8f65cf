// mcp(a), with b = a lambda:
//   omega(w)  = w - w^2 / (2b)   to w = b, then b/2        omega'(w) = 1 - w/b, then 0
//   etaHat(w) = b w / (b - w),   then infinity             f(eta) = b eta / (eta + b)
// lambda omega is the minimax concave penalty with gamma = a (Zhang 2010).
//
// f from its definition: 2 omega - w^2/eta is stationary at w = b eta / (eta + b) < b, value w.
// At lambda = 0, b = 0: the penalty is flat everywhere.
//
// Proximal step, with c = lambda/h and k = 1/(a h). For k < 1 it is (z - c) / (1 - k) between z = c
// and z = b (firm thresholding: Gao and Bruce 1997). For k >= 1 the scalar problem is concave up to
// b: the minimiser is 0 or z, which are equally good at z^2 = c b, and this is not below b^2.
#include <algorithm>
#include <cmath>
#include <limits>

#include "penalties/catalogue.h"
#include "penalties/mask_kernels.h"
#include "penalties/parameters.h"

namespace flipside {
namespace {

class Mcp final : public SeparablePenalty {
 public:
  explicit Mcp(double a) : a_(positiveParameter("a", a)), inverse_(1.0 / a_) {}

  double omegaAt(double w, double lambda) const override {
    const double b = a_ * lambda;
    return w >= b ? 0.5 * b : w * (1.0 - 0.5 * (w / b));
  }

  double dualAt(double eta, double lambda) const override {
    const double b = std::min(a_ * lambda, std::numeric_limits<double>::max());
    if (b == 0.0) return 0.0;
    return eta <= b ? eta / (1.0 + eta / b) : b / (1.0 + b / eta);
  }

  double etaHatAt(double w, double lambda) const override {
    const double slope = slopeAt(w, lambda);
    return slope > 0.0 ? w / slope : std::numeric_limits<double>::infinity();
  }

  double slopeAt(double w, double lambda) const override {
    // The fused product keeps a lambda - w exact to one rounding next to the end of the slope.
    const double gap = std::fma(a_, lambda, -w);
    if (!(gap > 0.0)) return 0.0;
    const double b = a_ * lambda;
    return w <= 0.5 * b ? 1.0 - w / b : gap / b;
  }

  double curvatureAt(double w, double lambda) const override {
    const double b = a_ * lambda;
    return w < b ? -1.0 / b : 0.0;
  }

  double dualSlopeAt(double eta, double lambda) const override {
    const double b = std::min(a_ * lambda, std::numeric_limits<double>::max());
    if (b == 0.0) return 0.0;
    const double slope = 1.0 / (1.0 + eta / b);
    return slope * slope;
  }

  double proxAt(double z, double h, double lambda) const override {
    const double k = inverse_ / h;
    if (k >= 1.0) return z > jump(h, lambda) ? z : 0.0;
    if (z >= a_ * lambda) return z;
    const double excess = z - lambda / h;
    return excess > 0.0 ? std::min(z, excess / (1.0 - k)) : 0.0;
  }

  double proxThreshold(double h, double lambda) const override {
    return inverse_ / h >= 1.0 ? jump(h, lambda) : lambda / h;
  }

  double concavity(double lambda) const override {
    return lambda > 0.0 ? 1.0 / (a_ * lambda) : 0.0;
  }

  MaskForm maskForm() const override { return {.kind = MaskForm::Kind::clipped, .a = a_, .b = a_}; }

 protected:
  void maskQuantities(std::span<const double> w, double lambda, MaskQuantity quantity,
                      std::span<double> out) const override {
    clippedMask({w, quantity, out}, lambda, a_, a_);
  }

 private:
  /// sqrt(c b).
  double jump(double h, double lambda) const { return lambda * (std::sqrt(a_) / std::sqrt(h)); }

  double a_;
  double inverse_;
};

const CatalogueEntry entry("mcp", {"a"}, [](std::span<const double> values) {
  return std::make_shared<Mcp>(values[0]);
});

}  // namespace
}  // namespace flipside
