#include "design/dense_design.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace flipside {
namespace {

constexpr std::size_t kBlock =
    16;  // columns per task; a row-major source is then read line by line

/// Weighted mean with one correction pass: accurate to the last digits for columns far from 0.
double meanOf(std::span<const double> x, std::span<const double> rootWeights) {
  const auto n = static_cast<double>(x.size());
  double mean = 0.0;
  for (int pass = 0; pass < 2; ++pass) {
    double sum = 0.0;
    if (rootWeights.empty()) {
      for (const double value : x) sum += value - mean;
    } else {
      for (std::size_t i = 0; i < x.size(); ++i) {
        sum += rootWeights[i] * rootWeights[i] * (x[i] - mean);
      }
    }
    mean += sum / n;
  }
  return mean;
}

}  // namespace

DenseDesign::DenseDesign(const RawMatrix& raw, std::span<const double> weights,
                         Standardization options, const Cancellation* cancel)
    : rows_(raw.rows),
      columns_(raw.columns),
      options_(options),
      values_(raw.rows * raw.columns),
      means_(raw.columns),
      scales_(raw.columns, 1.0),
      curvature_(raw.columns) {
  if (!weights.empty()) {
    // Divided by the largest first: the sum of finite weights may overflow.
    const double largest = *std::max_element(weights.begin(), weights.end());
    double sum = 0.0;
    for (const double weight : weights) sum += weight / largest;
    const double factor = static_cast<double>(rows_) / sum;
    weights_.resize(rows_);
    rootWeights_.resize(rows_);
    for (std::size_t i = 0; i < rows_; ++i) {
      weights_[i] = weights[i] / largest * factor;
      rootWeights_[i] = std::sqrt(weights_[i]);
    }
  }
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
    means_[j] = meanOf(x, rootWeights_);
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
  linalg::multiply(dense(), w, out);
}

void DenseDesign::correlate(std::span<const double> r, std::span<double> out) const {
  const double scale = 1.0 / static_cast<double>(rows_);
  constexpr std::size_t block = 256;
  if (rows_ * columns_ < 262144) {
    linalg::multiplyTransposed(dense(), r, out, scale);
    return;
  }
  linalg::parallelFor((columns_ + block - 1) / block, [&](std::size_t b) {
    const std::size_t from = b * block;
    const std::size_t width = std::min(block, columns_ - from);
    linalg::multiplyTransposed({&values_[from * rows_], rows_, width, rows_}, r,
                               out.subspan(from, width), scale);
  });
}

void DenseDesign::gather(std::span<const std::size_t> index, MutableMatrix out) const {
  for (std::size_t k = 0; k < index.size(); ++k) {
    std::copy_n(&values_[index[k] * rows_], rows_, out.column(k));
  }
}

double DenseDesign::foldResponse(std::span<double> y) const {
  const double mean = options_.intercept ? meanOf(y, rootWeights_) : 0.0;
  for (double& value : y) value -= mean;
  if (!rootWeights_.empty()) {
    for (std::size_t i = 0; i < rows_; ++i) y[i] *= rootWeights_[i];
  }
  return mean;
}

}  // namespace flipside
