// The design matrix X as a solver sees it: standardised columns with the row weights folded in, so
// that the squared loss is 1/(2n) |y - X w|^2 whatever storage, scaling or weights the caller had.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "linalg/linalg.h"

namespace flipside {

class Design {
 public:
  virtual ~Design() = default;

  virtual std::size_t rows() const = 0;
  virtual std::size_t columns() const = 0;

  /// |x_j|^2 / n for each column: 1 where standardised, 0 where the column is constant.
  virtual std::span<const double> curvature() const = 0;

  /// out = X w
  virtual void multiply(std::span<const double> w, std::span<double> out) const = 0;
  /// out = X' r / n
  virtual void correlate(std::span<const double> r, std::span<double> out) const = 0;
  /// The chosen columns as a dense matrix, out is rows() x index.size().
  virtual void gather(std::span<const std::size_t> index, MutableMatrix out) const = 0;
  /// All columns as a dense view, for penalties that need the design.
  virtual ConstMatrix dense() const = 0;
};

}  // namespace flipside
