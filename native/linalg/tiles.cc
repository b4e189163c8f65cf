#include "linalg/tiles.h"

#include <algorithm>

namespace flipside::linalg {

template <typename Value>
void multiplyTile(const TileShape& shape, StridedMatrix<Value> a, const Value* b,
                  std::size_t bStride, Value* c, std::size_t cStride, bool accumulate) {
  for (std::size_t i = 0; i < shape.rows; ++i) {
    Value* const row = c + i * cStride;
    if (!accumulate) std::fill_n(row, shape.columns, Value{0});
    for (std::size_t k = 0; k < shape.depth; ++k) {
      const Value factor = a.data[i * a.rowStride + k * a.columnStride];
      for (std::size_t j = 0; j < shape.columns; ++j) row[j] += factor * b[k * bStride + j];
    }
  }
}

template void multiplyTile(const TileShape&, StridedMatrix<float>, const float*, std::size_t,
                           float*, std::size_t, bool);
template void multiplyTile(const TileShape&, StridedMatrix<double>, const double*, std::size_t,
                           double*, std::size_t, bool);

}  // namespace flipside::linalg
