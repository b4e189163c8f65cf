#include "linalg/linalg.h"
#include "losses/loss.h"

namespace flipside {
namespace {

class SquaredLoss final : public Loss {
 public:
  double value(std::span<const double> fitted, std::span<const double> y) const override {
    double sum = 0.0;
    for (std::size_t i = 0; i < y.size(); ++i) {
      const double r = y[i] - fitted[i];
      sum += r * r;
    }
    return sum / (2.0 * static_cast<double>(y.size()));
  }

  void residual(std::span<const double> fitted, std::span<const double> y,
                std::span<double> out) const override {
    for (std::size_t i = 0; i < y.size(); ++i) out[i] = y[i] - fitted[i];
  }

  bool quadratic() const override { return true; }
};

}  // namespace

const Loss& squaredLoss() {
  static const SquaredLoss loss;
  return loss;
}

}  // namespace flipside
