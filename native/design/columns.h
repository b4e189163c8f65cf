// Kernels on contiguous columns of single or double precision, computing in double.
//
// Each number is a chain of its own: of a dot product one vector of partial sums runs down a chunk
// of rows, its lanes are added, and the chunks are added in order. So its bits do not depend on the
// columns beside it, on how those are blocked in registers, nor on threads. They do depend on the
// instructions in use (simd/simd.h), by the width of a vector and by fused multiply-adds.
#pragma once

#include <cstddef>
#include <span>

#include "linalg/matrix.h"

namespace flipside {

/// Rows after which the lanes of a sum are added: 10 columns of so many rows fit a cache of 48 KB.
constexpr std::size_t kRowChunk = 512;

/// Columns, by where each of them begins. What is subtracted from each element as it is loaded
/// (one rounding): shifts, of single precision only; columns of doubles are taken as they are.
template <typename Value>
struct ColumnList {
  const Value* const* data = nullptr;
  const double* shifts = nullptr;
  std::size_t count = 0;

  ColumnList from(std::size_t first, std::size_t number) const {
    return {data + first, shifts == nullptr ? nullptr : shifts + first, number};
  }
};

/// out(c, k) += sum over rows [from, from + rows) of (column c - its shift) * vector k. All rows
/// are one chunk: |error| <= (rows / lanes + lanes) u sum |terms|, u = 2^-53, lanes >= 2.
template <typename Value>
void addDots(const ColumnList<Value>& columns, std::span<const double* const> vectors,
             std::size_t from, std::size_t rows, MutableMatrix out);

/// out(c, k) = (column c - its shift)' vector k over all rows, in chunks.
template <typename Value>
void dots(const ColumnList<Value>& columns, std::span<const double* const> vectors,
          std::size_t rows, MutableMatrix out);

/// out_i += sum_c factors_c (column c - its shift)_i for i in [from, from + rows), added in the
/// order of the columns; out is indexed from row 0. Columns with factor 0 may be left out without
/// any change.
template <typename Value>
void addColumns(const ColumnList<Value>& columns, const double* factors, std::size_t from,
                std::size_t rows, double* out);

}  // namespace flipside
