#include "design/dense_design.h"

#include <algorithm>

#include "design/column_moments.h"
#include "design/column_passes.h"
#include "design/column_products.h"
#include "design/tasks.h"

namespace flipside {
namespace {

template <typename Value>
const Value* inPlace(const RawMatrix& raw, const std::vector<Value>& values, std::size_t j) {
  const bool usable = raw.layout == RawMatrix::Layout::columnMajor && !values.empty();
  return usable ? values.data() + j * raw.rows : nullptr;
}

}  // namespace

DenseDesign::DenseDesign(const RawMatrix& raw, std::span<const double> weights,
                         Standardization options, const Cancellation* cancel)
    : StandardizedDesign(raw.rows, raw.columns, weights, options), values_(rows_ * columns_) {
  const std::size_t width = columnsToRead(columns_);
  const auto prepare = [&](std::size_t block) {
    const std::size_t first = block * width;
    const std::size_t count = std::min(width, columns_ - first);
    if (raw.layout != RawMatrix::Layout::columnMajor) {
      raw.readColumns(first, count, values_.data() + first * rows_);
    }
    for (std::size_t j = first; j < first + count; ++j) {
      if (const float* floats = inPlace(raw, raw.floats, j)) {
        prepareColumn(floats, j);
      } else if (const double* doubles = inPlace(raw, raw.doubles, j)) {
        prepareColumn(doubles, j);
      } else {
        prepareColumn(column(j), j);
      }
    }
  };
  const bool threads = 8.0 * elements() > kBytesForThreads;
  runTasks(parts(columns_, width), threads, prepare, cancel);
}

template <typename Value>
void DenseDesign::prepareColumn(const Value* x, std::size_t j) {
  measureColumn(x, j);
  double* to = values_.data() + j * rows_;
  if (curvature_[j] == 0.0) {
    std::fill_n(to, rows_, 0.0);
  } else {
    standardizeColumn(x, means_[j], rowFactors(), scales_[j], rows_, to);
  }
}

void DenseDesign::multiply(std::span<const double> w, std::span<double> out) const {
  std::vector<const double*> used;
  std::vector<double> factors;
  for (std::size_t j = 0; j < columns_; ++j) {
    if (w[j] == 0.0) continue;
    used.push_back(column(j));
    factors.push_back(w[j]);
  }
  sumColumns<double>({used.data(), nullptr, used.size()}, factors.data(), rows_, out);
}

void DenseDesign::correlate(std::span<const double> r, std::span<double> out) const {
  correlateMany({r.data(), rows_, 1, rows_}, {out.data(), columns_, 1, columns_});
}

void DenseDesign::gather(std::span<const std::size_t> index, MutableMatrix out) const {
  for (std::size_t k = 0; k < index.size(); ++k) {
    std::copy_n(column(index[k]), rows_, out.column(k));
  }
}

void DenseDesign::combine(std::span<const std::size_t> index, std::span<const double> w,
                          std::span<double> out) const {
  const std::vector<const double*> used = columnsAt(index);
  sumColumns<double>({used.data(), nullptr, used.size()}, w.data(), rows_, out);
}

void DenseDesign::correlateSome(std::span<const std::size_t> index, std::span<const double> r,
                                std::span<double> out) const {
  const std::vector<const double*> used = columnsAt(index);
  correlateColumns(used, {r.data(), rows_, 1, rows_}, {out.data(), index.size(), 1, index.size()});
}

void DenseDesign::correlateMany(ConstMatrix residuals, MutableMatrix out) const {
  std::vector<const double*> all(columns_);
  for (std::size_t j = 0; j < columns_; ++j) all[j] = column(j);
  correlateColumns(all, residuals, out);
}

void DenseDesign::correlateColumns(std::span<const double* const> columns, ConstMatrix residuals,
                                   MutableMatrix out) const {
  allDots<double>({columns.data(), nullptr, columns.size()}, residuals, out);
  const double scale = 1.0 / static_cast<double>(rows_);
  for (std::size_t k = 0; k < out.columns; ++k) {
    for (std::size_t j = 0; j < out.rows; ++j) out(j, k) *= scale;
  }
}

void DenseDesign::products(std::span<const std::size_t> left, std::span<const std::size_t> right,
                           std::span<const double> weights, MutableMatrix out,
                           const Cancellation* cancel) const {
  const std::vector<const double*> a = columnsAt(left);
  const std::vector<const double*> b = columnsAt(right);
  columnProducts<double>({a.data(), nullptr, a.size()}, {b.data(), nullptr, b.size()}, weights,
                         rows_, std::ranges::equal(left, right), out, cancel);
  const double scale = 1.0 / static_cast<double>(rows_);
  for (std::size_t k = 0; k < out.columns; ++k) {
    for (std::size_t j = 0; j < out.rows; ++j) out(j, k) *= scale;
  }
}

std::vector<const double*> DenseDesign::columnsAt(std::span<const std::size_t> index) const {
  std::vector<const double*> columns(index.size());
  for (std::size_t k = 0; k < index.size(); ++k) columns[k] = column(index[k]);
  return columns;
}

}  // namespace flipside
