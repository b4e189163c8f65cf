// omega, omega' and omega'' are the curve's, etaHat(w) = w / omega'(w), and without a curve for it
// f(eta) = 2 omega(w) - w^2 / eta, f'(eta) = w^2 / eta^2 at the w of conjugate.h.
#include "penalties/curve_penalty.h"

#include <cmath>
#include <limits>
#include <utility>

#include "penalties/conjugate.h"
#include "penalties/scaling.h"

namespace flipside {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

/// The limit of w / omega'(w) at w = 0.
double etaHatAtZero(const Curve& omega) {
  if (omega.slope(0.0) > 0.0) return 0.0;
  // Infinite where omega' starts like a power below 1.
  const double curvature = omega.curvature(0.0);
  return curvature > 0.0 ? 1.0 / curvature : infinity;
}

/// Its limit at infinity: (last/s) (w/last)^(1 + decay) in the tail, where omega' = s at last.
double etaHatAtInfinity(const Curve& omega) {
  const double slope = omega.slope(omega.last());
  return slope > 0.0 ? omega.last() / slope * std::pow(infinity, 1.0 + omega.data().tailDecay)
                     : infinity;
}

template <class Scaling>
class CurvePenalty final : public Scaling {
 public:
  explicit CurvePenalty(CurvePenaltySpec spec)
      : spec_(std::move(spec)),
        etaHatAtZero_(etaHatAtZero(spec_.omega)),
        etaHatAtInfinity_(etaHatAtInfinity(spec_.omega)),
        concavity_(spec_.convex ? 0.0 : spec_.omega.concavity()) {}

  bool convex() const override { return spec_.convex; }

  double unitOmega(double w) const override { return spec_.omega.value(w); }
  double unitSlope(double w) const override { return spec_.omega.slope(w); }
  double unitCurvature(double w) const override { return spec_.omega.curvature(w); }

  double unitRise(double w) const override { return spec_.omega.rise(w); }
  double unitConcavity() const override { return concavity_; }

  double unitEtaHat(double w) const override {
    if (w == 0.0) return etaHatAtZero_;
    if (std::isinf(w)) return etaHatAtInfinity_;
    const double slope = spec_.omega.slope(w);
    return slope > 0.0 ? w / slope : infinity;
  }

  double unitDual(double eta) const override {
    if (spec_.dual) return spec_.dual->value(eta);
    if (std::isinf(eta)) return 2.0 * spec_.omega.value(eta);
    const double atZero = 2.0 * spec_.omega.data().atZero;
    if (eta == 0.0) return atZero;
    const double w = maximiserOfConjugate(spec_.omega, eta, spec_.monotone);
    return std::isinf(w) ? w : atZero + (2.0 * spec_.omega.rise(w) - w * (w / eta));
  }

  double unitDualSlope(double eta) const override {
    if (spec_.dual) return spec_.dual->slope(eta);
    // At the ends f' has the limit of omega'^2.
    const bool end = eta == 0.0 || std::isinf(eta);
    const double slope =
        end ? spec_.omega.slope(eta) : maximiserOfConjugate(spec_.omega, eta, spec_.monotone) / eta;
    return slope * slope;
  }

 private:
  CurvePenaltySpec spec_;
  double etaHatAtZero_;
  double etaHatAtInfinity_;
  double concavity_;
};

}  // namespace

std::shared_ptr<const SeparablePenalty> makeCurvePenalty(CurvePenaltySpec spec) {
  switch (spec.scaling) {
    case LambdaScaling::keepProbability:
      return std::make_shared<CurvePenalty<KeepProbabilityPenalty>>(std::move(spec));
    case LambdaScaling::maskFamily:
      return std::make_shared<CurvePenalty<MaskFamilyPenalty>>(std::move(spec));
    case LambdaScaling::lambdaFree:
      break;
  }
  return std::make_shared<CurvePenalty<LambdaFreePenalty>>(std::move(spec));
}

}  // namespace flipside
