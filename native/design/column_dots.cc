#include <algorithm>
#include <type_traits>

#include "design/columns.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "design/column_dots.cc"
#include "simd/targets.h"
// The order matters.
#include "hwy/foreach_target.h"
//
#include "design/columns-inl.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace flipside {
namespace HWY_NAMESPACE {

/// Vectors that one tile takes at most.
constexpr std::size_t kVectors = 4;

/// Columns of a tile: with one vector of sums per pair, and one for each vector and one column as
/// they are loaded, it fills the registers.
constexpr std::size_t tileColumns(std::size_t vectors) {
#if HWY_TARGET == HWY_AVX3
  return vectors < 4 ? 8 : 6;
#else
  return vectors == 1 ? 8 : vectors == 2 ? 6 : vectors == 3 ? 4 : 3;
#endif
}

template <std::size_t kC, std::size_t kV, typename Value>
HWY_INLINE HWY_ATTR void addTile(const ColumnList<Value>& columns, const double* const* vectors,
                                 std::size_t from, std::size_t rows, double* out,
                                 std::size_t stride) {
  const DoubleTag tag;
  const std::size_t lanes = hn::Lanes(tag);
  const Value* x[kC];
  const double* r[kV];
  for (std::size_t c = 0; c < kC; ++c) x[c] = columns.data[c] + from;
  for (std::size_t k = 0; k < kV; ++k) r[k] = vectors[k] + from;
  DoubleVector sums[kC * kV];
  for (DoubleVector& sum : sums) sum = hn::Zero(tag);
  std::size_t i = 0;
  for (; i + lanes <= rows; i += lanes) {
    DoubleVector right[kV];
    for (std::size_t k = 0; k < kV; ++k) right[k] = hn::LoadU(tag, r[k] + i);
    for (std::size_t c = 0; c < kC; ++c) {
      const DoubleVector left = shifted(columns, c, loadColumn(x[c] + i));
      for (std::size_t k = 0; k < kV; ++k) {
        sums[c * kV + k] = hn::MulAdd(left, right[k], sums[c * kV + k]);
      }
    }
  }
  if (i < rows) {  // the missing lanes of the vectors are 0
    const std::size_t rest = rows - i;
    DoubleVector right[kV];
    for (std::size_t k = 0; k < kV; ++k) right[k] = loadColumn(r[k] + i, rest);
    for (std::size_t c = 0; c < kC; ++c) {
      const DoubleVector left = shifted(columns, c, loadColumn(x[c] + i, rest));
      for (std::size_t k = 0; k < kV; ++k) {
        sums[c * kV + k] = hn::MulAdd(left, right[k], sums[c * kV + k]);
      }
    }
  }
  for (std::size_t c = 0; c < kC; ++c) {
    for (std::size_t k = 0; k < kV; ++k) {
      out[c + k * stride] += hn::GetLane(hn::SumOfLanes(tag, sums[c * kV + k]));
    }
  }
}

/// The tiles of kC columns and any number of vectors.
template <std::size_t kC, typename Value>
HWY_INLINE HWY_ATTR void addTiles(const ColumnList<Value>& columns, std::size_t c,
                                  const double* const* vectors, std::size_t count, std::size_t from,
                                  std::size_t rows, double* out, std::size_t stride) {
  const auto tile = [&](auto width, std::size_t k) HWY_ATTR {
    addTile<kC, decltype(width)::value>(columns.from(c, kC), vectors + k, from, rows,
                                        out + c + k * stride, stride);
  };
  std::size_t k = 0;
  if constexpr (kC <= tileColumns(kVectors)) {
    for (; k + 4 <= count; k += 4) tile(std::integral_constant<std::size_t, 4>(), k);
  }
  if constexpr (kC <= tileColumns(3)) {
    for (; k + 3 <= count; k += 3) tile(std::integral_constant<std::size_t, 3>(), k);
  }
  if constexpr (kC <= tileColumns(2)) {
    for (; k + 2 <= count; k += 2) tile(std::integral_constant<std::size_t, 2>(), k);
  }
  for (; k < count; ++k) tile(std::integral_constant<std::size_t, 1>(), k);
}

template <typename Value>
HWY_INLINE HWY_ATTR void addAll(const ColumnList<Value>& columns, const double* const* vectors,
                                std::size_t count, std::size_t from, std::size_t rows, double* out,
                                std::size_t stride) {
  const std::size_t all = columns.count;
  const auto tiles = [&](auto width, std::size_t c) HWY_ATTR {
    addTiles<decltype(width)::value>(columns, c, vectors, count, from, rows, out, stride);
  };
  std::size_t c = 0;
  const auto whole = [&](auto width) HWY_ATTR {
    for (; c + width <= all; c += width) tiles(width, c);
  };
  switch (std::min(count, kVectors)) {
    case 1:
      whole(std::integral_constant<std::size_t, tileColumns(1)>());
      break;
    case 2:
      whole(std::integral_constant<std::size_t, tileColumns(2)>());
      break;
    case 3:
      whole(std::integral_constant<std::size_t, tileColumns(3)>());
      break;
    default:
      whole(std::integral_constant<std::size_t, tileColumns(4)>());
  }
  whole(std::integral_constant<std::size_t, 4>());
  whole(std::integral_constant<std::size_t, 2>());
  whole(std::integral_constant<std::size_t, 1>());
}

void addDoubleDots(const ColumnList<double>& columns, const double* const* vectors,
                   std::size_t count, std::size_t from, std::size_t rows, double* out,
                   std::size_t stride) {
  addAll(columns, vectors, count, from, rows, out, stride);
}

void addFloatDots(const ColumnList<float>& columns, const double* const* vectors, std::size_t count,
                  std::size_t from, std::size_t rows, double* out, std::size_t stride) {
  addAll(columns, vectors, count, from, rows, out, stride);
}

}  // namespace HWY_NAMESPACE
}  // namespace flipside
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace flipside {

template <>
void addDots(const ColumnList<double>& columns, std::span<const double* const> vectors,
             std::size_t from, std::size_t rows, MutableMatrix out) {
  static constexpr auto table = FLIPSIDE_SIMD_TABLE(addDoubleDots);
  table.chosen()(columns, vectors.data(), vectors.size(), from, rows, out.data, out.stride);
}

template <>
void addDots(const ColumnList<float>& columns, std::span<const double* const> vectors,
             std::size_t from, std::size_t rows, MutableMatrix out) {
  static constexpr auto table = FLIPSIDE_SIMD_TABLE(addFloatDots);
  table.chosen()(columns, vectors.data(), vectors.size(), from, rows, out.data, out.stride);
}

template <typename Value>
void dots(const ColumnList<Value>& columns, std::span<const double* const> vectors,
          std::size_t rows, MutableMatrix out) {
  for (std::size_t k = 0; k < vectors.size(); ++k) {
    std::fill_n(out.column(k), columns.count, 0.0);
  }
  for (std::size_t from = 0; from < rows; from += kRowChunk) {
    addDots(columns, vectors, from, std::min(kRowChunk, rows - from), out);
  }
}

template void dots(const ColumnList<double>&, std::span<const double* const>, std::size_t,
                   MutableMatrix);
template void dots(const ColumnList<float>&, std::span<const double* const>, std::size_t,
                   MutableMatrix);

}  // namespace flipside
#endif
