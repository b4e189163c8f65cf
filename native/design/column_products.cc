#include "design/column_products.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

#include "design/column_moments.h"
#include "design/tasks.h"

namespace flipside {
namespace {

constexpr std::size_t kBlock = 96;     // columns whose chunks of rows stay in the second cache
constexpr std::size_t kSmallest = 24;  // below that, memory is slower than arithmetic
constexpr std::size_t kGroup = 4;      // right columns that stay in the first cache

/// What both factors of a product are multiplied by, so that it does not matter which is left: the
/// roots of the sizes of the weights, with their signs for the right one. Empty without weights.
struct RowRoots {
  explicit RowRoots(std::span<const double> weights) {
    for (const double weight : weights) {
      left.push_back(std::sqrt(std::abs(weight)));
      right.push_back(std::copysign(left.back(), weight));
    }
  }
  std::vector<double> left;
  std::vector<double> right;
};

/// A chunk of rows of some columns, as doubles that are centred and weighted.
class PackedChunk {
 public:
  explicit PackedChunk(std::size_t columns)
      : values_(std::make_unique_for_overwrite<double[]>(columns * kRowChunk)), starts_(columns) {}

  /// factors: one per row, empty for ones. Good until the next call.
  template <typename Value>
  ColumnList<double> take(const ColumnList<Value>& columns, std::span<const double> factors,
                          std::size_t from, std::size_t rows) {
    for (std::size_t c = 0; c < columns.count; ++c) {
      double* to = values_.get() + c * kRowChunk;
      const double shift = columns.shifts == nullptr ? 0.0 : columns.shifts[c];
      standardizeColumn(columns.data[c] + from, shift,
                        factors.empty() ? nullptr : factors.data() + from, 1.0, rows, to);
      starts_[c] = to;
    }
    return {starts_.data(), nullptr, columns.count};
  }
  /// Without weights doubles can stay where they are.
  ColumnList<double> view(const ColumnList<double>& columns, std::size_t from) {
    for (std::size_t c = 0; c < columns.count; ++c) starts_[c] = columns.data[c] + from;
    return {starts_.data(), nullptr, columns.count};
  }

 private:
  std::unique_ptr<double[]> values_;
  std::vector<const double*> starts_;
};

/// One tile of the products.
template <typename Value>
class Tile {
 public:
  Tile(const ColumnList<Value>& left, const ColumnList<Value>& right, const RowRoots& roots,
       bool diagonal, MutableMatrix out)
      : left_(left), right_(right), roots_(roots), diagonal_(diagonal), out_(out) {}

  void compute(std::size_t rows, const Cancellation* cancel) {
    for (std::size_t b = 0; b < right_.count; ++b) std::fill_n(out_.column(b), left_.count, 0.0);
    PackedChunk right(kGroup);
    if (!roots_.left.empty()) {
      PackedChunk left(left_.count);
      forChunks(rows, cancel, [&](std::size_t from, std::size_t height) {
        add(left.take(left_, roots_.left, from, height), right, from, height);
      });
      return;
    }
    std::vector<const Value*> starts(left_.count);
    forChunks(rows, cancel, [&](std::size_t from, std::size_t height) {
      for (std::size_t a = 0; a < left_.count; ++a) starts[a] = left_.data[a] + from;
      add(ColumnList<Value>{starts.data(), left_.shifts, left_.count}, right, from, height);
    });
  }

 private:
  template <typename Body>
  static void forChunks(std::size_t rows, const Cancellation* cancel, const Body& body) {
    for (std::size_t from = 0; from < rows; from += kRowChunk) {
      if (cancel != nullptr) cancel->poll();
      body(from, std::min(kRowChunk, rows - from));
    }
  }

  /// One chunk; left begins at its first row.
  template <typename Left>
  void add(const ColumnList<Left>& left, PackedChunk& packed, std::size_t from,
           std::size_t height) {
    for (std::size_t b = 0; b < right_.count; b += kGroup) {
      const std::size_t width = std::min(kGroup, right_.count - b);
      const ColumnList<double> right = rightChunk(packed, right_.from(b, width), from, height);
      const std::size_t a = diagonal_ ? b : 0;
      addDots(left.from(a, left.count - a), {right.data, width}, 0, height,
              MutableMatrix{&out_(a, b), left.count - a, width, out_.stride});
    }
  }

  ColumnList<double> rightChunk(PackedChunk& packed, const ColumnList<Value>& columns,
                                std::size_t from, std::size_t height) {
    if constexpr (std::is_same_v<Value, double>) {
      if (roots_.right.empty()) return packed.view(columns, from);
    }
    return packed.take(columns, roots_.right, from, height);
  }

  ColumnList<Value> left_;
  ColumnList<Value> right_;
  const RowRoots& roots_;
  bool diagonal_;
  MutableMatrix out_;
};

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
  const RowRoots roots(weights);
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
        Tile(left.from(a, height), right.from(b, width), roots, symmetric && a == b,
             MutableMatrix{&out(a, b), height, width, out.stride})
            .compute(rows, cancel);
      },
      cancel);
  if (symmetric) mirrorLower(out);
}

void mirrorLower(MutableMatrix square) {
  for (std::size_t b = 0; b < square.columns; ++b) {
    for (std::size_t a = b + 1; a < square.rows; ++a) square(b, a) = square(a, b);
  }
}

template void columnProducts(const ColumnList<double>&, const ColumnList<double>&,
                             std::span<const double>, std::size_t, bool, MutableMatrix,
                             const Cancellation*);
template void columnProducts(const ColumnList<float>&, const ColumnList<float>&,
                             std::span<const double>, std::size_t, bool, MutableMatrix,
                             const Cancellation*);

}  // namespace flipside
