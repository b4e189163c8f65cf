// Views of matrices, column-major but for one: what the kernels pass around instead of owning
// containers.
#pragma once

#include <cstddef>

namespace flipside {

/// Read-only column-major view: element (i, j) is data[i + j * stride], stride >= rows.
struct ConstMatrix {
  const double* data = nullptr;
  std::size_t rows = 0;
  std::size_t columns = 0;
  std::size_t stride = 0;

  const double* column(std::size_t j) const { return data + j * stride; }
  double operator()(std::size_t i, std::size_t j) const { return data[i + j * stride]; }
};

/// Writable column-major view.
struct MutableMatrix {
  double* data = nullptr;
  std::size_t rows = 0;
  std::size_t columns = 0;
  std::size_t stride = 0;

  double* column(std::size_t j) const { return data + j * stride; }
  double& operator()(std::size_t i, std::size_t j) const { return data[i + j * stride]; }
  operator ConstMatrix() const { return {data, rows, columns, stride}; }
};

/// Read-only row-major view without gaps between the rows.
template <typename Value>
struct RowMajor {
  const Value* data = nullptr;
  std::size_t rows = 0;
  std::size_t columns = 0;
};

}  // namespace flipside
