// A design in as few rows as its column products need.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "linalg/linalg.h"

namespace flipside::ard {

/// An owned column-major matrix.
struct Dense {
  Dense(std::size_t rows_, std::size_t columns_)
      : data(rows_ * columns_), rows(rows_), columns(columns_) {}
  MutableMatrix view() { return {data.data(), rows, columns, rows}; }
  ConstMatrix view() const { return {data.data(), rows, columns, rows}; }

  std::vector<double> data;
  std::size_t rows;
  std::size_t columns;
};

inline std::span<const double> columnOf(ConstMatrix a, std::size_t j) {
  return {a.column(j), a.rows};
}
inline std::span<double> columnOf(MutableMatrix a, std::size_t j) { return {a.column(j), a.rows}; }

/// R with R'R = X'X and at most min(n, m) rows, graded for R diag(weight) R'. All columns are
/// nonzero; throws std::domain_error when a weight is not finite.
Dense compress(ConstMatrix x, std::span<const double> weight, const Cancellation* cancel = nullptr);

}  // namespace flipside::ard
