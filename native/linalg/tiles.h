// Products of small dense matrices, such as the layers of a network have them, on the calling
// thread. Kernels of our own (Highway): an element of the result is one chain of fused
// multiply-adds over the inner index in order, so that it has the same bits however a matrix is cut
// into tiles, and on every target with fused multiply-add.
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
/// row-major with these strides; c overlaps nothing. Value is float or double. Allocates nothing.
template <typename Value>
void multiplyTile(const TileShape& shape, StridedMatrix<Value> a, const Value* b,
                  std::size_t bStride, Value* c, std::size_t cStride, bool accumulate);

}  // namespace flipside::linalg
