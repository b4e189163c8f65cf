// A few rows with the same squared loss as the data: X = sqrt(n) L', y = sqrt(n) L^-1 c for a
// factor G = L L', and one row more that has 0 in X and in y what no coefficients explain.
#include <cmath>
#include <numeric>

#include "design/gram_moments.h"

namespace flipside {
namespace {

/// L with G = P L L' P', k x rank: of the first rank columns of `factor` the rows in the order of
/// `order`.
struct Factor {
  std::vector<double> lower;
  std::vector<std::size_t> order;
  std::size_t rank = 0;
};

/// Of a matrix with unit diagonal: by Cholesky, or with complete pivoting where it is singular.
Factor factorize(std::vector<double> matrix, std::size_t size, const Cancellation* cancel) {
  Factor factor;
  factor.order.resize(size);
  std::iota(factor.order.begin(), factor.order.end(), std::size_t{0});
  factor.rank = size;
  factor.lower = matrix;
  if (linalg::cholesky({factor.lower.data(), size, size, size}, cancel)) return factor;
  factor.lower = std::move(matrix);
  factor.rank = linalg::pivotedCholesky({factor.lower.data(), size, size, size}, factor.order);
  return factor;
}

}  // namespace

PseudoRows pseudoRows(const StandardizedGram& moments, const Cancellation* cancel) {
  const std::size_t p = moments.correlation.size();
  std::vector<std::size_t> varying;
  for (std::size_t j = 0; j < p; ++j) {
    if (moments.gram[j + j * p] > 0.0) varying.push_back(j);
  }
  const std::size_t size = varying.size();
  std::vector<double> root(size);
  for (std::size_t k = 0; k < size; ++k) {
    root[k] = std::sqrt(moments.gram[varying[k] + varying[k] * p]);
  }
  std::vector<double> scaled(size * size);
  for (std::size_t b = 0; b < size; ++b) {
    for (std::size_t a = 0; a < size; ++a) {
      scaled[a + b * size] = moments.gram[varying[a] + varying[b] * p] / root[a] / root[b];
    }
  }
  const Factor factor = factorize(std::move(scaled), size, cancel);
  const std::size_t rank = factor.rank;
  std::vector<double> part(rank);
  for (std::size_t k = 0; k < rank; ++k) {
    part[k] = moments.correlation[varying[factor.order[k]]] / root[factor.order[k]];
  }
  if (rank > 0)
    linalg::forwardSolve({factor.lower.data(), rank, rank, size}, {part.data(), rank, 1, rank});

  const std::size_t rows = rank + 1;
  const double n = std::sqrt(static_cast<double>(rows));
  PseudoRows out;
  double left = moments.yy;
  for (const double value : part) {
    left -= value * value;
    out.y.push_back(n * value);
  }
  out.y.push_back(n * std::sqrt(std::max(0.0, left)));
  auto raw = std::make_shared<RawMatrix>();
  raw->rows = rows;
  raw->columns = p;
  raw->doubles.resize(rows * p);
  for (std::size_t a = 0; a < size; ++a) {
    const std::size_t variable = factor.order[a];
    double* column = &raw->doubles[varying[variable] * rows];
    for (std::size_t k = 0; k < rank && k <= a; ++k) {
      column[k] = n * root[variable] * factor.lower[a + k * size];
    }
  }
  out.design = makeDesign(raw, {}, {false, false, true}, Storage::dense, cancel);
  return out;
}

}  // namespace flipside
