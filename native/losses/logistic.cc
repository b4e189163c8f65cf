// logistic: phi(z, y) = log(1 + e^z) - y z, the negative log-likelihood of a Bernoulli variable
// with log odds z; y in [0, 1] may be a proportion.
#include <cmath>

#include "losses/pointwise.h"

namespace flipside {
namespace {

class LogisticLoss final : public PointwiseLoss {
 public:
  using PointwiseLoss::PointwiseLoss;
  std::string_view name() const override { return "logistic"; }

 protected:
  PhiValues phi(double z, double y) const override {
    // With e = exp(-|z|) in (0, 1] nothing overflows and neither tail cancels:
    // log(1 + e^z) - y z = log1p(e) + |z| (1 - y if z > 0, else y).
    const double e = std::exp(-std::abs(z));
    const double small = e / (1.0 + e);
    const bool positive = z > 0.0;
    const double miss = positive ? 1.0 - y : y;
    const double value = std::log1p(e) + (miss == 0.0 ? 0.0 : miss * std::abs(z));
    return {value, positive ? miss - small : small - miss, small / (1.0 + e)};
  }
  double largestCurvature() const override { return 0.25; }
  double longestStep() const override { return 4.0; }
};

const LossEntry entry(
    {"logistic", false, [](double y) { return y >= 0.0 && y <= 1.0; }, "a number from 0 to 1",
     [](const LossContext& context) { return std::make_unique<LogisticLoss>(context); }});

}  // namespace
}  // namespace flipside
