// Products of small dense matrices, such as the layers of a network have them, on the calling
// thread. Kernels of our own (Highway): an element of the result is one chain of fused
// multiply-adds over the inner index in order, so that it has the same bits however a matrix is cut
// into tiles, and on every target with fused multiply-add. Only the baseline of x86-64 has none: it
// rounds each product and each sum, and is slow.
#pragma once

#include <cstddef>

namespace flipside::linalg {

/// Element (i, j) is data[i * rowStride + j * columnStride]: a row-major matrix has columnStride 1,
/// its transpose rowStride 1.
template <typename Value>
struct StridedMatrix {
  const Value* data = nullptr;
  std::size_t rowStride = 0;
  std::size_t columnStride = 0;
};

/// The size of a product: c is rows x columns, a rows x depth, b depth x columns.
struct TileShape {
  std::size_t rows = 0;
  std::size_t depth = 0;
  std::size_t columns = 0;
};

/// c = a b, or c += a b with `accumulate` (the chain of each element then starts at c). b and c are
/// row-major with these strides; c overlaps nothing, and what lies between its rows is not written.
/// Value is float or double. The error of an element is at most depth u / (1 - depth u) times the
/// sum of the |a b| (and |c|), u = 2^-24 or 2^-53 the unit roundoff. Allocates nothing; takes 32 KB
/// of the stack for the strip of b in work.
template <typename Value>
void multiplyTile(const TileShape& shape, StridedMatrix<Value> a, const Value* b,
                  std::size_t bStride, Value* c, std::size_t cStride, bool accumulate);

/// c = a b by OpenBLAS, to be compared with; one of the strides of a is 1.
template <typename Value>
void multiplyByBlas(const TileShape& shape, StridedMatrix<Value> a, const Value* b,
                    std::size_t bStride, Value* c, std::size_t cStride);

}  // namespace flipside::linalg
