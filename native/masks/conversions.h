// Parameters from one precision to another, many at a time.
#pragma once

#include <cstddef>

#include "random/bernoulli.h"

namespace flipside {

/// out[i] = weights[i]; returns the index of the first that is NaN or infinite, or kAllValid.
std::size_t widenFinite(const float* weights, std::size_t count, double* out);
std::size_t widenFinite(const double* weights, std::size_t count, double* out);

/// out[i] = values[i] rounded; of a finite one that is out of range the largest number, since
/// infinity means another mask.
void narrow(const double* values, std::size_t count, float* out);

/// values[i] = its square root.
void takeRoots(double* values, std::size_t count);

}  // namespace flipside
