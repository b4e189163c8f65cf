// What every storage of a standardised design shares: row weights, means and scales of the columns,
// and the response that goes with it.
#pragma once

#include <memory>
#include <span>
#include <utility>
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
  /// A missing value (NaN) counts as the weighted mean of its column, instead of being refused.
  bool imputeMissing = false;
};

class StandardizedDesign : public Design {
 public:
  std::size_t rows() const final { return rows_; }
  std::size_t columns() const final { return columns_; }
  std::span<const double> curvature() const final { return curvature_; }

  const Standardization& standardization() const { return options_; }
  /// The weights with sum rows(); empty without.
  std::span<const double> weights() const { return weights_; }
  /// Of each column of x: a standardised column is (x_j - means_j) / scales_j.
  std::span<const double> means() const { return means_; }
  std::span<const double> scales() const { return scales_; }
  /// Of each column what stands for a missing value; null where those are refused.
  const std::shared_ptr<const std::vector<double>>& imputed() const { return imputed_; }
  void rememberImputed(std::shared_ptr<const std::vector<double>> values) {
    imputed_ = std::move(values);
  }
  /// Memory that the design holds.
  virtual double bytes() const = 0;

  /// Centres y with the same weights and folds them in; returns the mean that was removed. Only
  /// with Standardization::fold.
  double foldResponse(std::span<double> y) const;

 protected:
  /// weights: empty, or rows values >= 0; they are rescaled to sum to rows.
  StandardizedDesign(std::size_t rows, std::size_t columns, std::span<const double> weights,
                     Standardization options);

  /// Sets mean, scale and curvature of column j, whose elements are x; a constant column has
  /// curvature 0. Throws BadValue as makeDesign() does.
  template <typename Value>
  void measureColumn(const Value* x, std::size_t j);
  /// The rest of it: from sqrt(sum_i x_i^2) before weights and centring, and the weighted root mean
  /// square of the centred column.
  void setScale(std::size_t j, double norm, double deviation);
  /// Of row i of a standardised column and of r: the root of its weight, null for ones.
  const double* rowFactors() const {
    return options_.fold && !rootWeights_.empty() ? rootWeights_.data() : nullptr;
  }

  std::size_t rows_;
  std::size_t columns_;
  Standardization options_;
  std::vector<double> weights_;      // empty without weights
  std::vector<double> rootWeights_;  // their roots
  std::vector<double> means_;
  std::vector<double> scales_;
  std::vector<double> curvature_;
  std::shared_ptr<const std::vector<double>> imputed_;
};

/// Throws BadValue for element (i, j) of the caller's matrix.
[[noreturn]] void failNotFinite(std::size_t i, std::size_t j, double value);

/// Weighted mean with one correction pass: accurate to the last digits for columns far from 0.
double weightedMean(std::span<const double> x, std::span<const double> rootWeights);

/// How a design is held.
enum class Storage {
  dense,    ///< standardised columns in double precision, whatever came; every solver can use it
  compact,  ///< as it came: floats stay floats, compressed columns stay compressed
};

/// The design of a matrix, which a compact one goes on using. weights as above. Throws BadValue on
/// missing values (NaN) unless they are imputed, counting them, on an infinity, naming row and
/// column, and for columns that overflow.
std::shared_ptr<const StandardizedDesign> makeDesign(std::shared_ptr<const RawMatrix> raw,
                                                     std::span<const double> weights,
                                                     Standardization options, Storage storage,
                                                     const Cancellation* cancel);

}  // namespace flipside
