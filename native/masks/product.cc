// Everything here that decides an order of summation depends on the shape alone.
#include "masks/product.h"

#include <algorithm>
#include <memory>
#include <vector>

#include "linalg/linalg.h"
#include "masks/apply.h"
#include "masks/arithmetic.h"
#include "masks/mask_source.h"
#include "masks/parts.h"

namespace flipside {
namespace {

/// How many draws make a task of a product with a vector.
constexpr std::size_t kTask = 32 * kMaskStretch;

/// A panel of the masked weights for a product with a matrix: its columns are what the second cache
/// holds of a reasonable number of rows.
constexpr std::size_t kPanelColumns = 1024;
constexpr std::size_t kPanelRows = 128;
constexpr std::size_t kFewestPanelRows = 32;
constexpr std::size_t kPanelsAtLeast = 8;

std::size_t ceilDivide(std::size_t a, std::size_t b) { return (a + b - 1) / b; }

/// Rows of at most kMaskStretch elements, drawn several at once: a few draws cost as much as many.
template <typename Value>
void shortRows(const MaskSource<Value>& source, const MaskedProduct<Value>& product, Value* out,
               const MaskControl& control) {
  const std::size_t columns = product.columns;
  const std::size_t atOnce = kMaskStretch / columns;
  const std::size_t task = kTask / kMaskStretch * atOnce;
  forPartsInParallel(ceilDivide(product.rows, task), 1, control, [&](std::size_t t, std::size_t) {
    alignas(64) Value mask[kMaskStretch];
    const std::size_t end = std::min(product.rows, (t + 1) * task);
    for (std::size_t row = t * task; row < end; row += atOnce) {
      const std::size_t rows = std::min(atOnce, end - row);
      const Value* const weights = product.weights + row * columns;
      requireFinite("weights", row * columns, std::span(weights, rows * columns));
      source.values(row * columns, rows * columns, {mask});
      for (std::size_t i = 0; i < rows; ++i) {
        out[row + i] = maskedDot(weights + i * columns, mask + i * columns, product.x, columns);
      }
    }
  });
}

/// Longer rows in stretches of kMaskStretch, which are added in order in double.
template <typename Value>
void longRows(const MaskSource<Value>& source, const MaskedProduct<Value>& product, Value* out,
              const MaskControl& control) {
  const std::size_t columns = product.columns;
  const std::size_t parts = ceilDivide(columns, kTask);
  const std::size_t rows = std::max<std::size_t>(1, kTask / columns);  // of a task
  std::vector<double> sums(product.rows * parts);
  forPartsInParallel(
      ceilDivide(product.rows, rows) * parts, 1, control, [&](std::size_t t, std::size_t) {
        alignas(64) Value mask[kMaskStretch];
        const std::size_t part = t % parts;
        const std::size_t lastRow = std::min(product.rows, (t / parts + 1) * rows);
        const std::size_t end = std::min(columns, (part + 1) * kTask);
        for (std::size_t row = t / parts * rows; row < lastRow; ++row) {
          double sum = 0.0;
          for (std::size_t from = part * kTask; from < end; from += kMaskStretch) {
            const std::size_t size = std::min(kMaskStretch, end - from);
            const std::size_t begin = row * columns + from;
            requireFinite("weights", begin, std::span(product.weights + begin, size));
            source.values(begin, size, {mask});
            sum += maskedDot(product.weights + begin, mask, product.x + from, size);
          }
          sums[row * parts + part] = sum;
        }
      });
  for (std::size_t row = 0; row < product.rows; ++row) {
    double sum = 0.0;
    for (std::size_t part = 0; part < parts; ++part) sum += sums[row * parts + part];
    out[row] = static_cast<Value>(sum);
  }
}

template <typename Value>
void timesMatrix(const MaskSource<Value>& source, const MaskedProduct<Value>& product, Value* out,
                 const MaskControl& control) {
  const std::size_t columns = product.columns;
  const std::size_t width = product.width;
  const std::size_t across = std::min(columns, kPanelColumns);
  const std::size_t fair = std::max(ceilDivide(product.rows, kPanelsAtLeast), kFewestPanelRows);
  // As many elements as with long rows, but no more rows than are fair.
  const std::size_t panelRows = std::min(fair, kPanelRows * (kPanelColumns / across));

  /// panel = rows x size of the masked weights from (row, from).
  const auto fill = [&](Value* panel, std::size_t row, std::size_t rows, std::size_t from,
                        std::size_t size) {
    // With all columns a panel is one stretch of the mask.
    const std::size_t stretches = size == columns ? 1 : rows;
    const std::size_t length = rows * size / stretches;
    for (std::size_t i = 0; i < stretches; ++i) {
      for (std::size_t at = 0; at < length; at += kMaskStretch) {
        const std::size_t some = std::min(kMaskStretch, length - at);
        const std::size_t begin = (row + i) * columns + from + at;
        Value* const mask = panel + i * size + at;
        requireFinite("weights", begin, std::span(product.weights + begin, some));
        source.values(begin, some, {mask});
        multiplyElements(product.weights + begin, mask, some, mask);
      }
    }
  };
  forPartsInParallel(
      ceilDivide(product.rows, panelRows), 1, control, [&](std::size_t t, std::size_t) {
        const std::size_t row = t * panelRows;
        const std::size_t rows = std::min(panelRows, product.rows - row);
        const auto panel = std::make_unique_for_overwrite<Value[]>(rows * across);
        for (std::size_t from = 0; from < columns; from += across) {
          const std::size_t size = std::min(across, columns - from);
          fill(panel.get(), row, rows, from, size);
          linalg::multiplyRows<Value>({panel.get(), rows, size},
                                      {product.x + from * width, size, width}, out + row * width,
                                      from == 0 ? Value{0} : Value{1});
        }
      });
}

}  // namespace

template <typename Value>
void maskedProduct(const MaskDraws& draws, const MaskedProduct<Value>& product, Value* out,
                   const MaskControl& control) {
  const MaskSource<Value> source(draws, control);
  forParts(product.columns * product.width, {control.cancel, {}},
           [&](std::size_t begin, std::size_t count) {
             requireFinite("x", begin, std::span(product.x + begin, count));
           });
  if (product.width > 1) {
    timesMatrix(source, product, out, control);
  } else if (product.columns > kMaskStretch) {
    longRows(source, product, out, control);
  } else {
    shortRows(source, product, out, control);
  }
}

template void maskedProduct(const MaskDraws&, const MaskedProduct<float>&, float*,
                            const MaskControl&);
template void maskedProduct(const MaskDraws&, const MaskedProduct<double>&, double*,
                            const MaskControl&);

}  // namespace flipside
