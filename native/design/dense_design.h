// Dense storage of the standardised design, and the response that goes with it.
#pragma once

#include <span>
#include <vector>

#include "design/design.h"
#include "design/raw_matrix.h"

namespace flipside {

struct Standardization {
  bool intercept = true;    ///< subtract weighted means: the intercept is never penalised
  bool standardize = true;  ///< divide by the weighted root mean square of the (centred) column
  /// Multiply the rows by the roots of the weights, so that the squared loss needs no weights. A
  /// loss that takes weights itself has them from weights().
  bool fold = true;
};

class DenseDesign final : public Design {
 public:
  /// weights: empty, or rows values >= 0; they are rescaled to sum to rows. Throws BadValue on NaN
  /// or infinity in the matrix, naming row and column.
  DenseDesign(const RawMatrix& raw, std::span<const double> weights, Standardization options,
              const Cancellation* cancel);

  std::size_t rows() const override { return rows_; }
  std::size_t columns() const override { return columns_; }
  std::span<const double> curvature() const override { return curvature_; }
  void multiply(std::span<const double> w, std::span<double> out) const override;
  void correlate(std::span<const double> r, std::span<double> out) const override;
  void gather(std::span<const std::size_t> index, MutableMatrix out) const override;
  ConstMatrix dense() const override { return {values_.data(), rows_, columns_, rows_}; }

  /// Centres y with the same weights and folds them in; returns the mean that was removed. Only
  /// with Standardization::fold.
  double foldResponse(std::span<double> y) const;

  /// The weights with sum rows(); empty without.
  std::span<const double> weights() const { return weights_; }
  std::span<const double> means() const { return means_; }
  std::span<const double> scales() const { return scales_; }

 private:
  void standardizeColumn(double* column, std::size_t j);

  std::size_t rows_;
  std::size_t columns_;
  Standardization options_;
  std::vector<double> weights_;      // empty without weights
  std::vector<double> rootWeights_;  // their roots
  std::vector<double> values_;
  std::vector<double> means_;
  std::vector<double> scales_;
  std::vector<double> curvature_;
};

}  // namespace flipside
