// Dense storage of the standardised design in double precision.
#pragma once

#include <span>
#include <vector>

#include "design/column_memory.h"
#include "design/standardized.h"

namespace flipside {

class DenseDesign final : public StandardizedDesign {
 public:
  /// See makeDesign().
  DenseDesign(const RawMatrix& raw, std::span<const double> weights, Standardization options,
              const Cancellation* cancel);

  void multiply(std::span<const double> w, std::span<double> out) const override;
  void correlate(std::span<const double> r, std::span<double> out) const override;
  void gather(std::span<const std::size_t> index, MutableMatrix out) const override;
  ConstMatrix dense() const override { return {values_.data(), rows_, columns_, rows_}; }

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
  double bytes() const override { return 8.0 * elements(); }

 private:
  template <typename Value>
  void prepareColumn(const Value* x, std::size_t j);
  const double* column(std::size_t j) const { return values_.data() + j * rows_; }

  std::vector<const double*> columnsAt(std::span<const std::size_t> index) const;
  void correlateColumns(std::span<const double* const> columns, ConstMatrix residuals,
                        MutableMatrix out) const;

  ColumnMemory<double> values_;
};

}  // namespace flipside
