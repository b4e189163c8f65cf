// Activations and their slopes, which follow from what the activation gave.
#pragma once

#include <cstddef>

#include "network/shape.h"

namespace flipside::network {

/// values <- activation(values); NaN stays NaN. The error of tanh is at most 4 units in the last
/// place, and its bits are the same on all targets (simd/targets.h).
template <typename Value>
void activate(Activation activation, std::size_t count, Value* values);

/// delta <- delta activation'(z), a = activation(z); 0 at the kink of relu.
template <typename Value>
void multiplyBySlopes(Activation activation, std::size_t count, const Value* a, Value* delta);

}  // namespace flipside::network
