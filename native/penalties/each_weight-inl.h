// The loop of every kernel of masks (mask_kernels.h), for one target (simd/targets.h).
#include <cstddef>
#include <cstring>

#include "penalties/mask_kernels.h"

// NOLINTNEXTLINE: included once per target
#if defined(FLIPSIDE_EACH_WEIGHT_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef FLIPSIDE_EACH_WEIGHT_INL_H
#undef FLIPSIDE_EACH_WEIGHT_INL_H
#else
#define FLIPSIDE_EACH_WEIGHT_INL_H
#endif

#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace flipside {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using DoubleLanes = hn::ScalableTag<double>;
using DoubleVector = hn::Vec<DoubleLanes>;

HWY_INLINE DoubleVector all(double value) { return hn::Set(DoubleLanes(), value); }

/// `variance` maps lanes of |w| to lanes of lambda / etaHat. The last lanes that are no elements
/// are of w = 1.
template <class Variance>
HWY_INLINE void eachWeight(const MaskElements& elements, const Variance& variance) {
  const DoubleLanes lanes;
  const std::size_t width = hn::Lanes(lanes);
  const std::size_t count = elements.w.size();
  const bool wantsVariance = elements.quantity == MaskQuantity::variance;
  const auto at = [&](const double* from, double* to) HWY_ATTR {
    const DoubleVector v = variance(hn::Abs(hn::LoadU(lanes, from)));
    const DoubleVector alpha = hn::Div(all(1.0), hn::Add(all(1.0), v));
    hn::StoreU(wantsVariance ? v : alpha, lanes, to);
  };
  const double* const w = elements.w.data();
  double* const out = elements.out.data();
  std::size_t done = 0;
  for (; done + width <= count; done += width) at(w + done, out + done);
  if (done == count) return;
  alignas(64) double rest[hn::MaxLanes(DoubleLanes())];
  hn::Store(all(1.0), lanes, rest);
  std::memcpy(rest, w + done, sizeof(double) * (count - done));
  at(rest, rest);
  std::memcpy(out + done, rest, sizeof(double) * (count - done));
}

}  // namespace HWY_NAMESPACE
}  // namespace flipside
HWY_AFTER_NAMESPACE();

#endif
