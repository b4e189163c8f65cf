// A function F of x >= 0 as piecewise polynomials of degree 7 for F', between knots that may lie
// anywhere: what a caller's own function becomes. F is the exact integral of the polynomial for F',
// and F'' its exact derivative, so that a solver sees a consistent function.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "penalties/table.h"

namespace flipside {

struct CurveData {
  double atZero = 0.0;
  std::vector<double> knots;         ///< increasing, knots[0] >= 0
  std::vector<double> values;        ///< F at the left end of each cell
  std::vector<double> coefficients;  ///< 8 per cell, of F' in t = (x - left) / width
  HeadLaw head{};                    ///< F' below knots[0] > 0
  double tailDecay = 1.0;            ///< F' ~ x^-tailDecay beyond the last knot
};

class Curve {
 public:
  static constexpr std::size_t kTerms = 8;
  static constexpr std::size_t kMostCells = 100000;

  /// Throws std::domain_error for data that are not as CurveData says: a sentence that begins with
  /// the name of the member.
  explicit Curve(CurveData data);

  /// F; its limit, which may be infinite, at x = infinity.
  double value(double x) const;
  /// F(x) - F(0), without the cancellation of this difference near 0.
  double rise(double x) const;
  /// F', at least 0; the right limit at 0 and at a knot.
  double slope(double x) const;
  /// F''; the right limit at 0 and at a knot.
  double curvature(double x) const;

  /// sup over x > 0 of -F''(x), to 1e-6 relatively and not less, at least 0; infinite where F'
  /// jumps down by more than 1e-6 of it.
  double concavity() const;

  const CurveData& data() const { return data_; }
  std::size_t cells() const { return data_.values.size(); }
  double first() const { return data_.knots.front(); }
  double last() const { return data_.knots.back(); }
  /// F' at a knot from the left, where it may be another one than from the right.
  double slopeAtEnd(std::size_t cell) const;

 private:
  std::size_t cellAt(double x) const;
  const double* terms(std::size_t cell) const { return &data_.coefficients[kTerms * cell]; }
  double fraction(std::size_t cell, double x) const;
  double integral(std::size_t cell, double x) const;
  double headSlope(double x) const;
  double headRise(double x) const;
  double tailRise(double x) const;
  void checkNumbers() const;
  void makeDirectory();

  CurveData data_;
  std::vector<double> inverseWidths_;
  double valueAtLast_ = 0.0;
  double slopeAtLast_ = 0.0;
  double slopeAtZero_ = 0.0;
  /// The positive doubles, cut where the bits above `shift_` change: for each such piece from that
  /// of knots[1] on, the cell of its beginning.
  std::vector<std::uint32_t> directory_;
  std::uint64_t firstPiece_ = 0;
  int shift_ = 52;
};

}  // namespace flipside
