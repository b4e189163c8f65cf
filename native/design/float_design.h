// A matrix of single precision as it came, column by column. Columns are centred as they are loaded
// (x - m rounded once, to double), and products of them scaled at the end; sums run in double. So
// each element is as exact as that of a dense design, however far a column lies from 0.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "design/column_memory.h"
#include "design/columns.h"
#include "design/standardized.h"

namespace flipside {

class FloatDesign final : public StandardizedDesign {
 public:
  /// See makeDesign(). raw has floats, not compressed; column by column they are used in place.
  FloatDesign(std::shared_ptr<const RawMatrix> raw, std::span<const double> weights,
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
  double elements() const override {
    return static_cast<double>(rows_) * static_cast<double>(columns_);
  }
  double bytes() const override { return 4.0 * elements(); }

 private:
  class Chosen;

  const float* column(std::size_t j) const { return values_ + j * rows_; }
  /// What a product with the centred column j is multiplied by; 0 for a constant one.
  double factor(std::size_t j) const { return curvature_[j] == 0.0 ? 0.0 : 1.0 / scales_[j]; }
  void correlateColumns(const Chosen& columns, ConstMatrix residuals, MutableMatrix out) const;

  std::shared_ptr<const RawMatrix> raw_;      // where its floats are used in place
  std::optional<ColumnMemory<float>> owned_;  // otherwise
  const float* values_ = nullptr;
};

}  // namespace flipside
