// What is done with a stretch of a mask while it is in the first cache.
#pragma once

#include <cstddef>

#include "random/bernoulli.h"

namespace flipside {

/// Index of the first value that is NaN or infinite, or kAllValid.
std::size_t firstNotFinite(const float* values, std::size_t count);
std::size_t firstNotFinite(const double* values, std::size_t count);

/// out[i] = weights[i] mask[i], rounded once; out may be weights or mask. `streaming`: written past
/// the caches, and finishStreaming() (simd/streaming.h) must follow.
void multiplyElements(const float* weights, const float* mask, std::size_t count, float* out,
                      bool streaming = false);
void multiplyElements(const double* weights, const double* mask, std::size_t count, double* out,
                      bool streaming = false);

/// sum_i (weights[i] mask[i]) x[i], where the product in brackets is rounded as above. The order of
/// summation depends on count alone: up to kShortDot terms one after the other in double;
/// otherwise term i goes to partial sum i mod 128 / sizeof(Value) in Value, and these are added as
/// a tree.
inline constexpr std::size_t kShortDot = 32;
float maskedDot(const float* weights, const float* mask, const float* x, std::size_t count);
double maskedDot(const double* weights, const double* mask, const double* x, std::size_t count);

}  // namespace flipside
