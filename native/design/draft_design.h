// A dense design for fits that need few digits, such as those of the folds of a cross-validation:
// columns are standardised in double precision and kept in single, and their products with each
// other and with residuals are computed in single precision, in half the time. A gradient is exact
// to about kDraftError sqrt(|x_j|^2 / n |r|^2 / n).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "design/column_memory.h"
#include "design/standardized.h"

namespace flipside {

/// 64 roundings to single precision.
inline constexpr double kDraftError = 64.0 * 0x1p-24;

class DraftDesign final : public StandardizedDesign {
 public:
  /// See makeDesign(). Of the rows chosen of raw, with a weight for each of them. raw is dense and
  /// has no missing values; the squares of its standardised columns are in the range of single
  /// precision.
  DraftDesign(const RawMatrix& raw, std::span<const std::uint32_t> chosen,
              std::span<const double> weights, Standardization options, const Cancellation* cancel);

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
  const float* column(std::size_t j) const { return values_.data() + j * rows_; }
  std::vector<const float*> columnsAt(std::span<const std::size_t> index) const;
  void correlateColumns(std::span<const float* const> columns, ConstMatrix residuals,
                        MutableMatrix out) const;

  ColumnMemory<float> values_;
  std::vector<double> zeros_;  // shifts of columns that are centred already
};

}  // namespace flipside
