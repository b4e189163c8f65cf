// logistic: phi(z, y) = log(1 + e^z) - y z, the negative log-likelihood of a Bernoulli variable
// with log odds z; y in [0, 1] may be a proportion.
//
// With e = exp(-|z|) in (0, 1] nothing overflows and neither tail cancels:
// log(1 + e^z) - y z = log1p(e) + |z| (1 - y if z > 0, else y).
#include <algorithm>
#include <cmath>

#include "losses/pointwise.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "losses/logistic.cc"
#include "simd/targets.h"
// The order matters.
#include "hwy/foreach_target.h"
//
#include "hwy/highway.h"
#include "losses/phi_rows-inl.h"
#include "simd/math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace flipside {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using DoubleTag = hn::ScalableTag<double>;
using DoubleVector = hn::Vec<DoubleTag>;

/// log(1 + e) for e in [0, 1], to 1 ulp.
HWY_INLINE HWY_ATTR DoubleVector log1pOf(DoubleTag d, DoubleVector e) {
  // Beyond sqrt(2) it is ln 2 + log((1 + e) / 2).
  const auto large = hn::Gt(e, hn::Set(d, 0.4142135623730951));
  const auto halved = hn::Mul(hn::Sub(e, hn::Set(d, 1.0)), hn::Set(d, 0.5));
  const auto exponent = hn::IfThenElseZero(large, hn::Set(d, 1.0));
  return logarithmOfParts(d, exponent, hn::IfThenElse(large, halved, e));
}

/// Value and derivatives, 4 ulp each of phi and of the sums that the derivatives are.
HWY_INLINE HWY_ATTR void phiOfLanes(DoubleTag d, const double* zs, const double* ys, double* value,
                                    double* first, double* second) {
  const auto z = hn::LoadU(d, zs);
  const auto y = hn::LoadU(d, ys);
  const auto one = hn::Set(d, 1.0);
  const auto size = hn::Abs(z);
  const auto e = exponential(d, hn::Neg(size));
  const auto rest = hn::Add(one, e);
  const auto small = hn::Div(e, rest);
  const auto positive = hn::Gt(z, hn::Zero(d));
  const auto miss = hn::IfThenElse(positive, hn::Sub(one, y), y);
  const auto away = hn::IfThenElseZero(hn::Ne(miss, hn::Zero(d)), hn::Mul(miss, size));
  const auto slope = hn::Sub(miss, small);
  hn::StoreU(hn::Add(log1pOf(d, e), away), d, value);
  hn::StoreU(hn::IfThenElse(positive, slope, hn::Neg(slope)), d, first);
  hn::StoreU(hn::Div(small, rest), d, second);
}

void logisticPhi(const PhiRows& rows) {
  eachRow(rows, [](auto... arguments) HWY_ATTR { phiOfLanes(arguments...); });
}

}  // namespace HWY_NAMESPACE
}  // namespace flipside
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace flipside {
namespace {

class LogisticLoss final : public PointwiseLoss {
 public:
  using PointwiseLoss::PointwiseLoss;
  std::string_view name() const override { return "logistic"; }

 protected:
  void phiOf(const PhiRows& rows) const override {
    static constexpr auto table = FLIPSIDE_SIMD_TABLE(logisticPhi);
    table.chosen()(rows);
  }
  double largestCurvature() const override { return 0.25; }
  double longestStep() const override { return 4.0; }

  /// q log q + (1 - q) log(1 - q) with q = s + y in [0, 1].
  double conjugate(double s, double y) const override {
    const double q = std::clamp(s + y, 0.0, 1.0);
    const auto term = [](double p, double log) { return p == 0.0 ? 0.0 : p * log; };
    return term(q, std::log(q)) + term(1.0 - q, std::log1p(-q));
  }
};

/// 2 sum m (y log(y / q) + (1 - y) log((1 - y) / (1 - q))), q = 1 / (1 + e^-z), by the logarithms
/// of q and 1 - q.
double deviance(const Predicted& at) {
  const auto term = [](double p, double log) { return p == 0.0 ? 0.0 : p * (std::log(p) - log); };
  double sum = 0.0;
  for (std::size_t i = 0; i < at.z.size(); ++i) {
    const double z = at.z[i];
    const double tail = std::log1p(std::exp(-std::abs(z)));
    const double y = at.y[i];
    sum += at.weights[i] *
           (term(y, std::min(z, 0.0) - tail) + term(1.0 - y, std::min(-z, 0.0) - tail));
  }
  return 2.0 * std::max(0.0, sum);
}

const LossEntry entry(
    {.name = "logistic",
     .accepts = [](double y) { return y >= 0.0 && y <= 1.0; },
     .requirement = "a number from 0 to 1",
     .make = [](const LossContext& context) { return std::make_unique<LogisticLoss>(context); },
     .deviance = deviance});

}  // namespace
}  // namespace flipside
#endif
