// A function F of x >= 0 as piecewise polynomials of degree 7 for F', between knots that may lie
// anywhere: what a caller's own function becomes. F is the exact integral of the polynomial for F',
// and F'' its exact derivative, so that a solver sees a consistent function.
#pragma once

#include <array>
#include <cstddef>
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
  /// Throws std::domain_error with a sentence for data that are not as CurveData says.
  explicit Curve(CurveData data);

  double value(double x) const;
  /// F'; at 0 the right limit.
  double slope(double x) const;
  double curvature(double x) const;

  const CurveData& data() const { return data_; }

 private:
  static constexpr std::size_t kTerms = 8;
  CurveData data_;
};

}  // namespace flipside
