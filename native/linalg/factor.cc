// Factorisations: blocked Cholesky and least squares by QR, both cut so that a cancelled fit leaves
// within one panel.
#include <cblas.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "linalg/lapack.h"
#include "linalg/linalg.h"

namespace flipside::linalg {
namespace {

constexpr std::size_t kBlock = 128;

// The routines of either precision, so that one blocked algorithm serves both.
void factorise(const int* n, double* a, const int* lda, int* info) {
  dpotrf_("L", n, a, lda, info);
}
void factorise(const int* n, float* a, const int* lda, int* info) { spotrf_("L", n, a, lda, info); }

/// b <- b L^-T
void divide(int rows, int columns, const double* lower, int lda, double* b) {
  cblas_dtrsm(CblasColMajor, CblasRight, CblasLower, CblasTrans, CblasNonUnit, rows, columns, 1.0,
              lower, lda, b, lda);
}
void divide(int rows, int columns, const float* lower, int lda, float* b) {
  cblas_strsm(CblasColMajor, CblasRight, CblasLower, CblasTrans, CblasNonUnit, rows, columns, 1.0F,
              lower, lda, b, lda);
}

/// The lower triangle of c -= a a'
void reduceSquare(int columns, int width, const double* a, int lda, double* c) {
  cblas_dsyrk(CblasColMajor, CblasLower, CblasNoTrans, columns, width, -1.0, a, lda, 1.0, c, lda);
}
void reduceSquare(int columns, int width, const float* a, int lda, float* c) {
  cblas_ssyrk(CblasColMajor, CblasLower, CblasNoTrans, columns, width, -1.0F, a, lda, 1.0F, c, lda);
}

/// c -= a b'
void reduce(int rows, int columns, int width, const double* a, const double* b, int lda,
            double* c) {
  cblas_dgemm(CblasColMajor, CblasNoTrans, CblasTrans, rows, columns, width, -1.0, a, lda, b, lda,
              1.0, c, lda);
}
void reduce(int rows, int columns, int width, const float* a, const float* b, int lda, float* c) {
  cblas_sgemm(CblasColMajor, CblasNoTrans, CblasTrans, rows, columns, width, -1.0F, a, lda, b, lda,
              1.0F, c, lda);
}

template <typename Value>
bool unblocked(Value* a, std::size_t n, std::size_t stride) {
  const int size = blasInt(n);
  const int lda = blasInt(stride);
  int info = 0;
  factorise(&size, a, &lda, &info);
  return info == 0;
}

template <typename Value>
bool blocked(Value* a, std::size_t n, std::size_t stride, const Cancellation* cancel) {
  if (n == 0) return true;
  if (n <= 2 * kBlock) return unblocked(a, n, stride);
  const int lda = blasInt(stride);
  const auto at = [&](std::size_t i, std::size_t j) { return a + i + j * stride; };
  std::vector<std::pair<std::size_t, std::size_t>> tiles;
  for (std::size_t k = 0; k < n; k += kBlock) {
    const std::size_t width = std::min(kBlock, n - k);
    const std::size_t next = k + width;
    if (!unblocked(at(k, k), width, stride)) return false;
    const std::size_t panels = (n - next + kBlock - 1) / kBlock;
    parallelFor(
        panels,
        [&](std::size_t panel) {
          const std::size_t i = next + panel * kBlock;
          divide(blasInt(std::min(kBlock, n - i)), blasInt(width), at(k, k), lda, at(i, k));
        },
        cancel);
    tiles.clear();
    for (std::size_t j = next; j < n; j += kBlock) {
      for (std::size_t i = j; i < n; i += kBlock) tiles.emplace_back(i, j);
    }
    parallelFor(
        tiles.size(),
        [&](std::size_t t) {
          const auto [i, j] = tiles[t];
          const int columns = blasInt(std::min(kBlock, n - j));
          if (i == j) {
            reduceSquare(columns, blasInt(width), at(j, k), lda, at(j, j));
          } else {
            reduce(blasInt(std::min(kBlock, n - i)), columns, blasInt(width), at(i, k), at(j, k),
                   lda, at(i, j));
          }
        },
        cancel);
  }
  return true;
}

}  // namespace

bool cholesky(MutableMatrix a, const Cancellation* cancel) {
  return blocked(a.data, a.columns, a.stride, cancel);
}

bool cholesky(std::span<float> a, std::size_t size, const Cancellation* cancel) {
  return blocked(a.data(), size, size, cancel);
}

void choleskySolve(std::span<const float> lower, std::span<double> b) {
  const int n = blasInt(b.size());
  std::vector<float> x(b.begin(), b.end());
  cblas_strsv(CblasColMajor, CblasLower, CblasNoTrans, CblasNonUnit, n, lower.data(), n, x.data(),
              1);
  cblas_strsv(CblasColMajor, CblasLower, CblasTrans, CblasNonUnit, n, lower.data(), n, x.data(), 1);
  std::ranges::copy(x, b.begin());
}

std::size_t pivotedCholesky(MutableMatrix a, std::span<std::size_t> order) {
  const int n = blasInt(a.columns);
  const int lda = blasInt(a.stride);
  const double standard = -1.0;
  std::vector<int> pivots(a.columns);
  std::vector<double> work(2 * a.columns);
  int rank = 0;
  int info = 0;
  dpstrf_("L", &n, a.data, &lda, pivots.data(), &rank, &standard, work.data(), &info);
  for (std::size_t k = 0; k < a.columns; ++k) order[k] = static_cast<std::size_t>(pivots[k]) - 1;
  return static_cast<std::size_t>(rank);
}

void forwardSolve(ConstMatrix lower, MutableMatrix b) {
  cblas_dtrsm(CblasColMajor, CblasLeft, CblasLower, CblasNoTrans, CblasNonUnit,
              blasInt(lower.columns), blasInt(b.columns), 1.0, lower.data, blasInt(lower.stride),
              b.data, blasInt(b.stride));
}

void forwardSolve(std::span<const float> lower, std::size_t size, std::span<float> b) {
  if (b.empty()) return;
  const int n = blasInt(size);
  cblas_strsm(CblasColMajor, CblasLeft, CblasLower, CblasNoTrans, CblasNonUnit, n,
              blasInt(b.size() / size), 1.0F, lower.data(), n, b.data(), n);
}

void backwardSolve(std::span<const float> lower, std::span<float> b) {
  const int n = blasInt(b.size());
  cblas_strsv(CblasColMajor, CblasLower, CblasTrans, CblasNonUnit, n, lower.data(), n, b.data(), 1);
}

void multiplyTransposed(std::span<const float> a, std::span<const float> b, std::size_t rows,
                        std::span<float> c) {
  if (c.empty()) return;
  const int left = blasInt(a.size() / rows);
  const int k = blasInt(rows);
  cblas_sgemm(CblasColMajor, CblasTrans, CblasNoTrans, left, blasInt(b.size() / rows), k, 1.0F,
              a.data(), k, b.data(), k, 0.0F, c.data(), left);
}

void choleskySolve(ConstMatrix lower, std::span<double> b) {
  if (b.empty()) return;
  const int n = blasInt(lower.columns);
  const int lda = blasInt(lower.stride);
  cblas_dtrsv(CblasColMajor, CblasLower, CblasNoTrans, CblasNonUnit, n, lower.data, lda, b.data(),
              1);
  cblas_dtrsv(CblasColMajor, CblasLower, CblasTrans, CblasNonUnit, n, lower.data, lda, b.data(), 1);
}

namespace {

/// Q and R of a (rows >= columns) in place, applied to y panel by panel: y <- Q'y.
void factorAndApply(MutableMatrix a, std::span<double> y, const Cancellation* cancel) {
  constexpr std::size_t panel = 64;
  const int lda = blasInt(a.stride);
  std::vector<double> tau(panel);
  std::vector<double> triangle(panel * panel);
  std::vector<double> work(std::max<std::size_t>(a.columns, panel) * panel);
  const int workSize = blasInt(work.size());
  for (std::size_t k = 0; k < a.columns; k += panel) {
    if (cancel != nullptr) cancel->poll();
    const int rows = blasInt(a.rows - k);
    const int width = blasInt(std::min(panel, a.columns - k));
    const int rest = blasInt(a.columns - k) - width;
    int info = 0;
    dgeqrf_(&rows, &width, &a(k, k), &lda, tau.data(), work.data(), &workSize, &info);
    dlarft_("F", "C", &rows, &width, &a(k, k), &lda, tau.data(), triangle.data(), &width);
    if (rest > 0) {
      dlarfb_("L", "T", "F", "C", &rows, &rest, &width, &a(k, k), &lda, triangle.data(), &width,
              a.column(k + static_cast<std::size_t>(width)) + k, &lda, work.data(), &rest);
    }
    const int one = 1;
    dlarfb_("L", "T", "F", "C", &rows, &one, &width, &a(k, k), &lda, triangle.data(), &width, &y[k],
            &rows, work.data(), &one);
  }
}

/// Minimum-norm solution with column pivoting; needs the original a.
std::size_t pivotedLeastSquares(MutableMatrix a, std::span<const double> y, std::span<double> x) {
  const int m = blasInt(a.rows);
  const int n = blasInt(a.columns);
  const int one = 1;
  const int lda = blasInt(a.stride);
  const int ldb = std::max(m, n);
  const double tolerance = 10.0 * std::numeric_limits<double>::epsilon() * ldb;
  std::vector<double> b(static_cast<std::size_t>(ldb));
  std::copy(y.begin(), y.end(), b.begin());
  std::vector<int> pivots(static_cast<std::size_t>(n));
  int rank = 0;
  int info = 0;
  int workSize = -1;
  double best = 0.0;
  dgelsy_(&m, &n, &one, a.data, &lda, b.data(), &ldb, pivots.data(), &tolerance, &rank, &best,
          &workSize, &info);
  std::vector<double> work(static_cast<std::size_t>(best));
  workSize = blasInt(work.size());
  dgelsy_(&m, &n, &one, a.data, &lda, b.data(), &ldb, pivots.data(), &tolerance, &rank, work.data(),
          &workSize, &info);
  std::copy_n(b.begin(), a.columns, x.begin());
  return static_cast<std::size_t>(rank);
}

}  // namespace

std::size_t leastSquares(MutableMatrix a, std::span<double> y, std::span<double> x,
                         const Cancellation* cancel) {
  if (a.columns == 0) return 0;
  if (a.rows < a.columns) return pivotedLeastSquares(a, y, x);
  std::vector<double> copy(a.rows * a.columns);
  for (std::size_t j = 0; j < a.columns; ++j) {
    std::copy_n(a.column(j), a.rows, &copy[j * a.rows]);
  }
  std::vector<double> rotated(y.begin(), y.end());
  const MutableMatrix factor{copy.data(), a.rows, a.columns, a.rows};
  factorAndApply(factor, rotated, cancel);
  const int n = blasInt(a.columns);
  const int lda = blasInt(factor.stride);
  double rcond = 0.0;
  int info = 0;
  std::vector<double> work(3 * a.columns);
  std::vector<int> integers(a.columns);
  dtrcon_("1", "U", "N", &n, factor.data, &lda, &rcond, work.data(), integers.data(), &info);
  if (!(rcond > 10.0 * std::numeric_limits<double>::epsilon() * static_cast<double>(a.rows))) {
    return pivotedLeastSquares(a, y, x);
  }
  cblas_dtrsv(CblasColMajor, CblasUpper, CblasNoTrans, CblasNonUnit, n, factor.data, lda,
              rotated.data(), 1);
  std::copy_n(rotated.begin(), a.columns, x.begin());
  return a.columns;
}

}  // namespace flipside::linalg
