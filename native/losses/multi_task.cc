// multiTask: 1/(2n) |Y - fitted|_F^2, n rows and K tasks, N = n K entries. Weights, offset and
// intercepts are folded into design and response, as those of squared.
#include <algorithm>
#include <cmath>

#include "linalg/linalg.h"
#include "losses/loss.h"

namespace flipside {
namespace {

class MultiTaskLoss final : public Loss {
 public:
  explicit MultiTaskLoss(const LossContext& context)
      : share_(static_cast<double>(context.outputs)) {}

  std::string_view name() const override { return "multiTask"; }

  double value(std::span<const double> fitted, std::span<const double> y) const override {
    double sum = 0.0;
    for (std::size_t i = 0; i < y.size(); ++i) {
      const double r = y[i] - fitted[i];
      sum += r * r;
    }
    return sum * share_ / (2.0 * static_cast<double>(y.size()));
  }

  double evaluate(std::span<const double> fitted, std::span<const double> y,
                  std::span<double> out) const override {
    for (std::size_t i = 0; i < y.size(); ++i) out[i] = share_ * (y[i] - fitted[i]);
    return value(fitted, y);
  }

  void curvatures(std::span<const double>, std::span<const double>,
                  std::span<double> out) const override {
    std::ranges::fill(out, share_);
  }

  /// With s = r / K: s' y / n - |s|^2 / (2 n)
  double dualValue(std::span<const double> r, std::span<const double> y) const override {
    double sum = 0.0;
    for (std::size_t i = 0; i < y.size(); ++i) sum += r[i] * (y[i] - 0.5 * r[i] / share_);
    return sum / static_cast<double>(y.size());
  }

  double curvatureBound() const override { return share_; }
  bool separateSquares() const override { return true; }
  double residualScale(std::span<const double> y) const override {
    return share_ * linalg::norm(y) / std::sqrt(static_cast<double>(y.size()));
  }

 private:
  double share_;  // N / n
};

double deviance(const Predicted& at) {
  const std::size_t n = at.weights.size();
  double sum = 0.0;
  for (std::size_t i = 0; i < at.y.size(); ++i) {
    const double r = at.y[i] - at.z[i];
    sum += at.weights[i % n] * r * r;
  }
  return sum;
}

const LossEntry entry({
    .name = "multiTask",
    .folds = true,
    .accepts = {},
    .requirement = "",
    .make = [](const LossContext& context) { return std::make_unique<MultiTaskLoss>(context); },
    .responseWidth = [](std::size_t outputs) { return outputs; },
    .multipleOutputs = true,
    .deviance = deviance,
});

}  // namespace
}  // namespace flipside
