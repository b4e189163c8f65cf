#include "design/raw_matrix.h"

#include <algorithm>

namespace flipside {
namespace {

constexpr std::size_t kSide = 8;  // of a block that is transposed: a cache line of doubles

/// A block of kSide x kSide elements; rows of `from` are `stride` apart, columns of `to` `rows`.
template <typename From, typename To>
void transposeBlock(const From* from, std::size_t stride, To* to, std::size_t rows) {
  To block[kSide][kSide];
  for (std::size_t i = 0; i < kSide; ++i) {
    for (std::size_t j = 0; j < kSide; ++j) block[j][i] = static_cast<To>(from[i * stride + j]);
  }
  for (std::size_t j = 0; j < kSide; ++j) std::copy_n(block[j], kSide, to + j * rows);
}

/// Asks for the lines of a block: rows far apart are beyond what the hardware foresees.
template <typename From>
void prefetchBlock(const From* from, std::size_t stride) {
  for (std::size_t i = 0; i < kSide; ++i) __builtin_prefetch(from + i * stride);
}

/// Columns of a matrix row by row.
template <typename From, typename To>
void transpose(const From* from, std::size_t stride, std::size_t rows, std::size_t count, To* to) {
  const std::size_t wholeRows = rows - rows % kSide;
  const std::size_t wholeColumns = count - count % kSide;
  for (std::size_t i = 0; i < wholeRows; i += kSide) {
    for (std::size_t j = 0; j < wholeColumns; j += kSide) {
      const From* block = from + i * stride + j;
      if (i + kSide < wholeRows) prefetchBlock(block + kSide * stride, stride);
      transposeBlock(block, stride, to + j * rows + i, rows);
    }
  }
  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t j = i < wholeRows ? wholeColumns : 0; j < count; ++j) {
      to[j * rows + i] = static_cast<To>(from[i * stride + j]);
    }
  }
}

template <typename From, typename To>
void read(const RawMatrix& m, const std::vector<From>& values, std::size_t first, std::size_t count,
          To* out) {
  switch (m.layout) {
    case RawMatrix::Layout::columnMajor:
      std::copy_n(values.data() + first * m.rows, m.rows * count, out);
      return;
    case RawMatrix::Layout::rowMajor:
      transpose(values.data() + first, m.columns, m.rows, count, out);
      return;
    case RawMatrix::Layout::compressedColumns:
      std::fill_n(out, m.rows * count, To{0});
      for (std::size_t j = first; j < first + count; ++j, out += m.rows) {
        for (auto k = m.columnPointers[j]; k < m.columnPointers[j + 1]; ++k) {
          const auto at = static_cast<std::size_t>(k);
          out[m.rowIndices[at]] += static_cast<To>(values[at]);
        }
      }
      return;
  }
}

}  // namespace

void RawMatrix::readColumns(std::size_t first, std::size_t count, double* out) const {
  if (floats.empty()) {
    read(*this, doubles, first, count, out);
  } else {
    read(*this, floats, first, count, out);
  }
}

void RawMatrix::readColumns(std::size_t first, std::size_t count, float* out) const {
  read(*this, floats, first, count, out);
}

}  // namespace flipside
