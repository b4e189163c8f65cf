#include "design/raw_matrix.h"

#include <algorithm>

namespace flipside {
namespace {

template <typename Value>
void read(const RawMatrix& m, const std::vector<Value>& values, std::size_t j, double* out) {
  switch (m.layout) {
    case RawMatrix::Layout::columnMajor:
      std::copy_n(values.begin() + static_cast<std::ptrdiff_t>(j * m.rows), m.rows, out);
      return;
    case RawMatrix::Layout::rowMajor:
      for (std::size_t i = 0; i < m.rows; ++i) {
        out[i] = static_cast<double>(values[i * m.columns + j]);
      }
      return;
    case RawMatrix::Layout::compressedColumns:
      std::fill_n(out, m.rows, 0.0);
      for (auto k = m.columnPointers[j]; k < m.columnPointers[j + 1]; ++k) {
        const auto at = static_cast<std::size_t>(k);
        out[m.rowIndices[at]] += static_cast<double>(values[at]);
      }
      return;
  }
}

}  // namespace

void RawMatrix::readColumn(std::size_t j, double* out) const {
  if (floats.empty()) {
    read(*this, doubles, j, out);
  } else {
    read(*this, floats, j, out);
  }
}

}  // namespace flipside
