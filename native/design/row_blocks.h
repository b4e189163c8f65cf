// The rows of a caller's matrix, some at a time, whatever its layout.
#pragma once

#include <span>
#include <vector>

#include "design/raw_matrix.h"
#include "linalg/matrix.h"

namespace flipside {

class RowBlocks {
 public:
  /// matrix must outlive this.
  explicit RowBlocks(const RawMatrix& matrix);
  /// Rows first, first + 1, ... as the rows of out, which has at least as many columns as the
  /// matrix.
  void read(std::size_t first, MutableMatrix out) const;

 private:
  double value(std::size_t k) const {
    return matrix_.floats.empty() ? matrix_.doubles[k] : static_cast<double>(matrix_.floats[k]);
  }

  const RawMatrix& matrix_;
  // Of compressed columns: where each row begins in entry_, the numbers of its stored values.
  std::vector<std::size_t> start_;
  std::vector<std::int32_t> entry_;
  std::vector<std::int32_t> column_;
};

}  // namespace flipside
