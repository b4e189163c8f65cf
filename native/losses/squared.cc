// squared: 1/(2n) |y - fitted|^2. Weights, offset and intercept are folded into design and
// response, so that every solver can use the Gram matrix.
#include <algorithm>

#include "linalg/linalg.h"
#include "losses/loss.h"

namespace flipside {
namespace {

class SquaredLoss final : public Loss {
 public:
  std::string_view name() const override { return "squared"; }

  double value(std::span<const double> fitted, std::span<const double> y) const override {
    double sum = 0.0;
    for (std::size_t i = 0; i < y.size(); ++i) {
      const double r = y[i] - fitted[i];
      sum += r * r;
    }
    return sum / (2.0 * static_cast<double>(y.size()));
  }

  double evaluate(std::span<const double> fitted, std::span<const double> y,
                  std::span<double> out) const override {
    for (std::size_t i = 0; i < y.size(); ++i) out[i] = y[i] - fitted[i];
    return value(fitted, y);
  }

  void curvatures(std::span<const double>, std::span<const double>,
                  std::span<double> out) const override {
    std::ranges::fill(out, 1.0);
  }

  /// r' y / n - |r|^2 / (2 n)
  double dualValue(std::span<const double> r, std::span<const double> y) const override {
    double sum = 0.0;
    for (std::size_t i = 0; i < y.size(); ++i) sum += r[i] * (y[i] - 0.5 * r[i]);
    return sum / static_cast<double>(y.size());
  }

  double curvatureBound() const override { return 1.0; }
  bool quadratic() const override { return true; }
};

double deviance(const Predicted& rows) {
  double sum = 0.0;
  for (std::size_t i = 0; i < rows.y.size(); ++i) {
    const double r = rows.y[i] - rows.z[i];
    sum += rows.weights[i] * r * r;
  }
  return sum;
}

const LossEntry entry({.name = "squared",
                       .folds = true,
                       .accepts = {},
                       .requirement = "",
                       .make = [](const LossContext&) { return std::make_unique<SquaredLoss>(); },
                       .deviance = deviance});

}  // namespace
}  // namespace flipside
