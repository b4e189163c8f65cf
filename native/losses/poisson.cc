// poisson: phi(z, y) = e^z - y z, the negative log-likelihood of a Poisson variable of mean e^z up
// to what does not depend on z; y >= 0.
//
// The best intercept is known: e^b = sum m y / sum m e^(z - b). Its sum is taken of e^(z - max z),
// so that with an intercept nothing overflows; without one L is infinite where e^z is, never NaN.
#include <algorithm>
#include <cmath>
#include <limits>

#include "losses/pointwise.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "losses/poisson.cc"
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

HWY_INLINE HWY_ATTR void phiOfLanes(DoubleTag d, const double* zs, const double* ys, double* value,
                                    double* first, double* second) {
  const auto z = hn::LoadU(d, zs);
  const auto y = hn::LoadU(d, ys);
  const auto mean = exponential(d, z);
  hn::StoreU(hn::Sub(mean, hn::Mul(y, z)), d, value);
  hn::StoreU(hn::Sub(mean, y), d, first);
  hn::StoreU(mean, d, second);
}

void poissonPhi(const PhiRows& rows) {
  eachRow(rows, [](auto... arguments) HWY_ATTR { phiOfLanes(arguments...); });
}

}  // namespace HWY_NAMESPACE
}  // namespace flipside
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace flipside {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr std::size_t kBlock = 256;
/// The log of the largest mean where every y is 0 and the best is -infinity.
constexpr double kNothing = -40.0;

/// The least that phi(., y) can be.
double leastPhi(double y) { return y > 0.0 ? y - y * std::log(y) : 0.0; }

class PoissonLoss final : public PointwiseLoss {
 public:
  using PointwiseLoss::PointwiseLoss;
  std::string_view name() const override { return "poisson"; }

  /// The terms e^z and y z cancel. With f = phi - the least phi >= 0 both are bounded: |phi| <= f +
  /// |least|, and e^z <= 2 f + 6 y, as t - 1 - log t >= t / 2 for t = e^z / y >= 6.
  double magnitude(double value, std::span<const double> y) const override {
    if (std::isnan(least_)) {
      double sums[3] = {};
      for (std::size_t i = 0; i < y.size(); ++i) {
        const double least = leastPhi(y[i]);
        sums[0] += weight(i) * least;
        sums[1] += weight(i) * std::abs(least);
        sums[2] += weight(i) * y[i];
      }
      const auto n = static_cast<double>(y.size());
      least_ = sums[0] / n;
      terms_ = (sums[1] + 6.0 * sums[2]) / n;
    }
    return 3.0 * std::max(0.0, value - least_) + terms_;
  }

 protected:
  void phiOf(const PhiRows& rows) const override {
    static constexpr auto table = FLIPSIDE_SIMD_TABLE(poissonPhi);
    table.chosen()(rows);
  }
  double largestCurvature() const override { return kInfinity; }
  double longestStep() const override { return 1.0; }

  std::optional<double> bestIntercept(std::span<const double> fitted, std::span<const double> y,
                                      double) const override {
    double most = -kInfinity;
    double total = 0.0;
    for (std::size_t i = 0; i < y.size(); ++i) {
      if (weight(i) == 0.0) continue;
      total += weight(i) * y[i];
      most = std::max(most, fitted[i] + offset(i));
    }
    if (total == 0.0) return kNothing - most;
    double z[kBlock], zeros[kBlock] = {}, value[kBlock], first[kBlock], power[kBlock];
    double sum = 0.0;
    for (std::size_t begin = 0; begin < y.size(); begin += kBlock) {
      const std::size_t count = std::min(kBlock, y.size() - begin);
      for (std::size_t i = 0; i < count; ++i) {
        z[i] = (fitted[begin + i] + offset(begin + i)) - most;
      }
      phiOf({{z, count}, zeros, value, first, power});
      for (std::size_t i = 0; i < count; ++i) {
        const double m = weight(begin + i);
        if (m != 0.0) sum += m * power[i];
      }
    }
    return std::log(total / sum) - most;
  }

  /// q log q - q with q = s + y, the mean.
  double conjugate(double s, double y) const override {
    const double q = std::max(0.0, s + y);
    return q == 0.0 ? 0.0 : q * (std::log(q) - 1.0);
  }

 private:
  mutable double least_ = std::numeric_limits<double>::quiet_NaN();
  mutable double terms_ = 0.0;
};

/// 2 sum m (y log(y / mu) - (y - mu)), each term as y (e^u - 1 - u) with u = z - log y.
double deviance(const Predicted& at) {
  double sum = 0.0;
  for (std::size_t i = 0; i < at.z.size(); ++i) {
    const double y = at.y[i];
    if (at.weights[i] == 0.0) continue;
    const double u = at.z[i] - std::log(y);
    sum += at.weights[i] * (y > 0.0 ? y * (std::expm1(u) - u) : std::exp(at.z[i]));
  }
  return 2.0 * sum;
}

const LossEntry entry(
    {.name = "poisson",
     .accepts = [](double y) { return y >= 0.0 && std::isfinite(y); },
     .requirement = "a finite number >= 0",
     .make = [](const LossContext& context) { return std::make_unique<PoissonLoss>(context); },
     .deviance = deviance});

}  // namespace
}  // namespace flipside
#endif
