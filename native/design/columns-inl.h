// Loads of columns for the kernels of one target (simd/targets.h): numbers of single or double
// precision as vectors of doubles.
#include <cstddef>
#include <cstring>

// NOLINTNEXTLINE: included once per target
#if defined(FLIPSIDE_COLUMNS_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef FLIPSIDE_COLUMNS_INL_H
#undef FLIPSIDE_COLUMNS_INL_H
#else
#define FLIPSIDE_COLUMNS_INL_H
#endif

#include "design/columns.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace flipside {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using DoubleTag = hn::ScalableTag<double>;
using DoubleVector = hn::Vec<DoubleTag>;

HWY_INLINE HWY_ATTR DoubleVector loadColumn(const double* from) {
  return hn::LoadU(DoubleTag(), from);
}
HWY_INLINE HWY_ATTR DoubleVector loadColumn(const float* from) {
  const hn::Rebind<float, DoubleTag> floats;
  return hn::PromoteTo(DoubleTag(), hn::LoadU(floats, from));
}

/// The first `count` lanes, zeros in the others; nothing beyond is read.
template <typename Tag>
HWY_INLINE HWY_ATTR hn::Vec<Tag> loadFirst(Tag tag, const hn::TFromD<Tag>* from,
                                           std::size_t count) {
#if HWY_TARGET == HWY_AVX2 || HWY_TARGET == HWY_AVX3
  return hn::MaskedLoad(hn::FirstN(tag, count), tag, from);
#else  // there a masked load reads all lanes
  HWY_ALIGN hn::TFromD<Tag> lanes[hn::MaxLanes(Tag())] = {};
  std::memcpy(lanes, from, count * sizeof(lanes[0]));
  return hn::Load(tag, lanes);
#endif
}
HWY_INLINE HWY_ATTR DoubleVector loadColumn(const double* from, std::size_t count) {
  return loadFirst(DoubleTag(), from, count);
}
HWY_INLINE HWY_ATTR DoubleVector loadColumn(const float* from, std::size_t count) {
  return hn::PromoteTo(DoubleTag(), loadFirst(hn::Rebind<float, DoubleTag>(), from, count));
}

/// What was loaded of column c, without the shift.
HWY_INLINE HWY_ATTR DoubleVector shifted(const ColumnList<double>&, std::size_t, DoubleVector x) {
  return x;
}
HWY_INLINE HWY_ATTR DoubleVector shifted(const ColumnList<float>& columns, std::size_t c,
                                         DoubleVector x) {
  return hn::Sub(x, hn::Set(DoubleTag(), columns.shifts[c]));
}

HWY_INLINE HWY_ATTR void storeFirst(DoubleVector vector, double* to, std::size_t count) {
  HWY_ALIGN double lanes[hn::MaxLanes(DoubleTag())];
  hn::Store(vector, DoubleTag(), lanes);
  std::memcpy(to, lanes, count * sizeof(double));
}

}  // namespace HWY_NAMESPACE
}  // namespace flipside
HWY_AFTER_NAMESPACE();

#endif
