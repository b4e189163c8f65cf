// How a separable penalty depends on the problem's lambda, written once for each kind (theory.md,
// section 3). A penalty derives from one of these and gives its functions at lambda = 1:
//
//   LambdaFreePenalty         classical:            omega_lambda = omega_1
//   KeepProbabilityPenalty    alpha-hat(w) given:   omega_lambda(w) = omega_1(w) / lambda,
//                             etaHat_lambda(w) = lambda etaHat_1(w),
//                             f_lambda(eta) = f_1(eta / lambda) / lambda
//   MaskFamilyPenalty         v(theta), c(theta):   omega_lambda(w) = omega_1(w / sqrt(lambda)),
//                             etaHat_lambda(w) = lambda etaHat_1(w / sqrt(lambda)),
//                             f_lambda(eta) = f_1(eta / lambda)
//
// The proximal step of any is that of omega_1 with a weight c: c = lambda / h; c = 1 / h; and
// c = 1 / h in units of sqrt(lambda).
//
// At lambda = 0 the mask never acts: omega, slope, curvature and f are 0 and etaHat is infinite,
// which is also what lambda * omega and lambda / etaHat tend to for a mask family.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>

#include "penalties/penalty.h"

namespace flipside {

/// The scalar functions at lambda = 1, with the meaning that SeparablePenalty gives them.
class UnitPenalty : public SeparablePenalty {
 public:
  virtual double unitOmega(double w) const = 0;
  virtual double unitDual(double eta) const = 0;
  virtual double unitEtaHat(double w) const = 0;
  virtual double unitSlope(double w) const = 0;
  virtual double unitCurvature(double w) const = 0;
  virtual double unitDualSlope(double eta) const { return SeparablePenalty::dualSlopeAt(eta, 1.0); }
  /// omega_1(w) - omega_1(0).
  virtual double unitRise(double w) const { return unitOmega(w) - unitOmega(0.0); }
  /// The t >= 0 that minimises 1/2 (t - z)^2 + c omega_1(t), for z >= 0 and c >= 0.
  virtual double unitProx(double z, double c) const;
  /// concavity(1).
  virtual double unitConcavity() const { return SeparablePenalty::concavity(1.0); }
  /// True when omega_1'' is known to be nowhere positive, with which unitProx is quicker.
  virtual bool unitConcave() const { return false; }
};

class LambdaFreePenalty : public UnitPenalty {
 public:
  MaskForm maskForm() const override { return {.kind = MaskForm::Kind::lambdaFree}; }
  double omegaAt(double w, double) const final { return unitOmega(w); }
  double dualAt(double eta, double) const final { return unitDual(eta); }
  double etaHatAt(double w, double) const final { return unitEtaHat(w); }
  double slopeAt(double w, double) const final { return unitSlope(w); }
  double curvatureAt(double w, double) const final { return unitCurvature(w); }
  double dualSlopeAt(double eta, double) const final { return unitDualSlope(eta); }
  double proxAt(double z, double h, double lambda) const final { return unitProx(z, lambda / h); }
  double concavity(double) const final { return unitConcavity(); }
};

class KeepProbabilityPenalty : public UnitPenalty {
 public:
  MaskForm maskForm() const override { return {.kind = MaskForm::Kind::keepProbability}; }
  double omegaAt(double w, double lambda) const final {
    return lambda > 0.0 ? unitOmega(w) / lambda : 0.0;
  }
  double dualAt(double eta, double lambda) const final {
    return lambda > 0.0 ? unitDual(eta / lambda) / lambda : 0.0;
  }
  double etaHatAt(double w, double lambda) const final {
    return lambda > 0.0 ? lambda * unitEtaHat(w) : std::numeric_limits<double>::infinity();
  }
  double maskVarianceAt(double w, double) const final { return 1.0 / unitEtaHat(w); }
  double slopeAt(double w, double lambda) const final {
    return lambda > 0.0 ? unitSlope(w) / lambda : 0.0;
  }
  double curvatureAt(double w, double lambda) const final {
    return lambda > 0.0 ? unitCurvature(w) / lambda : 0.0;
  }
  double dualSlopeAt(double eta, double lambda) const final {
    return lambda > 0.0 ? unitDualSlope(eta / lambda) / lambda / lambda : 0.0;
  }
  double proxAt(double z, double h, double lambda) const final {
    return lambda > 0.0 ? unitProx(z, 1.0 / h) : z;
  }
  double concavity(double lambda) const final {
    return lambda > 0.0 ? unitConcavity() / lambda : 0.0;
  }
};

class MaskFamilyPenalty : public UnitPenalty {
 public:
  MaskForm maskForm() const override { return {.kind = MaskForm::Kind::maskFamily}; }
  double omegaAt(double w, double lambda) const final {
    return lambda > 0.0 ? unitOmega(w / std::sqrt(lambda)) : 0.0;
  }
  double dualAt(double eta, double lambda) const final {
    return lambda > 0.0 ? unitDual(eta / lambda) : 0.0;
  }
  double etaHatAt(double w, double lambda) const final {
    return lambda > 0.0 ? lambda * unitEtaHat(w / std::sqrt(lambda))
                        : std::numeric_limits<double>::infinity();
  }
  double maskVarianceAt(double w, double lambda) const final {
    return 1.0 / unitEtaHat(w / std::sqrt(lambda));
  }
  double slopeAt(double w, double lambda) const final {
    if (!(lambda > 0.0)) return 0.0;
    const double root = std::sqrt(lambda);
    return unitSlope(w / root) / root;
  }
  double curvatureAt(double w, double lambda) const final {
    return lambda > 0.0 ? unitCurvature(w / std::sqrt(lambda)) / lambda : 0.0;
  }
  double dualSlopeAt(double eta, double lambda) const final {
    return lambda > 0.0 ? unitDualSlope(eta / lambda) / lambda : 0.0;
  }
  double proxAt(double z, double h, double lambda) const final {
    if (!(lambda > 0.0)) return z;
    const double root = std::sqrt(lambda);
    const double scaled = std::min(z / root, std::numeric_limits<double>::max());
    const double t = unitProx(scaled, 1.0 / h);
    // What is not shrunk stays as it was, to the last digit.
    return t == scaled ? z : std::min(z, t * root);
  }
  double concavity(double lambda) const final {
    return lambda > 0.0 ? unitConcavity() / lambda : 0.0;
  }
};

}  // namespace flipside
