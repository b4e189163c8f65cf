// Matrices kept in single precision, vectors in double: half the memory to read, and what is lost
// is made good by whoever computes the residual anew in double precision.
#pragma once

#include <cstddef>
#include <span>

#include "linalg/matrix.h"

namespace flipside::linalg {

/// y -= scale * x
void subtractScaled(double scale, const float* x, std::span<double> y);
/// sum_i x_i y_i
double dotMixed(const float* x, std::span<const double> y);

}  // namespace flipside::linalg
