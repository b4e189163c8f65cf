// Compressed columns used in place. A standardised column is D (v - m 1) / s with the stored values
// v, their mean m and scale s, and the roots D of the row weights; m and s stay beside the matrix:
//   x' r        = (v' D r - m 1' D r) / s
//   x_a' E x_b  = (v_a' D E D v_b - m_b 1' D E D v_a - m_a 1' D E D v_b + m_a m_b 1' D E D 1)
//                 / (s_a s_b)
// The terms are each rounded relative to themselves: where a column's mean is k times its deviation
// the error of a correlation is up to k times, of a product up to k_a k_b times that of a dense
// design. A column with a share q of nonzero entries of one size has k = sqrt(q / (1 - q)).
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "design/sparse_kernels.h"
#include "design/standardized.h"

namespace flipside {

class SparseDesign final : public StandardizedDesign {
 public:
  /// See makeDesign(). raw is compressed, its pointers and indices are checked, and the rows of
  /// each column increase.
  SparseDesign(std::shared_ptr<const RawMatrix> raw, std::span<const double> weights,
               Standardization options, const Cancellation* cancel);

  void multiply(std::span<const double> w, std::span<double> out) const override;
  void correlate(std::span<const double> r, std::span<double> out) const override;
  void gather(std::span<const std::size_t> index, MutableMatrix out) const override;
  ConstMatrix dense() const override { return {}; }

  void combine(std::span<const std::size_t> index, std::span<const double> w,
               std::span<double> out) const override;
  void correlateSome(std::span<const std::size_t> index, std::span<const double> r,
                     std::span<double> out) const override;
  void correlateMany(ConstMatrix residuals, MutableMatrix out) const override;
  void products(std::span<const std::size_t> left, std::span<const std::size_t> right,
                std::span<const double> weights, MutableMatrix out,
                const Cancellation* cancel) const override;
  std::unique_ptr<WeightedGram> weightedGram(std::span<const std::size_t> index,
                                             const RowCurvature& curvature) const override;
  double elements() const override { return static_cast<double>(stored()); }
  double bytes() const override;

  /// The weights of rows in a product, empty for ones, and their sum.
  struct RowWeights {
    std::vector<double> values;
    double total = 0.0;
  };

 private:
  struct Centring;

  std::size_t begin(std::size_t j) const {
    return static_cast<std::size_t>(raw_->columnPointers[j]);
  }
  std::size_t stored() const { return begin(columns_); }
  /// f(values), which are of one of two types.
  template <typename Function>
  void withValues(const Function& f) const {
    if (raw_->floats.empty()) {
      f(raw_->doubles.data());
    } else {
      f(raw_->floats.data());
    }
  }
  template <typename Value>
  SparseColumn<Value> columnAt(const Value* values, std::size_t j) const {
    return {values + begin(j), raw_->rowIndices.data() + begin(j), begin(j + 1) - begin(j)};
  }
  /// 1 / s, or 0 for a constant column.
  double factorOf(std::size_t j) const { return curvature_[j] == 0.0 ? 0.0 : 1.0 / scales_[j]; }

  template <typename Value>
  void measure(const Value* values, std::size_t j, std::size_t positiveWeights);
  /// Where the columns are cut into parts of about the same number of stored values.
  std::vector<std::size_t> evenCuts() const;
  /// out = sum of w_k times column columnOf(k), k < count.
  template <typename ColumnOf>
  void sum(std::size_t count, const ColumnOf& columnOf, std::span<const double> w,
           std::span<double> out) const;
  /// out(k, v) of column columnOf(k) and residual v; a task takes k from one of cuts to the next.
  template <typename ColumnOf>
  void correlateColumns(const ColumnOf& columnOf, std::span<const std::size_t> cuts,
                        ConstMatrix residuals, MutableMatrix out) const;

  template <typename Value>
  void multiplyColumns(const Value* values, std::span<const std::size_t> left,
                       std::span<const std::size_t> right, const RowWeights& weights,
                       MutableMatrix out, const Cancellation* cancel) const;

  std::shared_ptr<const RawMatrix> raw_;
};

}  // namespace flipside
