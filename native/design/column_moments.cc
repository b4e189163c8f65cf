#include "design/column_moments.h"

#include <type_traits>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "design/column_moments.cc"
#include "simd/targets.h"
// The order matters.
#include "hwy/foreach_target.h"
//
#include "design/columns-inl.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace flipside {
namespace HWY_NAMESPACE {

/// body(chain, load) for each vector of rows, chain = 0, 1, 2, 3, 0, ...; load(array) gives its
/// rows of an array, zeros beyond the last.
template <typename Body>
HWY_INLINE HWY_ATTR void forRows(std::size_t rows, const Body& body) {
  const std::size_t lanes = hn::Lanes(DoubleTag());
  std::size_t i = 0;
  const auto whole = [&](const auto* array)
                         HWY_ATTR -> DoubleVector { return loadColumn(array + i); };
  for (; i + 4 * lanes <= rows;) {
    for (std::size_t chain = 0; chain < 4; ++chain, i += lanes) body(chain, whole);
  }
  for (; i + lanes <= rows; i += lanes) body(0, whole);
  if (i == rows) return;
  body(1,
       [&](const auto* array) HWY_ATTR -> DoubleVector { return loadColumn(array + i, rows - i); });
}

HWY_INLINE HWY_ATTR double total(const DoubleVector (&sums)[4]) {
  const DoubleTag tag;
  return hn::GetLane(
      hn::SumOfLanes(tag, hn::Add(hn::Add(sums[0], sums[1]), hn::Add(sums[2], sums[3]))));
}

template <typename Value>
HWY_INLINE HWY_ATTR ColumnSums sumsOf(const Value* x, const double* weights, std::size_t rows) {
  const DoubleTag tag;
  const DoubleVector zero = hn::Zero(tag);
  DoubleVector sum[4] = {zero, zero, zero, zero};
  DoubleVector squares[4] = {zero, zero, zero, zero};
  DoubleVector nothing[4] = {zero, zero, zero, zero};  // NaN where an element is not finite
  forRows(rows, [&](std::size_t c, auto load) HWY_ATTR {
    const DoubleVector value = load(x);
    sum[c] = weights == nullptr ? hn::Add(sum[c], value) : hn::MulAdd(load(weights), value, sum[c]);
    squares[c] = hn::MulAdd(value, value, squares[c]);
    nothing[c] = hn::MulAdd(value, zero, nothing[c]);
  });
  return {total(sum), total(squares), total(nothing) == 0.0};
}

/// The lanes beyond the last row have weight 0: without weights they must not count.
template <typename Value>
HWY_INLINE HWY_ATTR double centredSumOf(const Value* x, double mean, const double* weights,
                                        std::size_t rows) {
  const DoubleTag tag;
  const DoubleVector zero = hn::Zero(tag);
  const DoubleVector shift = hn::Set(tag, mean);
  DoubleVector sum[4] = {zero, zero, zero, zero};
  const std::size_t whole = weights == nullptr ? rows - rows % hn::Lanes(tag) : rows;
  forRows(whole, [&](std::size_t c, auto load) HWY_ATTR {
    const DoubleVector value = hn::Sub(load(x), shift);
    sum[c] = weights == nullptr ? hn::Add(sum[c], value) : hn::MulAdd(load(weights), value, sum[c]);
  });
  double rest = 0.0;
  for (std::size_t i = whole; i < rows; ++i) rest += static_cast<double>(x[i]) - mean;
  return total(sum) + rest;
}

template <typename Value>
HWY_INLINE HWY_ATTR double centredSquaresOf(const Value* x, double mean, const double* weights,
                                            std::size_t rows) {
  const DoubleTag tag;
  const DoubleVector zero = hn::Zero(tag);
  const DoubleVector shift = hn::Set(tag, mean);
  DoubleVector sum[4] = {zero, zero, zero, zero};
  const std::size_t whole = weights == nullptr ? rows - rows % hn::Lanes(tag) : rows;
  forRows(whole, [&](std::size_t c, auto load) HWY_ATTR {
    const DoubleVector value = hn::Sub(load(x), shift);
    const DoubleVector left = weights == nullptr ? value : hn::Mul(load(weights), value);
    sum[c] = hn::MulAdd(left, value, sum[c]);
  });
  double rest = 0.0;
  for (std::size_t i = whole; i < rows; ++i) {
    const double value = static_cast<double>(x[i]) - mean;
    rest += value * value;
  }
  return total(sum) + rest;
}

template <typename Value>
HWY_INLINE HWY_ATTR void standardizeOf(const Value* x, double mean, const double* factors,
                                       double scale, std::size_t rows, double* out) {
  const DoubleTag tag;
  const std::size_t lanes = hn::Lanes(tag);
  const DoubleVector shift = hn::Set(tag, mean);
  const DoubleVector divisor = hn::Set(tag, scale);
  const bool divides = scale != 1.0;
  const auto result = [&](DoubleVector value, DoubleVector factor) HWY_ATTR {
    value = hn::Mul(hn::Sub(value, shift), factor);
    return divides ? hn::Div(value, divisor) : value;
  };
  const DoubleVector one = hn::Set(tag, 1.0);
  std::size_t i = 0;
  for (; i + lanes <= rows; i += lanes) {
    const DoubleVector factor = factors == nullptr ? one : loadColumn(factors + i);
    hn::StoreU(result(loadColumn(x + i), factor), tag, out + i);
  }
  if (i == rows) return;
  const DoubleVector factor = factors == nullptr ? one : loadColumn(factors + i, rows - i);
  storeFirst(result(loadColumn(x + i, rows - i), factor), out + i, rows - i);
}

// As Highway's tables want them: not templates.
#define FLIPSIDE_FOR_VALUE(Value)                                                                  \
  ColumnSums Value##Sums(const Value* x, const double* weights, std::size_t rows) {                \
    return sumsOf(x, weights, rows);                                                               \
  }                                                                                                \
  double Value##CentredSum(const Value* x, double mean, const double* weights, std::size_t rows) { \
    return centredSumOf(x, mean, weights, rows);                                                   \
  }                                                                                                \
  double Value##CentredSquares(const Value* x, double mean, const double* weights,                 \
                               std::size_t rows) {                                                 \
    return centredSquaresOf(x, mean, weights, rows);                                               \
  }                                                                                                \
  void Value##Standardize(const Value* x, double mean, const double* factors, double scale,        \
                          std::size_t rows, double* out) {                                         \
    standardizeOf(x, mean, factors, scale, rows, out);                                             \
  }
FLIPSIDE_FOR_VALUE(double)
FLIPSIDE_FOR_VALUE(float)
#undef FLIPSIDE_FOR_VALUE

}  // namespace HWY_NAMESPACE
}  // namespace flipside
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace flipside {

#define FLIPSIDE_FOR_VALUE(Value)                                                               \
  template <>                                                                                   \
  ColumnSums columnSums(const Value* x, const double* weights, std::size_t rows) {              \
    static constexpr auto table = FLIPSIDE_SIMD_TABLE(Value##Sums);                             \
    return table.chosen()(x, weights, rows);                                                    \
  }                                                                                             \
  template <>                                                                                   \
  double centredSum(const Value* x, double mean, const double* weights, std::size_t rows) {     \
    static constexpr auto table = FLIPSIDE_SIMD_TABLE(Value##CentredSum);                       \
    return table.chosen()(x, mean, weights, rows);                                              \
  }                                                                                             \
  template <>                                                                                   \
  double centredSquares(const Value* x, double mean, const double* weights, std::size_t rows) { \
    static constexpr auto table = FLIPSIDE_SIMD_TABLE(Value##CentredSquares);                   \
    return table.chosen()(x, mean, weights, rows);                                              \
  }                                                                                             \
  template <>                                                                                   \
  void standardizeColumn(const Value* x, double mean, const double* factors, double scale,      \
                         std::size_t rows, double* out) {                                       \
    static constexpr auto table = FLIPSIDE_SIMD_TABLE(Value##Standardize);                      \
    table.chosen()(x, mean, factors, scale, rows, out);                                         \
  }
FLIPSIDE_FOR_VALUE(double)
FLIPSIDE_FOR_VALUE(float)
#undef FLIPSIDE_FOR_VALUE

}  // namespace flipside
#endif
