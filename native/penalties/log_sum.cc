// logSum(epsilon):  omega(w) = log(w + epsilon),  etaHat(w) = w (w + epsilon),
//   f(eta) = 2 log((r + epsilon)/2) - (r - epsilon)^2 / (4 eta),  r = sqrt(epsilon^2 + 4 eta).
// Candes, Wakin and Boyd 2008, "Enhancing sparsity by reweighted l1 minimization".
//
// (r - epsilon)(r + epsilon) = 4 eta turns the second term into (2 sqrt(eta) / (r + epsilon))^2,
// which neither cancels for small eta nor divides by it.
//
// Proximal step: a stationary t has t^2 - (z - epsilon) t - (z epsilon - c) = 0, and the larger
// root is the only local minimum above 0. With z epsilon > c it is positive and 0 is not a minimum.
#include <algorithm>
#include <cmath>

#include "penalties/catalogue.h"
#include "penalties/logarithm.h"
#include "penalties/mask_kernels.h"
#include "penalties/parameters.h"
#include "penalties/scaling.h"

namespace flipside {
namespace {

class LogSum final : public LambdaFreePenalty {
 public:
  explicit LogSum(double epsilon) : epsilon_(positiveParameter("epsilon", epsilon)) {}

  double unitOmega(double w) const override { return logOfSum(w, epsilon_); }

  double unitDual(double eta) const override {
    if (std::isinf(eta)) return eta;
    const double root = 2.0 * std::sqrt(eta);
    const double r = std::hypot(epsilon_, root);
    const double ratio = root / (r + epsilon_);
    if (root > epsilon_) return 2.0 * logOfSum(0.5 * r, 0.5 * epsilon_) - ratio * ratio;
    const double excess = 0.5 * ratio * (root / epsilon_);
    return 2.0 * std::log(epsilon_) + (2.0 * std::log1p(excess) - ratio * ratio);
  }

  double unitEtaHat(double w) const override { return w * (w + epsilon_); }
  double unitSlope(double w) const override { return 1.0 / (w + epsilon_); }
  double unitCurvature(double w) const override {
    const double slope = unitSlope(w);
    return -slope * slope;
  }
  /// omega'^2 at the w = (r - epsilon)/2 with etaHat(w) = eta.
  double unitDualSlope(double eta) const override {
    const double slope = 2.0 / (std::hypot(epsilon_, 2.0 * std::sqrt(eta)) + epsilon_);
    return slope * slope;
  }

  double unitRise(double w) const override { return std::log1p(w / epsilon_); }
  double unitProx(double z, double c) const override { return prox(z, c, epsilon_); }
  double unitConcavity() const override { return 1.0 / epsilon_ / epsilon_; }

  MaskForm maskForm() const override { return {.kind = MaskForm::Kind::logSum, .a = epsilon_}; }

 protected:
  void maskQuantities(std::span<const double> w, double lambda, MaskQuantity quantity,
                      std::span<double> out) const override {
    logSumMask({w, quantity, out}, lambda, epsilon_);
  }

 private:
  static double prox(double z, double c, double epsilon) {
    const double scale = std::max(z, epsilon);
    // Where squares leave the range of a double.
    if (!(scale > 1e-140 && scale < 1e140)) {
      return scale * prox(z / scale, c / scale / scale, epsilon / scale);
    }
    const double gap = z - epsilon;
    const double excess = z * epsilon - c;
    const double discriminant = gap * gap + 4.0 * excess;
    if (!(excess > 0.0) && (gap <= 0.0 || !(discriminant >= 0.0))) return 0.0;
    const double root = std::sqrt(discriminant);
    const double t = std::min(z, gap > 0.0 ? 0.5 * (gap + root) : 2.0 * excess / (root - gap));
    if (excess > 0.0 || c * std::log1p(t / epsilon) < t * (z - 0.5 * t)) return t;
    return 0.0;
  }

  double epsilon_;
};

const CatalogueEntry entry("logSum", {"epsilon"}, [](std::span<const double> values) {
  return std::make_shared<LogSum>(values[0]);
});

}  // namespace
}  // namespace flipside
