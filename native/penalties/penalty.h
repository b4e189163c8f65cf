// The object in the middle: a subquadratic penalty Omega, its dual f and its reweighting etaHat.
//
//   Omega(w) = min over eta >= 0 of 1/2 (sum_j w_j^2 / eta_j + f(eta)),   dOmega/dw_j = w_j /
//   etaHat_j(w)
//
// A solver asks for etaHat (as slope = w / etaHat), and for omega where it reports an objective. It
// knows no penalty by name; a penalty knows no solver, loss or design.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "linalg/matrix.h"
#include "linalg/pool.h"
#include "penalties/mask_form.h"

namespace flipside {

/// What a penalty may need of the problem it is used in.
struct PenaltyContext {
  double lambda = 1.0;  ///< the problem's lambda; mcp, scad and every strategy depend on it
  /// The n x p standardised design; only penalties with needsDesign() read it.
  ConstMatrix columns{};
  /// Polled by a penalty whose own minimisation takes long; may be null.
  const Cancellation* cancel = nullptr;
};

class Penalty {
 public:
  virtual ~Penalty() = default;

  /// True when Omega(w) = sum_j omega(|w_j|); then *this is a SeparablePenalty.
  virtual bool separable() const { return false; }
  /// True when context.columns must hold the design (automatic relevance determination).
  virtual bool needsDesign() const { return false; }
  /// True when etaHat is 0 or +infinity only, so that reweighting freezes the support it starts
  /// with; a solver then also tries the support of a gradient step.
  virtual bool combinatorial() const { return false; }
  /// True when Omega is convex for every lambda, so that a stationary point is a minimum.
  virtual bool convex() const { return false; }

  /// Omega(w); +infinity is a value.
  virtual double omega(std::span<const double> w, const PenaltyContext& context) const = 0;
  /// f(eta), eta >= 0 elementwise.
  virtual double dual(std::span<const double> eta, const PenaltyContext& context) const = 0;
  /// out_j = etaHat_j(w) in [0, +infinity].
  virtual void etaHat(std::span<const double> w, const PenaltyContext& context,
                      std::span<double> out) const = 0;
  /// out_j = dOmega/d|w_j| = |w_j| / etaHat_j(w); at w_j = 0 its right limit (+infinity for lp, p <
  /// 1).
  virtual void slope(std::span<const double> w, const PenaltyContext& context,
                     std::span<double> out) const = 0;
  /// omega (returned), slope and etaHat together, for a penalty that finds them at once.
  virtual double evaluateAll(std::span<const double> w, const PenaltyContext& context,
                             std::span<double> slopes, std::span<double> eta) const {
    slope(w, context, slopes);
    etaHat(w, context, eta);
    return omega(w, context);
  }
  /// The Hessian of Omega over the nonzero coordinates of w, in their order: out is nnz x nnz and
  /// both its triangles are filled. False, with out untouched, when the penalty does not offer one.
  virtual bool hessian(std::span<const double> w, const PenaltyContext& context,
                       MutableMatrix out) const {
    (void)w, (void)context, (void)out;
    return false;
  }
};

/// What a dropout mask takes from a weight: the keep probability etaHat / (etaHat + lambda) of a
/// Bernoulli mask, or lambda / etaHat = (1 - alpha) / alpha, the variance of any.
enum class MaskQuantity { keepProbability, variance };

/// Omega(w) = sum_j omega(|w_j|). A new penalty implements the five scalar functions, each for one
/// coordinate w >= 0 or eta >= 0, and registers itself (catalogue.h); everything else follows.
class SeparablePenalty : public Penalty {
 public:
  bool separable() const final { return true; }

  virtual double omegaAt(double w, double lambda) const = 0;
  virtual double dualAt(double eta, double lambda) const = 0;
  /// w / omega'(w); +infinity where omega'(w) = 0 with w > 0; the right limit at 0 (0 for a kink).
  virtual double etaHatAt(double w, double lambda) const = 0;
  /// omega'(w); the right limit at w = 0.
  virtual double slopeAt(double w, double lambda) const = 0;
  /// omega''(w) for w > 0; where it jumps, either one-sided value.
  virtual double curvatureAt(double w, double lambda) const = 0;

  /// The proximal step of one coordinate: the t >= 0 that minimises h/2 (t - z)^2 + lambda omega(t)
  /// over t >= 0, for z >= 0, h > 0; of two minimisers the smaller. It is not above z and does not
  /// fall with z. Closed forms override the default, whose guarantees are in prox.h.
  virtual double proxAt(double z, double h, double lambda) const;
  /// The largest z for which proxAt(z, h, lambda) is 0; 0 when there is none (no kink at 0). In a
  /// descent a zero coordinate comes in where |gradient| > h threshold. At most lambda omega'(0+) /
  /// h, and less where the scalar problem is not convex. The default asks proxAt.
  virtual double proxThreshold(double h, double lambda) const;
  /// sup over w > 0 of -omega''(w), 0 for a convex penalty, +infinity where it is not bounded (a
  /// slope that jumps down, too) or not known. The scalar problem of proxAt is convex where it is
  /// at most h / lambda.
  virtual double concavity(double lambda) const;

  /// f'(eta): w^2 / eta^2 at the w with etaHat(w) = eta or where etaHat jumps over eta, 0 when
  /// etaHat is larger everywhere; its limits at eta = 0 and infinity. The default finds that w by
  /// bisection; closed forms override it.
  virtual double dualSlopeAt(double eta, double lambda) const;

  /// alpha_j = etaHat / (etaHat + lambda) of |w_j|, the keep probability of a dropout mask, in [0,
  /// 1] for any finite w and lambda >= 0: 1 at lambda = 0 and where etaHat is infinite, else 0
  /// where etaHat is 0. out may be w. Of a penalty without a closed form this is dear: ask its
  /// tabulated().
  void keepProbabilities(std::span<const double> w, double lambda, std::span<double> out) const;
  /// lambda / etaHat of |w_j|, which is (1 - alpha_j) / alpha_j without cancellation, in [0,
  /// +infinity]: 0 at lambda = 0 and where etaHat is infinite.
  void maskVariances(std::span<const double> w, double lambda, std::span<double> out) const;
  /// lambda / etaHat(w) for w >= 0 and lambda > 0, also where etaHat leaves the range of a double.
  virtual double maskVarianceAt(double w, double lambda) const {
    return lambda / etaHatAt(w, lambda);
  }

  /// What maskVarianceAt() is as a formula.
  virtual MaskForm maskForm() const { return {}; }

  /// A penalty that agrees with this one to 1e-10 relative and costs a table look-up per
  /// coordinate, for penalties without a closed form; null when this one is cheap already.
  virtual std::shared_ptr<const SeparablePenalty> tabulated(double lambda) const {
    (void)lambda;
    return nullptr;
  }

  double omega(std::span<const double> w, const PenaltyContext& context) const final;
  double dual(std::span<const double> eta, const PenaltyContext& context) const final;
  void etaHat(std::span<const double> w, const PenaltyContext& context,
              std::span<double> out) const final;
  void slope(std::span<const double> w, const PenaltyContext& context,
             std::span<double> out) const final;
  bool hessian(std::span<const double> w, const PenaltyContext& context,
               MutableMatrix out) const final;

 protected:
  /// proxThreshold from a z next to it, settled by proxAt.
  double lastZero(double z, double h, double lambda) const;
  /// keepProbabilities() or maskVariances() at lambda > 0. The default takes maskVarianceAt() of
  /// each element; mask_kernels.h has closed forms for many at a time.
  virtual void maskQuantities(std::span<const double> w, double lambda, MaskQuantity quantity,
                              std::span<double> out) const;
};

/// Omega = 0, which is what every penalty but a combinatorial one amounts to at lambda = 0.
const Penalty& noPenalty();

}  // namespace flipside
