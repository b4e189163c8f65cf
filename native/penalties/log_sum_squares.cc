// logSumSquares(epsilon):  omega(w) = log(w^2 + epsilon),  etaHat(w) = (w^2 + epsilon) / 2,
//   f(eta) = 2 log(2 eta) - 2 + epsilon/eta for 2 eta >= epsilon, else 2 log(epsilon).
// The limit of reweighted least squares for sparse recovery (Chartrand and Yin 2008); quadratic at
// 0. The authors' code of "The Flip Side of the Reweighted Coin" has -epsilon/eta, a slip of the
// sign.
//
// With v = 1 - epsilon/(2 eta), f = 2 log(epsilon) + 2 (-log(1 - v) - v): no cancellation next to
// 2 eta = epsilon, where f leaves its flat part quadratically.
#include <cmath>
#include <numbers>

#include "penalties/catalogue.h"
#include "penalties/logarithm.h"
#include "penalties/mask_kernels.h"
#include "penalties/parameters.h"
#include "penalties/scaling.h"

namespace flipside {
namespace {

class LogSumSquares final : public LambdaFreePenalty {
 public:
  explicit LogSumSquares(double epsilon) : epsilon_(positiveParameter("epsilon", epsilon)) {}

  double unitOmega(double w) const override {
    const double square = w * w;
    // Beyond 1e154 the square overflows, and epsilon is far below its rounding error.
    if (std::isinf(square)) return 2.0 * std::log(w);
    return logOfSum(square, epsilon_, std::fma(w, w, -square));
  }

  double unitDual(double eta) const override {
    const double twice = 2.0 * eta;
    if (twice <= epsilon_) return 2.0 * std::log(epsilon_);
    const double v = 0.5 * ((twice - epsilon_) / eta);
    if (v < 0.5) return 2.0 * (std::log(epsilon_) + logRemainder(v));
    return 2.0 * (std::log(eta) + std::numbers::ln2 - 1.0) + epsilon_ / eta;
  }

  double unitEtaHat(double w) const override { return 0.5 * (w * w + epsilon_); }

  double unitSlope(double w) const override {
    const double square = w * w;
    return square > epsilon_ ? 2.0 / (w + epsilon_ / w) : 2.0 * w / (square + epsilon_);
  }

  double unitCurvature(double w) const override {
    const double sum = w * w + epsilon_;
    if (std::isinf(sum)) return -2.0 / w / w;
    return 2.0 * (std::fma(-w, w, epsilon_) / sum) / sum;
  }

  double unitDualSlope(double eta) const override {
    const double beyond = eta - 0.5 * epsilon_;
    if (!(beyond > 0.0) || std::isinf(eta)) return 0.0;
    return 2.0 * (beyond / eta) / eta;
  }

 protected:
  void maskQuantities(std::span<const double> w, double lambda, MaskQuantity quantity,
                      std::span<double> out) const override {
    logSumSquaresMask({w, quantity, out}, lambda, epsilon_);
  }

 private:
  double epsilon_;
};

const CatalogueEntry entry("logSumSquares", {"epsilon"}, [](std::span<const double> values) {
  return std::make_shared<LogSumSquares>(values[0]);
});

}  // namespace
}  // namespace flipside
