#include "linalg/tiles.h"

#include <algorithm>
#include <type_traits>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "linalg/tiles.cc"
#include "simd/targets.h"
// The order matters.
#include "hwy/foreach_target.h"
//
#include "hwy/highway.h"
#include "linalg/tiles-inl.h"

HWY_BEFORE_NAMESPACE();
namespace flipside::linalg {
namespace HWY_NAMESPACE {

/// Bytes of a strip of b that stay in the first cache while the rows of a go by.
constexpr std::size_t kPanelBytes = std::size_t{32} << 10U;

/// Blocks of kRows rows from `row` on, as many as there are, and then of half as many.
template <class D, std::size_t kRows, std::size_t kVectors>
HWY_INLINE void multiplyRowsFrom(std::size_t row, std::size_t rows,
                                 const Strip<hn::TFromD<D>>& strip, const hn::TFromD<D>* a,
                                 hn::TFromD<D>* c) {
  for (; row + kRows <= rows; row += kRows) {
    if (row == 0) {
      multiplyBlock<D, kRows, kVectors, true>(strip, a, c);
    } else {
      multiplyBlock<D, kRows, kVectors, false>(strip, a + row * strip.aRow,
                                               c + row * strip.cStride);
    }
  }
  if constexpr (kRows > 1) {
    if (row < rows) multiplyRowsFrom<D, kRows / 2, kVectors>(row, rows, strip, a, c);
  }
}

template <class D>
HWY_INLINE void multiplyStrip(std::size_t vectors, std::size_t rows,
                              const Strip<hn::TFromD<D>>& strip, const hn::TFromD<D>* a,
                              hn::TFromD<D>* c) {
  if (vectors == 1) {
    multiplyRowsFrom<D, kTileRows, 1>(0, rows, strip, a, c);
  } else if (vectors == 2) {
    multiplyRowsFrom<D, kTileRows, 2>(0, rows, strip, a, c);
  } else {
    multiplyRowsFrom<D, kTileRows, kTileVectors>(0, rows, strip, a, c);
  }
}

template <typename Value>
HWY_INLINE void multiply(const TileShape& shape, StridedMatrix<Value> a, const Value* b,
                         std::size_t bStride, Value* c, std::size_t cStride, bool accumulate) {
  using D = hn::ScalableTag<Value>;
  const std::size_t lanes = hn::Lanes(D());
  HWY_ALIGN Value panel[kPanelBytes / sizeof(Value)];
  // Slices of about the same depth, and strips of about as many vectors: one vector alone would
  // leave the units for multiply-add waiting for loads.
  const std::size_t deepest = kPanelBytes / sizeof(Value) / (kTileVectors * lanes);
  const std::size_t slices = (shape.depth + deepest - 1) / deepest;
  const std::size_t vectors = (shape.columns + lanes - 1) / lanes;
  const std::size_t strips = (vectors + kTileVectors - 1) / kTileVectors;
  for (std::size_t s = 0; s < slices; ++s) {
    const std::size_t k = shape.depth * s / slices;
    const std::size_t depth = shape.depth * (s + 1) / slices - k;
    for (std::size_t t = 0; t < strips; ++t) {
      const std::size_t from = vectors * t / strips;
      const std::size_t to = vectors * (t + 1) / strips;
      const std::size_t last = std::min(shape.columns - (to - 1) * lanes, lanes);
      const Strip<Value> strip{
          depth, a.rowStride, a.columnStride, b + k * bStride + from * lanes, bStride,
          panel, cStride,     last,           s == 0 && !accumulate};
      multiplyStrip<D>(to - from, shape.rows, strip, a.data + k * a.columnStride, c + from * lanes);
    }
  }
}

void multiplyFloats(const TileShape& shape, StridedMatrix<float> a, const float* b,
                    std::size_t bStride, float* c, std::size_t cStride, bool accumulate) {
  multiply(shape, a, b, bStride, c, cStride, accumulate);
}

void multiplyDoubles(const TileShape& shape, StridedMatrix<double> a, const double* b,
                     std::size_t bStride, double* c, std::size_t cStride, bool accumulate) {
  multiply(shape, a, b, bStride, c, cStride, accumulate);
}

}  // namespace HWY_NAMESPACE
}  // namespace flipside::linalg
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace flipside::linalg {
namespace {

template <typename Value>
void clear(const TileShape& shape, Value* c, std::size_t cStride) {
  for (std::size_t i = 0; i < shape.rows; ++i)
    std::fill_n(c + i * cStride, shape.columns, Value{0});
}

constexpr auto kFloats = FLIPSIDE_SIMD_TABLE(multiplyFloats);
constexpr auto kDoubles = FLIPSIDE_SIMD_TABLE(multiplyDoubles);

}  // namespace

template <typename Value>
void multiplyTile(const TileShape& shape, StridedMatrix<Value> a, const Value* b,
                  std::size_t bStride, Value* c, std::size_t cStride, bool accumulate) {
  if (shape.depth == 0) {
    if (!accumulate) clear(shape, c, cStride);
  } else if constexpr (std::is_same_v<Value, float>) {
    kFloats.chosen()(shape, a, b, bStride, c, cStride, accumulate);
  } else {
    kDoubles.chosen()(shape, a, b, bStride, c, cStride, accumulate);
  }
}

template void multiplyTile(const TileShape&, StridedMatrix<float>, const float*, std::size_t,
                           float*, std::size_t, bool);
template void multiplyTile(const TileShape&, StridedMatrix<double>, const double*, std::size_t,
                           double*, std::size_t, bool);

}  // namespace flipside::linalg
#endif
