#include "design/sparse_design.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "design/sparse_kernels.h"
#include "design/tasks.h"

namespace flipside {
namespace {

bool worthThreads(std::size_t stored) {
  return 12.0 * static_cast<double>(stored) > kBytesForThreads && linalg::threadBudget() > 1;
}

}  // namespace

SparseDesign::SparseDesign(std::shared_ptr<const RawMatrix> raw, std::span<const double> weights,
                           Standardization options, const Cancellation* cancel)
    : StandardizedDesign(raw->rows, raw->columns, weights, options), raw_(std::move(raw)) {
  const auto positive = static_cast<std::size_t>(
      std::ranges::count_if(weights_, [](double weight) { return weight > 0.0; }));
  const std::vector<std::size_t> cuts = evenCuts();
  runTasks(
      cuts.size() - 1, cuts.size() > 2,
      [&](std::size_t task) {
        withValues([&](const auto* values) {
          for (std::size_t j = cuts[task]; j < cuts[task + 1]; ++j) measure(values, j, positive);
        });
      },
      cancel);
}

template <typename Value>
void SparseDesign::measure(const Value* values, std::size_t j, std::size_t positiveWeights) {
  const SparseColumn<Value> column = columnAt(values, j);
  double largest = 0.0;
  for (std::size_t k = 0; k < column.count; ++k) {
    const auto value = static_cast<double>(column.values[k]);
    if (!std::isfinite(value)) failNotFinite(column.row(k), j, value);
    largest = std::max(largest, std::abs(value));
  }
  if (largest == 0.0) return;
  // In units of a power of 2 near the largest value, so that no square overflows or vanishes.
  const int exponent = std::clamp(std::ilogb(largest), -1000, 1000);
  const SparseMoments moments = sparseMoments(column, std::ldexp(1.0, -exponent), weights_, rows_,
                                              positiveWeights, options_.intercept);
  means_[j] = std::ldexp(moments.mean, exponent);
  setScale(j, std::ldexp(moments.norm, exponent), std::ldexp(moments.deviation, exponent));
}

double SparseDesign::bytes() const {
  const double value = raw_->floats.empty() ? 8.0 : 4.0;
  return (value + 4.0) * elements() + 4.0 + 28.0 * static_cast<double>(columns_);
}

std::vector<std::size_t> SparseDesign::evenCuts() const {
  const auto& pointers = raw_->columnPointers;
  const std::size_t tasks = worthThreads(stored()) ? 8 * linalg::threadBudget() : 1;
  std::vector<std::size_t> cuts{0};
  for (std::size_t task = 1; task < tasks; ++task) {
    const auto target = static_cast<std::int32_t>(
        static_cast<double>(stored()) * static_cast<double>(task) / static_cast<double>(tasks));
    const auto at = std::lower_bound(pointers.begin(), pointers.end() - 1, target);
    cuts.push_back(static_cast<std::size_t>(at - pointers.begin()));
  }
  cuts.push_back(columns_);
  return cuts;
}

void SparseDesign::multiply(std::span<const double> w, std::span<double> out) const {
  sum(
      columns_, [](std::size_t j) { return j; }, w, out);
}

void SparseDesign::combine(std::span<const std::size_t> index, std::span<const double> w,
                           std::span<double> out) const {
  sum(
      index.size(), [&](std::size_t k) { return index[k]; }, w, out);
}

template <typename ColumnOf>
void SparseDesign::sum(std::size_t count, const ColumnOf& columnOf, std::span<const double> w,
                       std::span<double> out) const {
  std::ranges::fill(out, 0.0);
  double constant = 0.0;
  withValues([&](const auto* values) {
    for (std::size_t k = 0; k < count; ++k) {
      const std::size_t j = columnOf(k);
      const double factor = factorOf(j) * w[k];
      if (factor == 0.0) continue;
      const auto column = columnAt(values, j);
      for (std::size_t e = 0; e < column.count; ++e) out[column.row(e)] += factor * column.value(e);
      constant -= factor * means_[j];
    }
  });
  const double* roots = rowFactors();
  for (std::size_t i = 0; i < rows_; ++i) {
    out[i] += constant;
    if (roots != nullptr) out[i] *= roots[i];
  }
}

void SparseDesign::correlate(std::span<const double> r, std::span<double> out) const {
  correlateMany({r.data(), rows_, 1, rows_}, {out.data(), columns_, 1, columns_});
}

void SparseDesign::correlateMany(ConstMatrix residuals, MutableMatrix out) const {
  correlateColumns([](std::size_t j) { return j; }, evenCuts(), residuals, out);
}

void SparseDesign::correlateSome(std::span<const std::size_t> index, std::span<const double> r,
                                 std::span<double> out) const {
  std::size_t work = 0;
  for (const std::size_t j : index) work += begin(j + 1) - begin(j);
  const std::size_t tasks = worthThreads(work) ? 8 * linalg::threadBudget() : 1;
  std::vector<std::size_t> cuts;
  for (std::size_t task = 0; task <= tasks; ++task) cuts.push_back(index.size() * task / tasks);
  correlateColumns([&](std::size_t k) { return index[k]; }, cuts, {r.data(), rows_, 1, rows_},
                   {out.data(), index.size(), 1, index.size()});
}

template <typename ColumnOf>
void SparseDesign::correlateColumns(const ColumnOf& columnOf, std::span<const std::size_t> cuts,
                                    ConstMatrix residuals, MutableMatrix out) const {
  for (std::size_t first = 0; first < residuals.columns; first += kResiduals) {
    const std::size_t width = std::min(kResiduals, residuals.columns - first);
    const InterleavedResiduals r(residuals, first, width, rowFactors());
    runTasks(cuts.size() - 1, cuts.size() > 2, [&](std::size_t task) {
      withValues([&](const auto* values) {
        for (std::size_t k = cuts[task]; k < cuts[task + 1]; ++k) {
          const std::size_t j = columnOf(k);
          double dots[kResiduals] = {};
          const double factor = factorOf(j);
          if (factor != 0.0) r.dots(columnAt(values, j), factor, dots);
          const double mean = means_[j] * factor;
          for (std::size_t v = 0; v < width; ++v) {
            const double centred = factor == 0.0 ? 0.0 : dots[v] - mean * r.totals()[v];
            out(k, first + v) = centred / static_cast<double>(rows_);
          }
        }
      });
    });
  }
}

void SparseDesign::gather(std::span<const std::size_t> index, MutableMatrix out) const {
  const double one = 1.0;
  for (std::size_t k = 0; k < index.size(); ++k) {
    combine(index.subspan(k, 1), {&one, 1}, {out.column(k), rows_});
  }
}

}  // namespace flipside
