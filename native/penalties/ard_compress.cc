// Cholesky of the correlations X'X / (|x_i| |x_j|), one row of R per step. Columns are eliminated
// in the order of falling weight, skipping those that depend on earlier ones: R diag(weight) R' is
// then graded, and a weight many orders above the others does not drown them in rounding errors.
#include "penalties/ard_compress.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>
#include <stdexcept>

#include "linalg/linalg.h"

namespace flipside::ard {

Dense compress(ConstMatrix x, std::span<const double> weight, const Cancellation* cancel) {
  const std::size_t m = x.columns;
  std::vector<double> scale(m);
  for (std::size_t j = 0; j < m; ++j) {
    // A NaN would also break the ordering below.
    if (!std::isfinite(weight[j])) throw std::domain_error("ard: w and eta must be finite");
    scale[j] = linalg::norm(columnOf(x, j));
  }
  Dense products(m <= x.rows ? m : 0, m);  // X'X, or its columns one by one when it is the larger
  if (products.rows > 0) linalg::gram(x, 1.0, products.view(), cancel);
  std::vector<std::size_t> order(m);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, std::ranges::greater{},
                           [&](std::size_t j) { return std::abs(weight[j]); });
  const std::size_t most = std::min(x.rows, m);
  Dense factor(m, most);  // one column for each row of R
  std::vector<double> left(m, 1.0);
  std::vector<double> row(most);
  constexpr double negligible = 16.0 * std::numeric_limits<double>::epsilon();
  std::size_t rank = 0;
  for (const std::size_t pivot : order) {
    if (rank == most) break;
    if (left[pivot] <= negligible) continue;
    if (cancel != nullptr) cancel->poll();
    const std::span<double> next = columnOf(factor.view(), rank);
    if (products.rows > 0) {
      std::ranges::copy(columnOf(products.view(), pivot), next.begin());
    } else {
      linalg::multiplyTransposed(x, columnOf(x, pivot), next);
    }
    for (std::size_t j = 0; j < m; ++j) next[j] /= scale[pivot] * scale[j];
    if (rank > 0) {
      for (std::size_t k = 0; k < rank; ++k) row[k] = factor.view()(pivot, k);
      const ConstMatrix before{factor.data.data(), m, rank, m};
      linalg::multiply(before, std::span<const double>(row).first(rank), next, -1.0, 1.0);
    }
    const double root = std::sqrt(left[pivot]);
    next[pivot] = left[pivot];
    for (std::size_t j = 0; j < m; ++j) {
      next[j] = left[j] > 0.0 ? next[j] / root : 0.0;
      left[j] -= next[j] * next[j];
    }
    left[pivot] = 0.0;
    ++rank;
  }
  Dense r(rank, m);
  for (std::size_t j = 0; j < m; ++j) {
    for (std::size_t k = 0; k < rank; ++k) r.view()(k, j) = factor.view()(j, k) * scale[j];
  }
  return r;
}

}  // namespace flipside::ard
