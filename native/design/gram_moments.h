// A regression without its rows: weighted means and centred cross products of (x, y), gathered
// block by block, from which the squared loss can be minimised however many rows there were.
//
// Blocks are merged by the pairwise update of Chan, Golub and LeVeque (1983), "Algorithms for
// computing the sample variance", The American Statistician 37, 242-247:
//   S = S_a + S_b + (W_a W_b / W) d d',  d = mean_b - mean_a.
// Means are kept relative to an origin near the data, so that d has the accuracy of the deviations
// and not of values that may be a million times as large.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "design/raw_matrix.h"
#include "design/standardized.h"
#include "linalg/linalg.h"

namespace flipside {

/// What is gathered. Vectors have columns + 1 entries, that of y last.
struct MomentSums {
  double rows = 0.0;            ///< an integer
  double weight = 0.0;          ///< their sum of weights
  std::vector<double> origin;   ///< what the means are relative to
  std::vector<double> mean;     ///< the weighted means minus the origin
  std::vector<double> scatter;  ///< sum of w (z - mean)(z - mean)', column-major, both triangles
};

class GramMoments {
 public:
  /// Of no rows.
  explicit GramMoments(std::size_t columns);
  /// Of sums that were written down before. Throws BadValue where they cannot be that.
  GramMoments(std::size_t columns, MomentSums sums);
  /// Of a block of rows. weights: empty, or one finite number >= 0 per row. y and weights have
  /// been found finite; throws BadValue for an x that is not, naming row and column, and for
  /// products that overflow.
  GramMoments(const RawMatrix& x, std::span<const double> y, std::span<const double> weights,
              const Cancellation* cancel);

  /// Of the rows of both, in O(columns^2).
  static GramMoments merged(const GramMoments& a, const GramMoments& b);

  std::size_t columns() const { return columns_; }
  const MomentSums& sums() const { return sums_; }
  /// Memory that the sums hold.
  static double bytes(std::size_t columns);

 private:
  /// To the sums of rows that went before.
  void add(const MomentSums& other);

  std::size_t columns_;
  MomentSums sums_;
};

/// The squared loss on the standardised scale, 1/2 (yy - 2 c'w + w'G w). A column without variance
/// has zeros in G and c.
struct StandardizedGram {
  std::vector<double> gram;         ///< G = X'X / n, column-major, both triangles
  std::vector<double> correlation;  ///< c = X'y / n
  double yy = 0.0;                  ///< y'y / n
  double yMean = 0.0;               ///< what was subtracted from y
  std::vector<double> means;
  std::vector<double> scales;
};

/// Weights are rescaled to sum to the number of rows; options.fold does not matter. Throws BadValue
/// when there are no rows (with weight) or numbers overflow.
StandardizedGram standardizedGram(const GramMoments& moments, Standardization options);

/// min(columns, rank) + 1 rows that have the same squared loss as the data, constant included:
/// X'X / n = G, X'y / n = c, y'y / n = yy up to rounding. For solvers that need rows.
struct PseudoRows {
  std::shared_ptr<const StandardizedDesign> design;  ///< neither centred nor scaled again
  std::vector<double> y;
};
PseudoRows pseudoRows(const StandardizedGram& moments, const Cancellation* cancel);

}  // namespace flipside
