#include "linalg/mixed.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "linalg/mixed.cc"
#include "simd/targets.h"
// The order matters.
#include "hwy/foreach_target.h"
//
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace flipside::linalg {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

void subtractScaledLanes(double scale, const float* x, double* y, std::size_t n) {
  const hn::ScalableTag<double> d;
  const hn::Rebind<float, decltype(d)> f;
  const std::size_t lanes = hn::Lanes(d);
  const auto factor = hn::Set(d, -scale);
  std::size_t i = 0;
  for (; i + 2 * lanes <= n; i += 2 * lanes) {
    const auto a = hn::PromoteTo(d, hn::LoadU(f, x + i));
    const auto b = hn::PromoteTo(d, hn::LoadU(f, x + i + lanes));
    hn::StoreU(hn::MulAdd(factor, a, hn::LoadU(d, y + i)), d, y + i);
    hn::StoreU(hn::MulAdd(factor, b, hn::LoadU(d, y + i + lanes)), d, y + i + lanes);
  }
  for (; i < n; ++i) y[i] -= scale * static_cast<double>(x[i]);
}

double dotMixedLanes(const float* x, const double* y, std::size_t n) {
  const hn::ScalableTag<double> d;
  const hn::Rebind<float, decltype(d)> f;
  const std::size_t lanes = hn::Lanes(d);
  auto sum = hn::Zero(d);
  auto other = hn::Zero(d);
  std::size_t i = 0;
  for (; i + 2 * lanes <= n; i += 2 * lanes) {
    sum = hn::MulAdd(hn::PromoteTo(d, hn::LoadU(f, x + i)), hn::LoadU(d, y + i), sum);
    other = hn::MulAdd(hn::PromoteTo(d, hn::LoadU(f, x + i + lanes)), hn::LoadU(d, y + i + lanes),
                       other);
  }
  double total = hn::GetLane(hn::SumOfLanes(d, hn::Add(sum, other)));
  for (; i < n; ++i) total += static_cast<double>(x[i]) * y[i];
  return total;
}

}  // namespace HWY_NAMESPACE
}  // namespace flipside::linalg
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace flipside::linalg {

void subtractScaled(double scale, const float* x, std::span<double> y) {
  static constexpr auto table = FLIPSIDE_SIMD_TABLE(subtractScaledLanes);
  table.chosen()(scale, x, y.data(), y.size());
}

double dotMixed(const float* x, std::span<const double> y) {
  static constexpr auto table = FLIPSIDE_SIMD_TABLE(dotMixedLanes);
  return table.chosen()(x, y.data(), y.size());
}

}  // namespace flipside::linalg
#endif
