#include "design/dense_design.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "design/column_passes.h"
#include "design/column_products.h"
namespace flipside {
namespace {

constexpr std::size_t kBlock =
    16;  // columns per task; a row-major source is then read line by line

}  // namespace

DenseDesign::DenseDesign(const RawMatrix& raw, std::span<const double> weights,
                         Standardization options, const Cancellation* cancel)
    : StandardizedDesign(raw.rows, raw.columns, weights, options), values_(rows_ * columns_) {
  const auto task = [&](std::size_t block) {
    const std::size_t end = std::min(columns_, (block + 1) * kBlock);
    for (std::size_t j = block * kBlock; j < end; ++j) {
      double* column = &values_[j * rows_];
      raw.readColumn(j, column);
      for (std::size_t i = 0; i < rows_; ++i) {
        if (!std::isfinite(column[i])) {
          throw BadValue("NOT_FINITE", "x",
                         "x must be finite, but row " + std::to_string(i) + ", column " +
                             std::to_string(j) + " is " + std::to_string(column[i]));
        }
      }
      standardizeColumn(column, j);
    }
  };
  const std::size_t blocks = (columns_ + kBlock - 1) / kBlock;
  if (rows_ * columns_ < 32768) {  // not worth waking a thread
    for (std::size_t block = 0; block < blocks; ++block) task(block);
  } else {
    linalg::parallelFor(blocks, task, cancel);
  }
}

void DenseDesign::standardizeColumn(double* column, std::size_t j) {
  const std::span<double> x(column, rows_);
  const double before = linalg::norm(x);
  if (options_.intercept) {
    means_[j] = weightedMean(x, rootWeights_);
    for (double& value : x) value -= means_[j];
  }
  std::vector<double> unfolded;
  if (!rootWeights_.empty()) {
    if (!options_.fold) unfolded.assign(x.begin(), x.end());
    for (std::size_t i = 0; i < rows_; ++i) x[i] *= rootWeights_[i];
  }
  const double root = std::sqrt(static_cast<double>(rows_));
  const double after = linalg::norm(x);
  std::copy(unfolded.begin(), unfolded.end(), x.begin());
  // What rounding leaves of a constant column is not a direction to fit along.
  const double noise = 16.0 * std::numeric_limits<double>::epsilon() * before;
  const double deviation = after / root;
  if (!(after > noise) || deviation < std::numeric_limits<double>::min()) {
    std::fill(x.begin(), x.end(), 0.0);
    curvature_[j] = 0.0;
    return;
  }
  if (!std::isfinite(deviation) ||
      (!options_.standardize && !std::isfinite(deviation * deviation))) {
    throw BadValue(
        "NUMERIC", "x",
        "x is too large: column " + std::to_string(j) +
            (std::isfinite(deviation) ? " overflows when squared; rescale it or standardize"
                                      : " overflows when summed; rescale it"));
  }
  if (options_.standardize) {
    scales_[j] = deviation;
    for (double& value : x) value /= deviation;
    curvature_[j] = 1.0;
  } else {
    curvature_[j] = deviation * deviation;
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
