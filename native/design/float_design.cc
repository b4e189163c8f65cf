#include "design/float_design.h"

#include <algorithm>
#include <utility>

#include "design/column_moments.h"
#include "design/column_passes.h"
#include "design/column_products.h"
#include "design/tasks.h"

namespace flipside {
/// Columns by their numbers, as the kernels want them.
class FloatDesign::Chosen {
 public:
  Chosen(const FloatDesign& design, std::size_t count)
      : starts_(count), shifts_(count), factors_(count), design_(design) {}
  Chosen(const FloatDesign& design, std::span<const std::size_t> index)
      : Chosen(design, index.size()) {
    for (std::size_t k = 0; k < index.size(); ++k) set(k, index[k]);
  }
  static Chosen all(const FloatDesign& design) {
    Chosen columns(design, design.columns());
    for (std::size_t j = 0; j < design.columns(); ++j) columns.set(j, j);
    return columns;
  }

  ColumnList<float> list() const { return {starts_.data(), shifts_.data(), starts_.size()}; }
  double factor(std::size_t k) const { return factors_[k]; }

 private:
  void set(std::size_t k, std::size_t j) {
    starts_[k] = design_.column(j);
    shifts_[k] = design_.means_[j];
    factors_[k] = design_.factor(j);
  }

  std::vector<const float*> starts_;
  std::vector<double> shifts_;
  std::vector<double> factors_;
  const FloatDesign& design_;
};

FloatDesign::FloatDesign(std::shared_ptr<const RawMatrix> raw, std::span<const double> weights,
                         Standardization options, const Cancellation* cancel)
    : StandardizedDesign(raw->rows, raw->columns, weights, options) {
  const bool inPlace = raw->layout == RawMatrix::Layout::columnMajor;
  if (inPlace) {
    values_ = raw->floats.data();
  } else {
    owned_.emplace(rows_ * columns_);
    values_ = owned_->data();
  }
  const std::size_t width = columnsToRead(columns_);
  const auto prepare = [&](std::size_t block) {
    const std::size_t first = block * width;
    const std::size_t count = std::min(width, columns_ - first);
    if (!inPlace) raw->readColumns(first, count, owned_->data() + first * rows_);
    for (std::size_t j = first; j < first + count; ++j) measureColumn(column(j), j);
  };
  runTasks(parts(columns_, width), 4.0 * elements() > kBytesForThreads, prepare, cancel);
  if (inPlace) raw_ = std::move(raw);
}

void FloatDesign::multiply(std::span<const double> w, std::span<double> out) const {
  std::vector<std::size_t> index;
  std::vector<double> values;
  for (std::size_t j = 0; j < columns_; ++j) {
    if (w[j] == 0.0) continue;
    index.push_back(j);
    values.push_back(w[j]);
  }
  combine(index, values, out);
}

void FloatDesign::combine(std::span<const std::size_t> index, std::span<const double> w,
                          std::span<double> out) const {
  const Chosen columns(*this, index);
  std::vector<double> factors(index.size());
  for (std::size_t k = 0; k < factors.size(); ++k) factors[k] = columns.factor(k) * w[k];
  sumColumns(columns.list(), factors.data(), rows_, out);
  if (const double* roots = rowFactors()) {
    for (std::size_t i = 0; i < rows_; ++i) out[i] *= roots[i];
  }
}

void FloatDesign::correlate(std::span<const double> r, std::span<double> out) const {
  correlateMany({r.data(), rows_, 1, rows_}, {out.data(), columns_, 1, columns_});
}

void FloatDesign::correlateSome(std::span<const std::size_t> index, std::span<const double> r,
                                std::span<double> out) const {
  correlateColumns(Chosen(*this, index), {r.data(), rows_, 1, rows_},
                   {out.data(), index.size(), 1, index.size()});
}

void FloatDesign::correlateMany(ConstMatrix residuals, MutableMatrix out) const {
  correlateColumns(Chosen::all(*this), residuals, out);
}

void FloatDesign::correlateColumns(const Chosen& columns, ConstMatrix residuals,
                                   MutableMatrix out) const {
  std::vector<double> weighted;
  if (const double* roots = rowFactors()) {
    weighted.resize(rows_ * residuals.columns);
    for (std::size_t k = 0; k < residuals.columns; ++k) {
      const double* r = residuals.column(k);
      for (std::size_t i = 0; i < rows_; ++i) weighted[i + k * rows_] = roots[i] * r[i];
    }
    residuals = {weighted.data(), rows_, residuals.columns, rows_};
  }
  allDots(columns.list(), residuals, out);
  const auto n = static_cast<double>(rows_);
  for (std::size_t k = 0; k < out.columns; ++k) {
    for (std::size_t j = 0; j < out.rows; ++j) out(j, k) *= columns.factor(j) / n;
  }
}

void FloatDesign::products(std::span<const std::size_t> left, std::span<const std::size_t> right,
                           std::span<const double> weights, MutableMatrix out,
                           const Cancellation* cancel) const {
  const Chosen a(*this, left);
  const Chosen b(*this, right);
  std::vector<double> both;
  if (options_.fold && !weights_.empty()) {
    both = weights_;
    for (std::size_t i = 0; i < weights.size(); ++i) both[i] *= weights[i];
    weights = both;
  }
  columnProducts(a.list(), b.list(), weights, rows_, std::ranges::equal(left, right), out, cancel);
  const auto n = static_cast<double>(rows_);
  for (std::size_t k = 0; k < out.columns; ++k) {
    for (std::size_t j = 0; j < out.rows; ++j) out(j, k) *= a.factor(j) * b.factor(k) / n;
  }
}

void FloatDesign::gather(std::span<const std::size_t> index, MutableMatrix out) const {
  for (std::size_t k = 0; k < index.size(); ++k) {
    const std::size_t j = index[k];
    if (curvature_[j] == 0.0) {
      std::fill_n(out.column(k), rows_, 0.0);
    } else {
      standardizeColumn(column(j), means_[j], rowFactors(), scales_[j], rows_, out.column(k));
    }
  }
}

}  // namespace flipside
