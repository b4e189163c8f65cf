#include "design/sparse_kernels.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace flipside {
namespace {

/// The dots of kCount interleaved vectors.
template <std::size_t kCount, typename Value>
void dotsOf(const SparseColumn<Value>& column, double factor, const double* r, double* out) {
  double sums[4][kCount] = {};
  for (std::size_t k = 0; k < column.count; ++k) {
    const double value = column.value(k) * factor;
    const double* at = r + kCount * column.row(k);
    for (std::size_t v = 0; v < kCount; ++v) sums[k % 4][v] += value * at[v];
  }
  for (std::size_t v = 0; v < kCount; ++v) {
    out[v] = (sums[0][v] + sums[1][v]) + (sums[2][v] + sums[3][v]);
  }
}

}  // namespace

template <typename Value>
SparseMoments sparseMoments(const SparseColumn<Value>& column, double unit,
                            std::span<const double> weights, std::size_t rows,
                            std::size_t positiveWeights, bool centre) {
  const auto n = static_cast<double>(rows);
  const auto weightOf = [&](std::size_t k) {
    return weights.empty() ? 1.0 : weights[column.row(k)];
  };
  double sum = 0.0;
  double squares = 0.0;
  double stored = 0.0;  // weight of the stored entries
  std::size_t positive = 0;
  for (std::size_t k = 0; k < column.count; ++k) {
    const double value = column.value(k) * unit;
    const double weight = weightOf(k);
    sum += weight * value;
    squares += value * value;
    stored += weight;
    if (weight > 0.0) ++positive;
  }
  const bool all = positive == (weights.empty() ? rows : positiveWeights);
  const double rest = all ? 0.0 : std::max(0.0, n - stored);  // weight of the others, which are 0

  SparseMoments moments;
  moments.norm = std::sqrt(squares);
  if (centre) {
    const double first = sum / n;
    double correction = -rest * first;
    for (std::size_t k = 0; k < column.count; ++k) {
      correction += weightOf(k) * (column.value(k) * unit - first);
    }
    moments.mean = first + correction / n;
  }
  double centred = rest * moments.mean * moments.mean;
  for (std::size_t k = 0; k < column.count; ++k) {
    const double value = column.value(k) * unit - moments.mean;
    centred += weightOf(k) * value * value;
  }
  moments.deviation = std::sqrt(centred / n);
  return moments;
}

InterleavedResiduals::InterleavedResiduals(ConstMatrix residuals, std::size_t first,
                                           std::size_t count, const double* factors)
    : width_(std::bit_ceil(count)), values_(residuals.rows * width_) {
  for (std::size_t v = 0; v < count; ++v) {
    const double* r = residuals.column(first + v);
    double sums[4] = {};
    for (std::size_t i = 0; i < residuals.rows; ++i) {
      const double value = factors == nullptr ? r[i] : factors[i] * r[i];
      values_[i * width_ + v] = value;
      sums[i % 4] += value;
    }
    totals_[v] = (sums[0] + sums[1]) + (sums[2] + sums[3]);
  }
}

template <typename Value>
void InterleavedResiduals::dots(const SparseColumn<Value>& column, double factor,
                                double* out) const {
  const double* r = values_.data();
  switch (width_) {
    case 1:
      return dotsOf<1>(column, factor, r, out);
    case 2:
      return dotsOf<2>(column, factor, r, out);
    case 4:
      return dotsOf<4>(column, factor, r, out);
    default:
      return dotsOf<kResiduals>(column, factor, r, out);
  }
}

template SparseMoments sparseMoments(const SparseColumn<double>&, double, std::span<const double>,
                                     std::size_t, std::size_t, bool);
template SparseMoments sparseMoments(const SparseColumn<float>&, double, std::span<const double>,
                                     std::size_t, std::size_t, bool);
template void InterleavedResiduals::dots(const SparseColumn<double>&, double, double*) const;
template void InterleavedResiduals::dots(const SparseColumn<float>&, double, double*) const;

}  // namespace flipside
