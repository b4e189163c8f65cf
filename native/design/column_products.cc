#include "design/column_products.h"

#include <algorithm>
#include <type_traits>
#include <utility>
#include <vector>

#include "design/tasks.h"

namespace flipside {
namespace {

constexpr std::size_t kBlock = 96;     // columns whose chunks of rows stay in the second cache
constexpr std::size_t kSmallest = 24;  // below that, memory is slower than arithmetic
constexpr std::size_t kGroup = 4;      // right columns that stay in the first cache

/// A chunk of right columns as doubles: centred and weighted, where they are not used in place.
template <typename Value>
class RightChunk {
 public:
  RightChunk(const ColumnList<Value>& columns, std::span<const double> weights)
      : columns_(columns), weights_(weights) {}

  /// Columns [first, first + count), rows from `from` on: pointers to be indexed from 0.
  std::span<const double* const> take(std::size_t first, std::size_t count, std::size_t from,
                                      std::size_t rows) {
    for (std::size_t k = 0; k < count; ++k) pointers_[k] = column(first + k, from, rows, k);
    return {pointers_, count};
  }

 private:
  const double* column(std::size_t c, std::size_t from, std::size_t rows, std::size_t k) {
    const Value* x = columns_.data[c] + from;
    if constexpr (std::is_same_v<Value, double>) {
      if (weights_.empty()) return x;
    }
    double* to = values_ + k * kRowChunk;
    double shift = 0.0;
    if constexpr (std::is_same_v<Value, float>) shift = columns_.shifts[c];
    for (std::size_t i = 0; i < rows; ++i) to[i] = static_cast<double>(x[i]) - shift;
    if (!weights_.empty()) {
      const double* weight = weights_.data() + from;
      for (std::size_t i = 0; i < rows; ++i) to[i] *= weight[i];
    }
    return to;
  }

  ColumnList<Value> columns_;
  std::span<const double> weights_;
  const double* pointers_[kGroup] = {};
  alignas(64) double values_[kGroup * kRowChunk];
};

/// One tile, left columns [a, a + height) and right columns [b, b + width).
template <typename Value>
void tile(const ColumnList<Value>& left, const ColumnList<Value>& right,
          std::span<const double> weights, std::size_t rows, bool diagonal, MutableMatrix out,
          const Cancellation* cancel) {
  for (std::size_t b = 0; b < right.count; ++b) std::fill_n(out.column(b), left.count, 0.0);
  RightChunk<Value> chunk(right, weights);
  std::vector<const Value*> starts(left.count);
  for (std::size_t from = 0; from < rows; from += kRowChunk) {
    if (cancel != nullptr) cancel->poll();
    const std::size_t height = std::min(kRowChunk, rows - from);
    for (std::size_t a = 0; a < left.count; ++a) starts[a] = left.data[a] + from;
    const ColumnList<Value> here{starts.data(), left.shifts, left.count};
    for (std::size_t b = 0; b < right.count; b += kGroup) {
      const std::size_t width = std::min(kGroup, right.count - b);
      const std::size_t a = diagonal ? b : 0;
      addDots(here.from(a, left.count - a), chunk.take(b, width, from, height), 0, height,
              MutableMatrix{&out(a, b), left.count - a, width, out.stride});
    }
  }
}

/// Columns per tile: as many as the cache takes, fewer where there are not enough tiles for all
/// threads.
std::size_t blockSize(std::size_t left, std::size_t right, bool symmetric) {
  const std::size_t threads = linalg::threadBudget();
  for (std::size_t size = kBlock; size > kSmallest; size -= kSmallest) {
    const std::size_t tiles = parts(left, size) * parts(right, size) / (symmetric ? 2 : 1);
    if (tiles >= 4 * threads) return size;
  }
  return kSmallest;
}

}  // namespace

template <typename Value>
void columnProducts(const ColumnList<Value>& left, const ColumnList<Value>& right,
                    std::span<const double> weights, std::size_t rows, bool symmetric,
                    MutableMatrix out, const Cancellation* cancel) {
  const double work = static_cast<double>(left.count) * static_cast<double>(right.count) *
                      static_cast<double>(rows) / (symmetric ? 2.0 : 1.0);
  const bool threads = work > kProductsForThreads && linalg::threadBudget() > 1;
  const std::size_t size = threads ? blockSize(left.count, right.count, symmetric) : kBlock;
  std::vector<std::pair<std::size_t, std::size_t>> tiles;
  for (std::size_t b = 0; b < right.count; b += size) {
    for (std::size_t a = symmetric ? b : 0; a < left.count; a += size) tiles.emplace_back(a, b);
  }
  runTasks(
      tiles.size(), threads,
      [&](std::size_t t) {
        const auto [a, b] = tiles[t];
        const std::size_t height = std::min(size, left.count - a);
        const std::size_t width = std::min(size, right.count - b);
        tile(left.from(a, height), right.from(b, width), weights, rows, symmetric && a == b,
             {&out(a, b), height, width, out.stride}, cancel);
      },
      cancel);
  if (!symmetric) return;
  for (std::size_t b = 0; b < right.count; ++b) {
    for (std::size_t a = b + 1; a < left.count; ++a) out(b, a) = out(a, b);
  }
}

template void columnProducts(const ColumnList<double>&, const ColumnList<double>&,
                             std::span<const double>, std::size_t, bool, MutableMatrix,
                             const Cancellation*);
template void columnProducts(const ColumnList<float>&, const ColumnList<float>&,
                             std::span<const double>, std::size_t, bool, MutableMatrix,
                             const Cancellation*);

}  // namespace flipside
