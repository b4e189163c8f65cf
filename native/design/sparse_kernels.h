// Kernels on one compressed column: plain loops, bound by the gathering of single elements. Without
// vectors and fused multiply-adds they give the same bits on every machine.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "linalg/matrix.h"

namespace flipside {

/// The stored values of a column and their rows.
template <typename Value>
struct SparseColumn {
  const Value* values = nullptr;
  const std::int32_t* rows = nullptr;
  std::size_t count = 0;

  double value(std::size_t k) const { return static_cast<double>(values[k]); }
  std::size_t row(std::size_t k) const { return static_cast<std::size_t>(rows[k]); }
};

struct SparseMoments {
  double mean = 0.0;       ///< weighted; 0 where the column is not centred
  double norm = 0.0;       ///< root of the sum of squares, without weights and mean
  double deviation = 0.0;  ///< weighted root mean square after centring
};

/// Moments of unit * column over all rows. weights: empty or with sum rows, positiveWeights of them
/// not 0.
template <typename Value>
SparseMoments sparseMoments(const SparseColumn<Value>& column, double unit,
                            std::span<const double> weights, std::size_t rows,
                            std::size_t positiveWeights, bool centre);

/// Residuals that go through a column together.
constexpr std::size_t kResiduals = 8;

/// Some of the columns of a matrix, row by row and multiplied by the factors of the rows.
class InterleavedResiduals {
 public:
  /// factors: null for ones. 1 <= count <= kResiduals.
  InterleavedResiduals(ConstMatrix residuals, std::size_t first, std::size_t count,
                       const double* factors);

  /// out_v = sum of factor * column times residual v, over four chains of entries. out has room
  /// for kResiduals.
  template <typename Value>
  void dots(const SparseColumn<Value>& column, double factor, double* out) const;
  /// The sum of each residual.
  const double* totals() const { return totals_; }

 private:
  std::size_t width_;  // 1, 2, 4 or 8
  std::vector<double> values_;
  double totals_[kResiduals] = {};
};

}  // namespace flipside
