#include "penalties/mask_kernels.h"

#include <cmath>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "penalties/mask_kernels.cc"
#include "simd/targets.h"
// The order matters.
#include "hwy/foreach_target.h"
//
#include "hwy/highway.h"
#include "penalties/each_weight-inl.h"
#include "simd/math-inl.h"
#include "simd/power-inl.h"

HWY_BEFORE_NAMESPACE();
namespace flipside {
namespace HWY_NAMESPACE {

void linear(const MaskElements& elements, double lambda, double /*exponent*/) {
  eachWeight(elements, [=](DoubleVector w) HWY_ATTR { return hn::Div(all(lambda), w); });
}

/// (lambda / x) / y where {x, y} = {w, w + epsilon}.
void logSum(const MaskElements& elements, double lambda, double epsilon, bool sumFirst) {
  eachWeight(elements, [=](DoubleVector w) HWY_ATTR {
    const DoubleVector sum = hn::Add(w, all(epsilon));
    if (sumFirst) return hn::Div(hn::Div(all(lambda), sum), w);
    return hn::Div(hn::Div(all(lambda), w), sum);
  });
}

/// 2 lambda / (w^2 + epsilon), for large w as (lambda / w) / ((w + epsilon / w) / 2).
void logSumSquares(const MaskElements& elements, double lambda, double epsilon, double root) {
  eachWeight(elements, [=](DoubleVector w) HWY_ATTR {
    const auto large = hn::Gt(w, all(root));
    // 1 where w is small and may be 0, which changes neither quotient there.
    const DoubleVector divisor = hn::IfThenElse(large, w, all(1.0));
    const DoubleVector square = hn::Mul(w, hn::IfThenElse(large, all(1.0), w));
    const DoubleVector sum = hn::Add(square, hn::Div(all(epsilon), divisor));
    return hn::Div(hn::Div(all(lambda), divisor), hn::Mul(sum, all(0.5)));
  });
}

/// min(((end + endRest) - slope w) / divisor, lambda) / w before the end; endRest is what the
/// rounding of end left out.
void clipped(const MaskElements& elements, double lambda, double slope, double end, double endRest,
             double divisor) {
  eachWeight(elements, [=](DoubleVector w) HWY_ATTR {
    // The difference is exact next to the end, and then the rest decides.
    const DoubleVector difference = hn::Sub(all(end), hn::Mul(all(slope), w));
    const DoubleVector gap = hn::Add(difference, all(endRest));
    const DoubleVector share = hn::Min(hn::Div(gap, all(divisor)), all(lambda));
    return hn::IfThenElseZero(hn::Gt(gap, hn::Zero(DoubleLanes())), hn::Div(share, w));
  });
}

void power(const MaskElements& elements, double lambda, double exponent) {
  const ScaledPower variance(lambda, -exponent);
  eachWeight(elements, [&](DoubleVector w) HWY_ATTR {
    const auto zero = hn::Eq(w, hn::Zero(DoubleLanes()));
    return hn::IfThenElse(zero, hn::Inf(DoubleLanes()), variance(DoubleLanes(), w));
  });
}

void sigmoid(const MaskElements& elements) {
  eachWeight(elements,
             [](DoubleVector w) HWY_ATTR { return exponential(DoubleLanes(), hn::Neg(w)); });
}

}  // namespace HWY_NAMESPACE
}  // namespace flipside
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace flipside {

void logSumMask(const MaskElements& elements, double lambda, double epsilon) {
  static constexpr auto table = FLIPSIDE_SIMD_TABLE(logSum);
  // The quotient in between must neither overflow nor lose digits where the result does not.
  const bool sumFirst = epsilon >= 1.0 && lambda / epsilon >= 0x1p-1000;
  table.chosen()(elements, lambda, epsilon, sumFirst);
}

void logSumSquaresMask(const MaskElements& elements, double lambda, double epsilon) {
  static constexpr auto table = FLIPSIDE_SIMD_TABLE(logSumSquares);
  table.chosen()(elements, lambda, epsilon, std::sqrt(epsilon));
}

void clippedMask(const MaskElements& elements, double lambda, double a, double d) {
  static constexpr auto table = FLIPSIDE_SIMD_TABLE(clipped);
  const double end = a * lambda;
  if (std::isinf(end)) {
    // Divided through by a: no weight comes so close to the end that this cancels.
    table.chosen()(elements, lambda, 1.0 / a, lambda, 0.0, d / a);
  } else {
    table.chosen()(elements, lambda, 1.0, end, std::fma(a, lambda, -end), d);
  }
}

void powerMask(const MaskElements& elements, double lambda, double exponent) {
  static constexpr auto lines = FLIPSIDE_SIMD_TABLE(linear);
  static constexpr auto powers = FLIPSIDE_SIMD_TABLE(power);
  (exponent == 1.0 ? lines : powers).chosen()(elements, lambda, exponent);
}

void sigmoidMask(const MaskElements& elements) {
  static constexpr auto table = FLIPSIDE_SIMD_TABLE(sigmoid);
  table.chosen()(elements);
}

}  // namespace flipside
#endif
