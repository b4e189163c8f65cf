// The smallest eigenpair, which tells a saddle from a minimum and points the way out of it.
#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "linalg/lapack.h"
#include "linalg/linalg.h"

namespace flipside::linalg {
namespace {

constexpr std::size_t kExact = 64;
constexpr std::size_t kSteps = 60;

double exact(MutableMatrix a, std::span<double> eigenvector) {
  const int n = blasInt(a.columns);
  const int lda = blasInt(a.stride);
  const int one = 1;
  const double unused = 0.0;
  const double tolerance = 0.0;
  int found = 0;
  int info = 0;
  std::vector<double> values(a.columns);
  std::vector<double> work(static_cast<std::size_t>(n) * 32);
  const int workSize = blasInt(work.size());
  std::vector<int> integers(5 * a.columns);
  std::vector<int> failed(a.columns);
  dsyevx_("V", "I", "L", &n, a.data, &lda, &unused, &unused, &one, &one, &tolerance, &found,
          values.data(), eigenvector.data(), &n, work.data(), &workSize, integers.data(),
          failed.data(), &info);
  return info == 0 ? values[0] : std::numeric_limits<double>::quiet_NaN();
}

/// Lanczos with full reorthogonalisation (Golub and Van Loan, section 10.1), from a fixed start
/// that no structured eigenvector is orthogonal to.
double lanczos(ConstMatrix a, std::span<double> eigenvector, const Cancellation* cancel) {
  const std::size_t n = a.columns;
  std::vector<double> basis(n * kSteps);
  std::vector<double> diagonal;
  std::vector<double> beside;
  std::vector<double> next(n);
  for (std::size_t i = 0; i < n; ++i)
    next[i] = 1.0 + std::sin(1.0 + static_cast<double>(i * i % 1009));
  double length = norm(next);
  for (std::size_t k = 0; k < kSteps; ++k) {
    if (cancel != nullptr) cancel->poll();
    const std::span<double> v(&basis[k * n], n);
    for (std::size_t i = 0; i < n; ++i) v[i] = next[i] / length;
    multiply(a, v, next);
    diagonal.push_back(dot(v, next));
    for (int pass = 0; pass < 2; ++pass) {
      for (std::size_t j = 0; j <= k; ++j) {
        const std::span<const double> u(&basis[j * n], n);
        axpy(-dot(u, next), u, next);
      }
    }
    length = norm(next);
    if (!(length > 1e-12)) break;  // the basis spans an invariant subspace
    beside.push_back(length);
  }
  const std::size_t size = diagonal.size();
  std::vector<double> small(size * size);
  for (std::size_t k = 0; k < size; ++k) {
    small[k * size + k] = diagonal[k];
    if (k + 1 < size) small[k * size + k + 1] = beside[k];
  }
  std::vector<double> weights(size);
  const double value = exact({small.data(), size, size, size}, weights);
  multiply({basis.data(), n, size, n}, weights, eigenvector);
  return value;
}

}  // namespace

double smallestEigenpair(MutableMatrix a, std::span<double> eigenvector,
                         const Cancellation* cancel) {
  return a.columns <= kExact ? exact(a, eigenvector) : lanczos(a, eigenvector, cancel);
}

}  // namespace flipside::linalg
