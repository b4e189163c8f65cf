#include <type_traits>

#include "design/columns.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "design/column_sums.cc"
#include "simd/targets.h"
// The order matters.
#include "hwy/foreach_target.h"
//
#include "design/columns-inl.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace flipside {
namespace HWY_NAMESPACE {

template <std::size_t kC, typename Value>
HWY_INLINE HWY_ATTR void addGroup(const ColumnList<Value>& columns, const double* factors,
                                  std::size_t from, std::size_t rows, double* out) {
  const DoubleTag tag;
  const std::size_t lanes = hn::Lanes(tag);
  const auto add = [&](std::size_t c, DoubleVector x, DoubleVector sum) HWY_ATTR {
    return hn::MulAdd(hn::Set(tag, factors[c]), shifted(columns, c, x), sum);
  };
  std::size_t i = from;
  const std::size_t end = from + rows;
  for (; i + lanes <= end; i += lanes) {
    DoubleVector sum = hn::LoadU(tag, out + i);
    for (std::size_t c = 0; c < kC; ++c) sum = add(c, loadColumn(columns.data[c] + i), sum);
    hn::StoreU(sum, tag, out + i);
  }
  if (i == end) return;
  DoubleVector sum = loadColumn(out + i, end - i);
  for (std::size_t c = 0; c < kC; ++c) sum = add(c, loadColumn(columns.data[c] + i, end - i), sum);
  storeFirst(sum, out + i, end - i);
}

template <typename Value>
HWY_INLINE HWY_ATTR void addGroups(const ColumnList<Value>& columns, const double* factors,
                                   std::size_t from, std::size_t rows, double* out) {
  std::size_t c = 0;
  const auto whole = [&](auto width) HWY_ATTR {
    for (; c + width <= columns.count; c += width) {
      addGroup<decltype(width)::value>(columns.from(c, width), factors + c, from, rows, out);
    }
  };
  whole(std::integral_constant<std::size_t, 8>());
  whole(std::integral_constant<std::size_t, 4>());
  whole(std::integral_constant<std::size_t, 1>());
}

void addDoubleColumns(const ColumnList<double>& columns, const double* factors, std::size_t from,
                      std::size_t rows, double* out) {
  addGroups(columns, factors, from, rows, out);
}

void addFloatColumns(const ColumnList<float>& columns, const double* factors, std::size_t from,
                     std::size_t rows, double* out) {
  addGroups(columns, factors, from, rows, out);
}

}  // namespace HWY_NAMESPACE
}  // namespace flipside
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace flipside {

template <>
void addColumns(const ColumnList<double>& columns, const double* factors, std::size_t from,
                std::size_t rows, double* out) {
  static constexpr auto table = FLIPSIDE_SIMD_TABLE(addDoubleColumns);
  table.chosen()(columns, factors, from, rows, out);
}

template <>
void addColumns(const ColumnList<float>& columns, const double* factors, std::size_t from,
                std::size_t rows, double* out) {
  static constexpr auto table = FLIPSIDE_SIMD_TABLE(addFloatColumns);
  table.chosen()(columns, factors, from, rows, out);
}

}  // namespace flipside
#endif
