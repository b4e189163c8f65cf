// elasticNet(alpha) of a penalty phi, which is used at lambda' = alpha lambda:
//   lambda omega(w) = alpha lambda phi(w; alpha lambda) + (1 - alpha) lambda w^2 / 2
// Zou and Hastie 2005; with lambda' = alpha lambda as glmnet has it for l1 and ncvreg for mcp and
// scad. With eta' = etaHat of phi:
//   1/etaHat(w) = alpha / eta'(w) + (1 - alpha)
//   f(eta) = alpha f_phi(eta'),  1/eta' = (1/eta - (1 - alpha)) / alpha,  to eta = 1/(1 - alpha);
// beyond, 2 omega - w^2 / eta has no bound.
//
// Proximal step: h/2 (t - z)^2 + (1 - alpha) lambda t^2 / 2 is h'/2 (t - z')^2 and a constant, with
// h' = h + (1 - alpha) lambda and z' = h z / h'.
#include "penalties/elastic_net.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "penalties/catalogue.h"
#include "penalties/parameters.h"

namespace flipside {
namespace {

class ElasticNet final : public SeparablePenalty {
 public:
  ElasticNet(std::shared_ptr<const SeparablePenalty> inner, double alpha)
      : inner_(std::move(inner)),
        alpha_(checkedParameter("alpha", alpha, alpha >= 0.0 && alpha <= 1.0,
                                "between 0 and 1, both included")),
        ridge_(1.0 - alpha_) {}

  bool convex() const override { return alpha_ == 0.0 || inner_->convex(); }

  double omegaAt(double w, double lambda) const override {
    return part(inner_->omegaAt(w, alpha_ * lambda)) + 0.5 * ridge_ * w * w;
  }

  double slopeAt(double w, double lambda) const override {
    return part(inner_->slopeAt(w, alpha_ * lambda)) + ridge_ * w;
  }

  double curvatureAt(double w, double lambda) const override {
    return part(inner_->curvatureAt(w, alpha_ * lambda)) + ridge_;
  }

  double etaHatAt(double w, double lambda) const override {
    if (alpha_ == 0.0) return 1.0;
    const double eta = inner_->etaHatAt(w, alpha_ * lambda);
    return std::isinf(eta) ? 1.0 / ridge_ : eta / (alpha_ + ridge_ * eta);
  }

  double dualAt(double eta, double lambda) const override {
    const double left = remainder(eta);
    if (left < 0.0) return std::numeric_limits<double>::infinity();
    return part(inner_->dualAt(alpha_ * (eta / left), alpha_ * lambda));
  }

  double dualSlopeAt(double eta, double lambda) const override {
    const double left = remainder(eta);
    if (alpha_ == 0.0 || !(left > 0.0)) return SeparablePenalty::dualSlopeAt(eta, lambda);
    // d eta' / d eta = (eta' / eta)^2 / alpha.
    const double ratio = alpha_ / left;
    return inner_->dualSlopeAt(ratio * eta, alpha_ * lambda) * ratio * ratio;
  }

  double proxAt(double z, double h, double lambda) const override {
    const double total = h + ridge_ * lambda;
    const double shrunk = z * (h / total);
    return alpha_ == 0.0 ? shrunk : inner_->proxAt(shrunk, total, alpha_ * lambda);
  }

  double proxThreshold(double h, double lambda) const override {
    if (alpha_ == 0.0) return 0.0;
    const double total = h + ridge_ * lambda;
    const double last = inner_->proxThreshold(total, alpha_ * lambda) * (total / h);
    return ridge_ == 0.0 || last == 0.0 ? last : lastZero(last, h, lambda);
  }

  double concavity(double lambda) const override {
    return std::max(0.0, part(inner_->concavity(alpha_ * lambda)) - ridge_);
  }

  double maskVarianceAt(double w, double lambda) const override {
    const double own = alpha_ * lambda;
    return (own > 0.0 ? inner_->maskVarianceAt(w, own) : 0.0) + ridge_ * lambda;
  }

  std::shared_ptr<const SeparablePenalty> tabulated(double lambda) const override {
    auto table = inner_->tabulated(alpha_ * lambda);
    return table == nullptr ? nullptr : std::make_shared<ElasticNet>(std::move(table), alpha_);
  }

  MaskForm maskForm() const override {
    MaskForm form = inner_->maskForm();
    if (alpha_ == 0.0 || !form.closed()) return {};
    form.share = alpha_;
    form.ridge = ridge_;
    return form;
  }

 protected:
  void maskQuantities(std::span<const double> w, double lambda, MaskQuantity quantity,
                      std::span<double> out) const override {
    inner_->maskVariances(w, alpha_ * lambda, out);
    const double ridge = ridge_ * lambda;
    if (quantity == MaskQuantity::variance) {
      for (double& v : out) v += ridge;
    } else {
      for (double& v : out) v = 1.0 / (1.0 + (v + ridge));
    }
  }

 private:
  /// alpha times a number that is infinite perhaps.
  double part(double value) const { return alpha_ == 0.0 ? 0.0 : alpha_ * value; }

  /// 1 - (1 - alpha) eta, with one rounding.
  double remainder(double eta) const {
    if (std::isinf(eta)) return ridge_ == 0.0 ? 1.0 : -eta;
    return std::fma(-ridge_, eta, 1.0);
  }

  std::shared_ptr<const SeparablePenalty> inner_;
  double alpha_;
  double ridge_;
};

const CatalogueEntry entry("elasticNet", {"alpha"}, [](std::span<const double> values) {
  return makeElasticNet(findPenalty("l1")->make({}), values[0]);
});

}  // namespace

std::shared_ptr<const SeparablePenalty> makeElasticNet(std::shared_ptr<const Penalty> penalty,
                                                       double alpha) {
  auto separable = std::dynamic_pointer_cast<const SeparablePenalty>(std::move(penalty));
  if (separable == nullptr) {
    throw std::domain_error("penalty must be a sum over the coefficients, but is not");
  }
  if (dynamic_cast<const ElasticNet*>(separable.get()) != nullptr) {
    throw std::domain_error("penalty must have no ridge part of its own, but is an elastic net");
  }
  return std::make_shared<ElasticNet>(std::move(separable), alpha);
}

}  // namespace flipside
