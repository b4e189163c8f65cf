// logSumSquares(epsilon):  omega(w) = log(w^2 + epsilon),  etaHat(w) = (w^2 + epsilon) / 2,
//   f(eta) = 2 log(2 eta) - 2 + epsilon/eta for 2 eta >= epsilon, else 2 log(epsilon).
// The limit of reweighted least squares for sparse recovery (Chartrand and Yin 2008); quadratic at
// 0. The authors' code of "The Flip Side of the Reweighted Coin" has -epsilon/eta, a slip of the
// sign.
//
// With v = 1 - epsilon/(2 eta), f = 2 log(epsilon) + 2 (-log(1 - v) - v): no cancellation next to
// 2 eta = epsilon, where f leaves its flat part quadratically.
//
// Proximal step in x = t / sqrt(epsilon), y = z / sqrt(epsilon), k = c / epsilon: stationary points
// are the roots of P(x) = x^3 - y x^2 + (1 + 2k) x - y, of which one or three are real. P is
// concave up to its inflection at y/3 and convex from there, so that Newton's method finds the root
// on the side that P(y/3) tells, monotonically. Its quotient has the other two. For k <= 4 there is
// one.
#include <algorithm>
#include <cmath>
#include <limits>
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

  double unitRise(double w) const override {
    const double ratio = w / std::sqrt(epsilon_);
    return ratio < 1e150 ? std::log1p(ratio * ratio) : 2.0 * std::log(ratio);
  }
  double unitProx(double z, double c) const override {
    const double root = std::sqrt(epsilon_);
    const double y = z / root;
    const double k = c / epsilon_;
    // One root, or powers that might leave the range of a double.
    const bool cubic = k > 4.0 && k < 1e60 && y > 1e-60 && y < 1e60;
    return cubic ? std::min(z, root * best(y, k)) : UnitPenalty::unitProx(z, c);
  }
  double unitConcavity() const override { return 0.25 / epsilon_; }

  MaskForm maskForm() const override {
    return {.kind = MaskForm::Kind::logSumSquares, .a = epsilon_};
  }

 protected:
  void maskQuantities(std::span<const double> w, double lambda, MaskQuantity quantity,
                      std::span<double> out) const override {
    logSumSquaresMask({w, quantity, out}, lambda, epsilon_);
  }

 private:
  static double excess(double x, double y, double k) {
    return (x - y) + 2.0 * k * (x / (x * x + 1.0));
  }

  /// The root of P from a start on its convex side where P > 0, or on its concave side where P < 0.
  static double newton(double x, double y, double k) {
    double last = std::numeric_limits<double>::infinity();
    for (int step = 0; step < 100; ++step) {
      const double square = x * x + 1.0;
      const double move = excess(x, y, k) * square / (3.0 * x * x - 2.0 * y * x + 1.0 + 2.0 * k);
      if (!(std::abs(move) < last)) break;
      last = std::abs(move);
      x -= move;
    }
    return x;
  }

  static double best(double y, double k) {
    const bool low = excess(y / 3.0, y, k) >= 0.0;
    const double x = newton(low ? y / (1.0 + 2.0 * k) : y, y, k);
    const double sum = y - x;
    const double discriminant = sum * sum - 4.0 * (y / x);
    if (!(discriminant > 0.0)) return x;
    const double larger = 0.5 * (sum + std::sqrt(discriminant));
    const double other = newton(low ? larger : y / x / larger, y, k);
    const double a = low ? x : other;
    const double b = low ? other : x;
    // g(b) - g(a)
    const double rise =
        (b - a) * (0.5 * (b + a) - y) + k * std::log1p((b - a) * ((b + a) / (a * a + 1.0)));
    return rise < 0.0 ? b : a;
  }

  double epsilon_;
};

const CatalogueEntry entry("logSumSquares", {"epsilon"}, [](std::span<const double> values) {
  return std::make_shared<LogSumSquares>(values[0]);
});

}  // namespace
}  // namespace flipside
