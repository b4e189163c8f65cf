// Views of column-major matrices: what the kernels pass around instead of owning containers.
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

}  // namespace flipside
