// lambda = 0.
#pragma once

#include <span>
#include <vector>

#include "design/standardized.h"
#include "solvers/problem.h"

namespace flipside {

/// The minimum-norm least-squares solution by QR.
Solution solveLeastSquares(const Problem& problem);

/// The data as the caller gave them.
struct RawProblem {
  const RawMatrix& x;
  std::span<const double> y;
  std::span<const double> weights;  // empty: all 1
  std::span<const double> offset;   // empty: all 0
  bool intercept;
};

/// Improves least-squares coefficients (on the scale of x) against the caller's own numbers, so
/// that neither the rounding of the standardised columns nor that of the QR is left in them:
/// corrected normal equations (Bjorck 1996, section 6.6.5), the residual and its correlations in
/// extended precision where the platform has it. Leaves them as they are when the columns are too
/// collinear for a Cholesky factor.
void refineLeastSquares(const RawProblem& raw, const StandardizedDesign& design,
                        std::span<double> coefficients, const Cancellation* cancel);

}  // namespace flipside
