// Missing values of the caller's matrix: NaN.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "design/raw_matrix.h"
#include "linalg/linalg.h"

namespace flipside {

/// Throws BadValue MISSING_VALUES that counts the NaN of x and names the first by row, then column;
/// returns where there are none.
void requireNoMissing(const RawMatrix& x);

struct Imputed {
  std::shared_ptr<const RawMatrix> x;  ///< the same matrix where nothing was missing
  /// Of each column what stands for a missing value, whether there was one or not.
  std::shared_ptr<const std::vector<double>> values;
};

/// x with each NaN replaced by the weighted mean of what is present of its column, rounded to
/// single precision for floats. weights: empty, or one >= 0 per row, of any sum. Throws BadValue
/// MISSING_VALUES for a column of which nothing with a weight > 0 is present, NOT_FINITE for an
/// infinity, UNSUPPORTED for compressed columns.
Imputed imputeMissing(const std::shared_ptr<const RawMatrix>& x, std::span<const double> weights,
                      const Cancellation* cancel);

/// values[j] in place of each NaN of column j: for rows that had no part in the means, such as
/// those held out of a fold. Not for compressed columns.
void fillMissing(RawMatrix& x, std::span<const double> values);

}  // namespace flipside
