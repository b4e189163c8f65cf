// A'A and A A' in tiles of a fixed size. Each tile is summed over row (column) chunks in order, so
// the bits do not depend on how many threads took part; cancellation is polled between chunks.
#include <cblas.h>

#include <algorithm>
#include <vector>

#include "linalg/lapack.h"
#include "linalg/linalg.h"

namespace flipside::linalg {
namespace {

constexpr std::size_t kTile = 192;
constexpr std::size_t kChunk = 2048;  // 192 x 192 x 2048: some 3 ms between polls
constexpr std::size_t kParts = 8;     // partial sums of a tall narrow product

void mirror(MutableMatrix c) {
  for (std::size_t j = 0; j < c.columns; ++j) {
    for (std::size_t i = j + 1; i < c.rows; ++i) c(j, i) = c(i, j);
  }
}

/// The operand, seen so that the result is op(A) op(A)': `outer` selects A A', else A'A.
struct Operand {
  ConstMatrix a;
  bool outer;

  std::size_t size() const { return outer ? a.rows : a.columns; }
  std::size_t depth() const { return outer ? a.columns : a.rows; }
  const double* at(std::size_t index, std::size_t k) const {
    return outer ? a.data + index + k * a.stride : a.data + k + index * a.stride;
  }
};

/// One tile of the lower triangle, c = scale * sum over depth [from, to); c is overwritten.
void tile(const Operand& op, std::size_t i, std::size_t rows, std::size_t j, std::size_t columns,
          std::size_t from, std::size_t to, double scale, double* c, std::size_t stride,
          const Cancellation* cancel) {
  const int lda = blasInt(op.a.stride);
  const auto left = op.outer ? CblasNoTrans : CblasTrans;
  const auto right = op.outer ? CblasTrans : CblasNoTrans;
  for (std::size_t k = from; k < to || k == from; k += kChunk) {
    if (cancel != nullptr) cancel->poll();
    const int depth = blasInt(std::min(kChunk, to - k));
    const double keep = k == from ? 0.0 : 1.0;
    if (i == j) {
      cblas_dsyrk(CblasColMajor, CblasLower, left, blasInt(columns), depth, scale, op.at(j, k), lda,
                  keep, c, blasInt(stride));
    } else {
      cblas_dgemm(CblasColMajor, left, right, blasInt(rows), blasInt(columns), depth, scale,
                  op.at(i, k), lda, op.at(j, k), lda, keep, c, blasInt(stride));
    }
  }
}

/// Tall and narrow: one tile, cut over the depth into a fixed number of partial sums.
void narrow(const Operand& op, double scale, MutableMatrix c, const Cancellation* cancel) {
  const std::size_t n = op.size();
  const std::size_t step = (op.depth() + kParts - 1) / kParts;
  std::vector<double> parts(kParts * n * n);
  parallelFor(
      kParts,
      [&](std::size_t part) {
        const std::size_t from = std::min(part * step, op.depth());
        const std::size_t to = std::min(from + step, op.depth());
        if (from < to) tile(op, 0, n, 0, n, from, to, scale, &parts[part * n * n], n, cancel);
      },
      cancel);
  for (std::size_t j = 0; j < n; ++j) {
    for (std::size_t i = j; i < n; ++i) {
      double sum = 0.0;
      for (std::size_t part = 0; part < kParts; ++part) sum += parts[part * n * n + i + j * n];
      c(i, j) = sum;
    }
  }
}

void product(const Operand& op, double scale, MutableMatrix c, const Cancellation* cancel) {
  const std::size_t n = op.size();
  if (n == 0) return;
  if (n <= kTile && op.depth() > 2 * kChunk) {
    narrow(op, scale, c, cancel);
  } else {
    std::vector<std::pair<std::size_t, std::size_t>> tiles;
    for (std::size_t j = 0; j < n; j += kTile) {
      for (std::size_t i = j; i < n; i += kTile) tiles.emplace_back(i, j);
    }
    parallelFor(
        tiles.size(),
        [&](std::size_t t) {
          const auto [i, j] = tiles[t];
          tile(op, i, std::min(kTile, n - i), j, std::min(kTile, n - j), 0, op.depth(), scale,
               &c(i, j), c.stride, cancel);
        },
        cancel);
  }
  mirror(c);
}

}  // namespace

void gram(ConstMatrix a, double scale, MutableMatrix c, const Cancellation* cancel) {
  product({a, false}, scale, c, cancel);
}

void outerGram(ConstMatrix a, double scale, MutableMatrix c, const Cancellation* cancel) {
  product({a, true}, scale, c, cancel);
}

}  // namespace flipside::linalg
