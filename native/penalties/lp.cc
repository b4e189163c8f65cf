// lp, 0 < p < 2:  omega(w) = w^p / p,  omega'(w) = w^(p-1),  etaHat(w) = w^(2-p),
//                 f(eta) = eta^q / q with q = p / (2-p).
//
// f from its definition: 2 w^p / p - w^2 / eta is stationary at w^(2-p) = eta, where it is
// eta^q (2/p - 1) = eta^q / q.
//
// Proximal step for p < 1: with x = t/z and q = c z^(p-2), a stationary point has
//     x + q x^(p-1) = 1,
// and the largest x is the only local minimum above 0. It is as good as 0 where
// x = 2 (1-p) / (2-p), hence q = p/(2-p) x^(1-p), and that is the threshold:
// z = (2-p) / (2 (1-p)) (2 c (1-p)/p)^(1/(2-p)). The equation is convex in x: Newton's method comes
// down from x = 1. For p = 2/3 it is y^4 - y + q = 0 in y = x^(1/3); for p = 1/2 a cubic in
// sqrt(x) with a closed form (Xu, Chang, Xu and Zhang 2012, "L1/2 regularization"):
//     x = 2/3 (1 + cos(2/3 acos(-q/2 3^(3/2)))).
// For p > 1 there is one x, and the equation is concave: Newton's method comes up from a bound. One
// reweighting from x = 1 gives x <= 1/(1+q) =: u, and with it x^(p-1) >= 1 / (q + u^(2-p)).
#include <algorithm>
#include <cmath>
#include <numbers>

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
        q_(p / (2.0 - p)) {
    if (!(p_ < 1.0)) return;
    const double x = 2.0 * ((1.0 - p_) / (2.0 - p_));
    jump_ = q_ * std::pow(x, 1.0 - p_);
    form_ = p_ == 0.5 ? Form::half : p_ == 2.0 / 3.0 ? Form::twoThirds : Form::general;
  }

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

  double unitProx(double z, double c) const override {
    if (p_ == 1.0) return std::max(0.0, z - c);
    if (!(z > 0.0) || !(c > 0.0)) return z;
    switch (form_) {
      case Form::half: {
        const double q = c / z / std::sqrt(z);
        return q < jump_ ? z * half(q) : 0.0;
      }
      case Form::twoThirds: {
        const double q = c / z / std::cbrt(z);
        return q < jump_ ? z * twoThirds(q) : 0.0;
      }
      case Form::convex: {
        const double q = c / z * std::pow(z, p_ - 1.0);
        const double low = std::pow(q + std::pow(1.0 / (1.0 + q), 2.0 - p_), -1.0 / (p_ - 1.0));
        return low > 0.0 ? z * std::min(1.0, general(q, low)) : UnitPenalty::unitProx(z, c);
      }
      default: {
        const double q = c / z * std::pow(z, p_ - 1.0);
        return q < jump_ ? z * general(q, 1.0 - q / (1.0 - (1.0 - p_) * q)) : 0.0;
      }
    }
  }

  double proxThreshold(double h, double lambda) const override {
    if (form_ == Form::convex) return p_ == 1.0 ? lambda / h : 0.0;
    const double reach = std::pow(2.0 * (lambda / h) * ((1.0 - p_) / p_), 1.0 / (2.0 - p_));
    return lastZero(reach * (2.0 - p_) / (2.0 * (1.0 - p_)), h, lambda);
  }

  MaskForm maskForm() const override { return {.kind = MaskForm::Kind::power, .a = p_}; }

 protected:
  void maskQuantities(std::span<const double> w, double lambda, MaskQuantity quantity,
                      std::span<double> out) const override {
    powerMask({w, quantity, out}, lambda, 2.0 - p_);
  }

 private:
  enum class Form { convex, half, twoThirds, general };

  static double half(double q) {
    constexpr double factor = 0.5 * 3.0 * std::numbers::sqrt3;
    return 2.0 / 3.0 * (1.0 + std::cos(2.0 / 3.0 * std::acos(-factor * q)));
  }

  static double twoThirds(double q) {
    double y = 1.0 - q / 3.0;
    for (int step = 0; step < 12; ++step) {
      const double cube = y * y * y;
      const double fall = (y * (cube - 1.0) + q) / (4.0 * cube - 1.0);
      y -= fall;
      if (!(std::abs(fall) > 1e-9)) break;  // the next one would be at rounding level
    }
    return y * y * y;
  }

  double general(double q, double x) const {
    if (q < 1e-17) return 1.0;
    for (int step = 0; step < 60; ++step) {
      const double power = q * std::pow(x, p_ - 1.0);
      const double fall = (x - 1.0 + power) / (1.0 - (1.0 - p_) * power / x);
      x -= fall;
      if (!(std::abs(fall) > 1e-9 * x)) break;
    }
    return x;
  }

  double p_;
  double q_;
  double jump_ = 0.0;  // the q of the threshold
  Form form_ = Form::convex;
};

const CatalogueEntry entry("lp", {"p"}, [](std::span<const double> values) {
  return std::make_shared<Lp>(values[0]);
});

}  // namespace
}  // namespace flipside
