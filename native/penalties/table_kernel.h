// The keep probabilities of many weights from a table (table.h), in SIMD lanes.
#pragma once

#include <cstddef>

#include "penalties/mask_kernels.h"

namespace flipside {

/// omega' of a table: the head law to `first`, one stretch, and from there either a slope that
/// falls like 1/w or, with an end, 0.
struct TableSlope {
  double headLimit;  ///< above 0
  double headCoefficient;
  double headExponent;
  double first;
  double last;
  double end;  ///< infinity: the slope has no end
  double lastSlope;
  double lastCurvature;
  double origin;
  double inverseStep;
  std::size_t cells;
  const double* coefficients;  ///< 6 of log omega' for each cell
  std::size_t stride;          ///< from those of one cell to those of the next
};

/// lambda / etaHat = omega'(u) / u at u = w / root.
void tableMask(const MaskElements& elements, double root, const TableSlope& table);

}  // namespace flipside
