// What standardising needs to know of a column.
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "design/column_moments.h"
#include "design/standardized.h"

namespace flipside {
namespace {

/// Sums of squares in this range have lost nothing to overflow or underflow.
bool isSafe(double squares) { return squares > 1e-260 && squares < 1e300; }

template <typename Value>
std::vector<double> copyOf(const Value* x, std::size_t rows) {
  return {x, x + rows};
}

}  // namespace

void failNotFinite(std::size_t i, std::size_t j, double value) {
  throw BadValue("NOT_FINITE", "x",
                 "x must be finite, but row " + std::to_string(i) + ", column " +
                     std::to_string(j) + " is " + std::to_string(value));
}

template <typename Value>
void StandardizedDesign::measureColumn(const Value* x, std::size_t j) {
  const double* weights = weights_.empty() ? nullptr : weights_.data();
  const auto n = static_cast<double>(rows_);
  const ColumnSums sums = columnSums(x, weights, rows_);
  if (!sums.finite) {
    std::size_t i = 0;
    while (std::isfinite(x[i])) ++i;
    failNotFinite(i, j, static_cast<double>(x[i]));
  }
  if (options_.intercept) {
    const double mean = sums.sum / n;
    means_[j] = mean + centredSum(x, mean, weights, rows_) / n;
    if (!std::isfinite(means_[j])) means_[j] = weightedMean(copyOf(x, rows_), rootWeights_);
  }
  double norm = std::sqrt(sums.squares);
  if (!isSafe(sums.squares)) norm = linalg::norm(copyOf(x, rows_));
  const double squares = centredSquares(x, means_[j], weights, rows_);
  double after = std::sqrt(squares);
  if (!isSafe(squares)) {
    std::vector<double> centred = copyOf(x, rows_);
    for (std::size_t i = 0; i < rows_; ++i) {
      centred[i] -= means_[j];
      if (!rootWeights_.empty()) centred[i] *= rootWeights_[i];
    }
    after = linalg::norm(centred);
  }
  setScale(j, norm, after / std::sqrt(n));
}

template void StandardizedDesign::measureColumn(const double*, std::size_t);
template void StandardizedDesign::measureColumn(const float*, std::size_t);

void StandardizedDesign::setScale(std::size_t j, double norm, double deviation) {
  // What rounding leaves of a constant column is not a direction to fit along.
  const double noise = 16.0 * std::numeric_limits<double>::epsilon() * norm;
  if (!(deviation * std::sqrt(static_cast<double>(rows_)) > noise) ||
      deviation < std::numeric_limits<double>::min()) {
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
  if (options_.standardize) scales_[j] = deviation;
  curvature_[j] = options_.standardize ? 1.0 : deviation * deviation;
}

}  // namespace flipside
