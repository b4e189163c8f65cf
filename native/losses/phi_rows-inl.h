// The loop over the rows of a phi that is computed lanes at a time. Included once per target, as
// hwy/highway.h.
#include <cstring>

#include "losses/pointwise.h"

// NOLINTNEXTLINE: included once per target
#if defined(FLIPSIDE_PHI_ROWS_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef FLIPSIDE_PHI_ROWS_INL_H
#undef FLIPSIDE_PHI_ROWS_INL_H
#else
#define FLIPSIDE_PHI_ROWS_INL_H
#endif

#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace flipside {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// phi(d, z, y, value, first, second) reads and writes one vector at each pointer. What is left at
/// the end goes through it padded with zeros.
template <typename Phi>
HWY_INLINE HWY_ATTR void eachRow(const PhiRows& rows, const Phi& phi) {
  const hn::ScalableTag<double> d;
  const std::size_t lanes = hn::Lanes(d);
  const std::size_t count = rows.z.size();
  std::size_t i = 0;
  for (; i + lanes <= count; i += lanes) {
    phi(d, &rows.z[i], rows.y + i, rows.value + i, rows.first + i, rows.second + i);
  }
  if (i == count) return;
  const std::size_t bytes = (count - i) * sizeof(double);
  HWY_ALIGN double lane[5][hn::MaxLanes(d)] = {};
  std::memcpy(lane[0], &rows.z[i], bytes);
  std::memcpy(lane[1], rows.y + i, bytes);
  phi(d, lane[0], lane[1], lane[2], lane[3], lane[4]);
  std::memcpy(rows.value + i, lane[2], bytes);
  std::memcpy(rows.first + i, lane[3], bytes);
  std::memcpy(rows.second + i, lane[4], bytes);
}

}  // namespace HWY_NAMESPACE
}  // namespace flipside
HWY_AFTER_NAMESPACE();

#endif
