// What noise of the outputs adds to the way of a row through a layer and back, in SIMD lanes. Value
// is float or double; arrays do not overlap.
#pragma once

#include <cstddef>

namespace flipside::network {

/// out = a^2.
template <typename Value>
void squareAll(std::size_t count, const Value* a, Value* out);

/// In: spreads = v, z the mean. Out: spreads = sqrt(v + least), z + spread normal.
template <typename Value>
void spreadOutputs(std::size_t count, double least, const Value* normals, Value* spreads, Value* z);

/// In: spreads = sqrt(v), deltas = dJ/dz. Out: spreads = dJ/dv = delta normal / (2 spread).
template <typename Value>
void spreadSlopes(std::size_t count, const Value* deltas, const Value* normals, Value* spreads);

/// deltas += 2 a slope, the slope that of the squares of a.
template <typename Value>
void addSquareSlopes(std::size_t count, const Value* a, const Value* slopes, Value* deltas);

}  // namespace flipside::network
