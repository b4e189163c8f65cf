// Products of compressed columns: one right column at a time lies open in a vector, and the left
// ones are read along it. Each number sums the same terms in the same order whichever of the two
// columns is left.
#include <algorithm>

#include "design/sparse_design.h"
#include "design/tasks.h"

namespace flipside {
namespace {

constexpr std::size_t kBlock = 16;  // right columns per task

/// The weights of rows in a product, empty for ones, and their sum.
struct RowWeights {
  std::vector<double> values;
  double total = 0.0;

  double at(std::size_t i) const { return values.empty() ? 1.0 : values[i]; }
};

RowWeights rowWeights(std::size_t rows, std::span<const double> own,
                      std::span<const double> given) {
  RowWeights weights;
  weights.values.assign(own.begin(), own.end());
  if (own.empty()) weights.values.assign(given.begin(), given.end());
  if (!own.empty() && !given.empty()) {
    for (std::size_t i = 0; i < rows; ++i) weights.values[i] *= given[i];
  }
  double sums[4] = {};
  for (std::size_t i = 0; i < weights.values.size(); ++i) sums[i % 4] += weights.values[i];
  weights.total = weights.values.empty() ? static_cast<double>(rows)
                                         : (sums[0] + sums[1]) + (sums[2] + sums[3]);
  return weights;
}

/// sum_k weights * value
template <typename Value>
double weightedSum(const SparseColumn<Value>& column, double factor, const RowWeights& weights) {
  double sum = 0.0;
  for (std::size_t k = 0; k < column.count; ++k) {
    sum += column.value(k) * factor * weights.at(column.row(k));
  }
  return sum;
}

/// sum_k value * open(row) * weight
template <typename Value>
double dotOpen(const SparseColumn<Value>& column, double factor, const double* open,
               const RowWeights& weights) {
  double sum = 0.0;
  if (weights.values.empty()) {
    for (std::size_t k = 0; k < column.count; ++k) {
      sum += column.value(k) * factor * open[column.row(k)];
    }
    return sum;
  }
  for (std::size_t k = 0; k < column.count; ++k) {
    const std::size_t i = column.row(k);
    sum += column.value(k) * factor * open[i] * weights.values[i];
  }
  return sum;
}

}  // namespace

void SparseDesign::products(std::span<const std::size_t> left, std::span<const std::size_t> right,
                            std::span<const double> weights, MutableMatrix out,
                            const Cancellation* cancel) const {
  const RowWeights d = rowWeights(
      rows_, options_.fold ? std::span<const double>(weights_) : std::span<const double>(),
      weights);
  const bool symmetric = std::ranges::equal(left, right);
  double work = 0.0;
  for (const std::size_t j : left) work += static_cast<double>(begin(j + 1) - begin(j));
  work *= static_cast<double>(right.size());
  const auto n = static_cast<double>(rows_);

  withValues([&](const auto* values) {
    const auto sumOf = [&](std::size_t j) {
      return weightedSum(columnAt(values, j), factorOf(j), d);
    };
    std::vector<double> leftSums(left.size());
    for (std::size_t a = 0; a < left.size(); ++a) leftSums[a] = sumOf(left[a]);
    const auto block = [&](std::size_t task) {
      std::vector<double> open(rows_);
      const std::size_t end = std::min(right.size(), (task + 1) * kBlock);
      for (std::size_t b = task * kBlock; b < end; ++b) {
        const double factor = factorOf(right[b]);
        const auto column = columnAt(values, right[b]);
        for (std::size_t k = 0; k < column.count; ++k) {
          open[column.row(k)] = column.value(k) * factor;
        }
        const double rightMean = means_[right[b]] * factor;
        const double rightSum = sumOf(right[b]);
        for (std::size_t a = symmetric ? b : 0; a < left.size(); ++a) {
          const double leftFactor = factorOf(left[a]);
          const double leftMean = means_[left[a]] * leftFactor;
          const double sum = dotOpen(columnAt(values, left[a]), leftFactor, open.data(), d);
          const double centring =
              (rightMean * leftSums[a] + leftMean * rightSum) - leftMean * rightMean * d.total;
          out(a, b) = (sum - centring) / n;
        }
        for (std::size_t k = 0; k < column.count; ++k) open[column.row(k)] = 0.0;
      }
    };
    runTasks(parts(right.size(), kBlock), work > kProductsForThreads, block, cancel);
  });
  if (!symmetric) return;
  for (std::size_t b = 0; b < right.size(); ++b) {
    for (std::size_t a = b + 1; a < left.size(); ++a) out(b, a) = out(a, b);
  }
}

}  // namespace flipside
