#include "design/row_blocks.h"

#include <algorithm>

namespace flipside {

RowBlocks::RowBlocks(const RawMatrix& matrix) : matrix_(matrix) {
  if (matrix.layout != RawMatrix::Layout::compressedColumns) return;
  const std::size_t stored = matrix.rowIndices.size();
  start_.assign(matrix.rows + 1, 0);
  entry_.resize(stored);
  column_.resize(stored);
  const auto end = static_cast<std::size_t>(matrix.columnPointers[matrix.columns]);
  for (std::size_t k = 0; k < end; ++k)
    ++start_[static_cast<std::size_t>(matrix.rowIndices[k]) + 1];
  for (std::size_t i = 0; i < matrix.rows; ++i) start_[i + 1] += start_[i];
  std::vector<std::size_t> next(start_.begin(), start_.end() - 1);
  for (std::size_t j = 0; j < matrix.columns; ++j) {
    for (auto k = matrix.columnPointers[j]; k < matrix.columnPointers[j + 1]; ++k) {
      const auto row = static_cast<std::size_t>(matrix.rowIndices[static_cast<std::size_t>(k)]);
      entry_[next[row]] = k;
      column_[next[row]++] = static_cast<std::int32_t>(j);
    }
  }
}

void RowBlocks::read(std::size_t first, MutableMatrix out) const {
  const std::size_t columns = matrix_.columns;
  switch (matrix_.layout) {
    case RawMatrix::Layout::rowMajor:
      for (std::size_t i = 0; i < out.rows; ++i) {
        const std::size_t begin = (first + i) * columns;
        for (std::size_t j = 0; j < columns; ++j) out(i, j) = value(begin + j);
      }
      return;
    case RawMatrix::Layout::columnMajor:
      for (std::size_t j = 0; j < columns; ++j) {
        const std::size_t begin = j * matrix_.rows + first;
        for (std::size_t i = 0; i < out.rows; ++i) out(i, j) = value(begin + i);
      }
      return;
    case RawMatrix::Layout::compressedColumns:
      for (std::size_t j = 0; j < columns; ++j) std::fill_n(out.column(j), out.rows, 0.0);
      for (std::size_t i = 0; i < out.rows; ++i) {
        for (std::size_t k = start_[first + i]; k < start_[first + i + 1]; ++k) {
          out(i, static_cast<std::size_t>(column_[k])) +=
              value(static_cast<std::size_t>(entry_[k]));
        }
      }
      return;
  }
}

}  // namespace flipside
