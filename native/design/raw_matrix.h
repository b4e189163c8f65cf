// The caller's matrix as it crossed the boundary: an owned copy of its bytes and how to read them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "design/bad_value.h"

namespace flipside {

struct RawMatrix {
  enum class Layout { rowMajor, columnMajor, compressedColumns };

  Layout layout = Layout::columnMajor;
  std::size_t rows = 0;
  std::size_t columns = 0;
  std::vector<double> doubles;  ///< the elements, or for compressed columns the stored values
  std::vector<float> floats;    ///< used instead of doubles when the caller's array is Float32Array
  std::vector<std::int32_t> rowIndices;  ///< compressed columns only, checked before they get here
  std::vector<std::int32_t> columnPointers;  ///< compressed columns only, columns + 1 of them

  /// Copies column j into out (rows entries).
  void readColumn(std::size_t j, double* out) const { readColumns(j, 1, out); }
  /// Copies columns [first, first + count) into out, one after the other. Of a matrix row by row
  /// some dozens at once are much faster than one by one.
  void readColumns(std::size_t first, std::size_t count, double* out) const;
  /// The same for a dense matrix of single precision, as it is.
  void readColumns(std::size_t first, std::size_t count, float* out) const;
};

}  // namespace flipside
