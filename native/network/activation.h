// Activations and their slopes, which follow from what the activation gave.
#pragma once

#include <cmath>
#include <cstddef>

#include "network/shape.h"

namespace flipside::network {

/// values <- activation(values).
template <typename Value>
void activate(Activation activation, std::size_t count, Value* values) {
  if (activation == Activation::relu) {
    for (std::size_t i = 0; i < count; ++i) values[i] = values[i] < 0 ? Value{0} : values[i];
  } else if (activation == Activation::tanh) {
    for (std::size_t i = 0; i < count; ++i) values[i] = std::tanh(values[i]);
  }
}

/// delta <- delta activation'(z), a = activation(z); 0 at the kink of relu.
template <typename Value>
void multiplyBySlopes(Activation activation, std::size_t count, const Value* a, Value* delta) {
  if (activation == Activation::relu) {
    for (std::size_t i = 0; i < count; ++i) delta[i] = a[i] > 0 ? delta[i] : Value{0};
  } else if (activation == Activation::tanh) {
    for (std::size_t i = 0; i < count; ++i) delta[i] *= (1 - a[i]) * (1 + a[i]);
  }
}

}  // namespace flipside::network
