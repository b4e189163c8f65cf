// The design of several outputs per row: I_K (x) X, block diagonal with X in each of K blocks.
// Entry k n + i of a vector of rows is row i of output k, column k p + j is column j in block k.
// Nothing is copied: every operation is one of X, block by block.
//
// It has n K rows, and 1/n of design.h is 1/(n K) here, so that a loss that is a mean over the n
// rows gives residuals -n K dL/dfitted (loss.h).
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "design/standardized.h"

namespace flipside {

class BlockDesign final : public Design {
 public:
  /// outputs >= 1
  BlockDesign(std::shared_ptr<const StandardizedDesign> base, std::size_t outputs);

  const StandardizedDesign& base() const { return *base_; }
  std::size_t outputs() const { return outputs_; }

  std::size_t rows() const override { return outputs_ * base_->rows(); }
  std::size_t columns() const override { return outputs_ * base_->columns(); }
  /// |x_j|^2 / (n K)
  std::span<const double> curvature() const override { return curvature_; }

  void multiply(std::span<const double> w, std::span<double> out) const override;
  void correlate(std::span<const double> r, std::span<double> out) const override;
  void gather(std::span<const std::size_t> index, MutableMatrix out) const override;
  /// Empty: the matrix is never formed.
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
  double elements() const override { return static_cast<double>(outputs_) * base_->elements(); }

 private:
  /// Some columns of this design by blocks: those of the base, and where in the list they were.
  struct Part {
    std::vector<std::size_t> columns;
    std::vector<std::size_t> places;
  };
  std::vector<Part> split(std::span<const std::size_t> index) const;

  std::span<const double> block(std::span<const double> rows, std::size_t k) const {
    return rows.subspan(k * base_->rows(), base_->rows());
  }
  std::span<double> block(std::span<double> rows, std::size_t k) const {
    return rows.subspan(k * base_->rows(), base_->rows());
  }

  std::shared_ptr<const StandardizedDesign> base_;
  std::size_t outputs_;
  double share_;  // 1 / K
  std::vector<double> curvature_;
};

}  // namespace flipside
