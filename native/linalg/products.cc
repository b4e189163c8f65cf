// Products of matrices whose tiles the caller shares among the threads.
#include <cblas.h>

#include <type_traits>

#include "linalg/lapack.h"
#include "linalg/linalg.h"
#include "linalg/tiles.h"

namespace flipside::linalg {

void multiplyMatrices(ConstMatrix aTransposed, ConstMatrix b, MutableMatrix c) {
  cblas_dgemm(CblasColMajor, CblasTrans, CblasNoTrans, blasInt(aTransposed.columns),
              blasInt(b.columns), blasInt(b.rows), 1.0, aTransposed.data,
              blasInt(aTransposed.stride), b.data, blasInt(b.stride), 0.0, c.data,
              blasInt(c.stride));
}

template <typename Value>
void multiplyRows(RowMajor<Value> a, RowMajor<Value> b, Value* c, Value keep) {
  // Read column by column, a row-major matrix is its transpose: c' = B' A'.
  const int width = blasInt(b.columns);
  const int rows = blasInt(a.rows);
  const int depth = blasInt(b.rows);
  if constexpr (std::is_same_v<Value, float>) {
    cblas_sgemm(CblasColMajor, CblasNoTrans, CblasNoTrans, width, rows, depth, 1.0F, b.data, width,
                a.data, depth, keep, c, width);
  } else {
    cblas_dgemm(CblasColMajor, CblasNoTrans, CblasNoTrans, width, rows, depth, 1.0, b.data, width,
                a.data, depth, keep, c, width);
  }
}

template <typename Value>
void multiplyByBlas(const TileShape& shape, StridedMatrix<Value> a, const Value* b,
                    std::size_t bStride, Value* c, std::size_t cStride) {
  const CBLAS_TRANSPOSE transposed = a.columnStride == 1 ? CblasNoTrans : CblasTrans;
  const int aStride = blasInt(a.columnStride == 1 ? a.rowStride : a.columnStride);
  const int rows = blasInt(shape.rows);
  const int columns = blasInt(shape.columns);
  const int depth = blasInt(shape.depth);
  if constexpr (std::is_same_v<Value, float>) {
    cblas_sgemm(CblasRowMajor, transposed, CblasNoTrans, rows, columns, depth, 1.0F, a.data,
                aStride, b, blasInt(bStride), 0.0F, c, blasInt(cStride));
  } else {
    cblas_dgemm(CblasRowMajor, transposed, CblasNoTrans, rows, columns, depth, 1.0, a.data, aStride,
                b, blasInt(bStride), 0.0, c, blasInt(cStride));
  }
}

template void multiplyByBlas(const TileShape&, StridedMatrix<float>, const float*, std::size_t,
                             float*, std::size_t);
template void multiplyByBlas(const TileShape&, StridedMatrix<double>, const double*, std::size_t,
                             double*, std::size_t);
template void multiplyRows(RowMajor<float>, RowMajor<float>, float*, float);
template void multiplyRows(RowMajor<double>, RowMajor<double>, double*, double);

}  // namespace flipside::linalg
