#include "design/draft_design.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "design/column_moments.h"
#include "design/column_passes.h"
#include "design/column_products.h"
#include "design/draft_dots.h"
#include "design/tasks.h"

namespace flipside {
namespace {

constexpr std::size_t kGroup = 24;  // columns whose chunks of rows stay in the first cache
constexpr std::size_t kBlock = 96;  // and in the second

/// Left columns in blocks, on several threads where that pays. Of a symmetric matrix the lower
/// part, a block in excess.
void blockedDots(std::span<const float* const> left, std::span<const float* const> right,
                 std::size_t rows, std::size_t block, bool symmetric, MutableMatrix out,
                 const Cancellation* cancel) {
  const double work = static_cast<double>(left.size()) * static_cast<double>(right.size()) *
                      static_cast<double>(rows);
  const bool threads = work > 8.0 * kProductsForThreads && linalg::threadBudget() > 1;
  runTasks(
      parts(left.size(), block), threads,
      [&](std::size_t task) {
        const std::size_t a = task * block;
        const std::size_t height = std::min(block, left.size() - a);
        const std::size_t width = symmetric ? a + height : right.size();
        draftDots(left.subspan(a, height), right.first(width), rows,
                  MutableMatrix{out.data + a, height, width, out.stride});
      },
      cancel);
  if (symmetric) mirrorLower(out);
}

/// Columns as floats, each divided by its largest number: small ones do not vanish, large ones do
/// not overflow.
class Floats {
 public:
  explicit Floats(ConstMatrix columns) : values_(columns.rows * columns.columns) {
    for (std::size_t k = 0; k < columns.columns; ++k) {
      const double* from = columns.column(k);
      float* to = values_.data() + k * columns.rows;
      double largest = 0.0;
      for (std::size_t i = 0; i < columns.rows; ++i) {
        largest = std::max(largest, std::abs(from[i]));
      }
      const double unit = largest > 0.0 ? largest : 1.0;
      for (std::size_t i = 0; i < columns.rows; ++i) to[i] = static_cast<float>(from[i] / unit);
      starts_.push_back(to);
      units_.push_back(unit);
    }
  }
  std::span<const float* const> starts() const { return starts_; }
  double unit(std::size_t k) const { return units_[k]; }

 private:
  std::vector<float> values_;
  std::vector<const float*> starts_;
  std::vector<double> units_;
};

}  // namespace

DraftDesign::DraftDesign(const RawMatrix& raw, std::span<const std::uint32_t> chosen,
                         std::span<const double> weights, Standardization options,
                         const Cancellation* cancel)
    : StandardizedDesign(chosen.size(), raw.columns, weights, options),
      values_(rows_ * columns_),
      zeros_(columns_) {
  const auto prepare = [&](std::size_t block) {
    const std::size_t first = block * kGroup;
    const std::size_t count = std::min(kGroup, columns_ - first);
    std::vector<double> whole(count * raw.rows);
    std::vector<double> x(rows_);
    raw.readColumns(first, count, whole.data());
    for (std::size_t k = 0; k < count; ++k) {
      const double* from = whole.data() + k * raw.rows;
      for (std::size_t i = 0; i < rows_; ++i) x[i] = from[chosen[i]];
      const std::size_t j = first + k;
      measureColumn(x.data(), j);
      float* to = values_.data() + j * rows_;
      if (curvature_[j] == 0.0) {
        std::fill_n(to, rows_, 0.0F);
        continue;
      }
      standardizeColumn(x.data(), means_[j], rowFactors(), scales_[j], rows_, x.data());
      std::ranges::transform(x, to, [](double value) { return static_cast<float>(value); });
    }
  };
  const bool threads = 8.0 * elements() > kBytesForThreads;
  runTasks(parts(columns_, kGroup), threads, prepare, cancel);
}

void DraftDesign::multiply(std::span<const double> w, std::span<double> out) const {
  std::vector<std::size_t> index;
  std::vector<double> values;
  for (std::size_t j = 0; j < columns_; ++j) {
    if (w[j] == 0.0) continue;
    index.push_back(j);
    values.push_back(w[j]);
  }
  combine(index, values, out);
}

void DraftDesign::correlate(std::span<const double> r, std::span<double> out) const {
  correlateMany({r.data(), rows_, 1, rows_}, {out.data(), columns_, 1, columns_});
}

void DraftDesign::gather(std::span<const std::size_t> index, MutableMatrix out) const {
  for (std::size_t k = 0; k < index.size(); ++k) {
    std::copy_n(column(index[k]), rows_, out.column(k));
  }
}

void DraftDesign::combine(std::span<const std::size_t> index, std::span<const double> w,
                          std::span<double> out) const {
  const std::vector<const float*> used = columnsAt(index);
  sumColumns<float>({used.data(), zeros_.data(), used.size()}, w.data(), rows_, out);
}

void DraftDesign::correlateSome(std::span<const std::size_t> index, std::span<const double> r,
                                std::span<double> out) const {
  correlateColumns(columnsAt(index), {r.data(), rows_, 1, rows_},
                   {out.data(), index.size(), 1, index.size()});
}

void DraftDesign::correlateMany(ConstMatrix residuals, MutableMatrix out) const {
  std::vector<const float*> all(columns_);
  for (std::size_t j = 0; j < columns_; ++j) all[j] = column(j);
  correlateColumns(all, residuals, out);
}

void DraftDesign::correlateColumns(std::span<const float* const> columns, ConstMatrix residuals,
                                   MutableMatrix out) const {
  const Floats right(residuals);
  blockedDots(columns, right.starts(), rows_, kGroup, false, out, nullptr);
  for (std::size_t k = 0; k < out.columns; ++k) {
    const double scale = right.unit(k) / static_cast<double>(rows_);
    for (std::size_t j = 0; j < out.rows; ++j) out(j, k) *= scale;
  }
}

void DraftDesign::products(std::span<const std::size_t> left, std::span<const std::size_t> right,
                           std::span<const double> weights, MutableMatrix out,
                           const Cancellation* cancel) const {
  const std::vector<const float*> a = columnsAt(left);
  std::vector<const float*> b = columnsAt(right);
  std::vector<float> weighted(weights.empty() ? 0 : rows_ * b.size());
  for (std::size_t k = 0; k < b.size() && !weights.empty(); ++k) {
    float* to = weighted.data() + k * rows_;
    for (std::size_t i = 0; i < rows_; ++i) {
      to[i] = static_cast<float>(weights[i] * static_cast<double>(b[k][i]));
    }
    b[k] = to;
  }
  blockedDots(a, b, rows_, kBlock, weights.empty() && std::ranges::equal(left, right), out, cancel);
  const double scale = 1.0 / static_cast<double>(rows_);
  for (std::size_t k = 0; k < out.columns; ++k) {
    for (std::size_t j = 0; j < out.rows; ++j) out(j, k) *= scale;
  }
}

std::vector<const float*> DraftDesign::columnsAt(std::span<const std::size_t> index) const {
  std::vector<const float*> columns(index.size());
  for (std::size_t k = 0; k < index.size(); ++k) columns[k] = column(index[k]);
  return columns;
}

}  // namespace flipside
