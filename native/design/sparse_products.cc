// Products of compressed columns: one right column at a time lies open in a vector, and the left
// ones are read along it. Each number sums the same terms in the same order whichever of the two
// columns is left.
#include <algorithm>

#include "design/column_products.h"
#include "design/sparse_design.h"
#include "design/tasks.h"

namespace flipside {
namespace {

constexpr std::size_t kBlock = 16;  // right columns per task

using RowWeights = SparseDesign::RowWeights;

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
    const double weight = weights.values.empty() ? 1.0 : weights.values[column.row(k)];
    sum += column.value(k) * factor * weight;
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

/// A column that lies open: scaled values at their rows, zeros elsewhere.
template <typename Value>
class OpenColumn {
 public:
  explicit OpenColumn(std::size_t rows) : values_(rows) {}

  void open(const SparseColumn<Value>& column, double factor) {
    for (std::size_t k = 0; k < column.count; ++k) {
      values_[column.row(k)] = column.value(k) * factor;
    }
  }
  void close(const SparseColumn<Value>& column) {
    for (std::size_t k = 0; k < column.count; ++k) values_[column.row(k)] = 0.0;
  }
  const double* values() const { return values_.data(); }

 private:
  std::vector<double> values_;
};

}  // namespace

/// What centring takes of the products with a column.
struct SparseDesign::Centring {
  double mean = 0.0;  // of the scaled column
  double sum = 0.0;   // weighted, of its stored values
};

template <typename Value>
void SparseDesign::multiplyColumns(const Value* values, std::span<const std::size_t> left,
                                   std::span<const std::size_t> right, const RowWeights& weights,
                                   MutableMatrix out, const Cancellation* cancel) const {
  const auto centringOf = [&](std::size_t j) -> Centring {
    const double factor = factorOf(j);
    return {means_[j] * factor, weightedSum(columnAt(values, j), factor, weights)};
  };
  std::vector<Centring> centring;
  double work = 0.0;
  for (const std::size_t j : left) {
    centring.push_back(centringOf(j));
    work += static_cast<double>(right.size()) * static_cast<double>(begin(j + 1) - begin(j));
  }
  const bool symmetric = std::ranges::equal(left, right);
  const auto block = [&](std::size_t task) {
    OpenColumn<Value> open(rows_);
    const std::size_t end = std::min(right.size(), (task + 1) * kBlock);
    for (std::size_t b = task * kBlock; b < end; ++b) {
      const auto column = columnAt(values, right[b]);
      open.open(column, factorOf(right[b]));
      const Centring own = centringOf(right[b]);
      for (std::size_t a = symmetric ? b : 0; a < left.size(); ++a) {
        const double sum =
            dotOpen(columnAt(values, left[a]), factorOf(left[a]), open.values(), weights);
        const Centring& other = centring[a];
        const double centred = sum - ((own.mean * other.sum + other.mean * own.sum) -
                                      other.mean * own.mean * weights.total);
        out(a, b) = centred / static_cast<double>(rows_);
      }
      open.close(column);
    }
  };
  runTasks(parts(right.size(), kBlock), work > kProductsForThreads, block, cancel);
  if (symmetric) mirrorLower(out);
}

void SparseDesign::products(std::span<const std::size_t> left, std::span<const std::size_t> right,
                            std::span<const double> weights, MutableMatrix out,
                            const Cancellation* cancel) const {
  const std::span<const double> own =
      options_.fold ? std::span<const double>(weights_) : std::span<const double>();
  const RowWeights both = rowWeights(rows_, own, weights);
  withValues([&](const auto* values) { multiplyColumns(values, left, right, both, out, cancel); });
}

}  // namespace flipside
