// What the methods with a penalty do to a block of weights, in SIMD lanes. Value is float or
// double; arrays may be the same one, but overlap in no other way.
#pragma once

#include <cstddef>

namespace flipside::network {

/// g += scale sign(w) min(slope, cap |w|); slope and cap are not negative, slope 0 where w is.
template <typename Value>
void addSlopes(double scale, double cap, std::size_t count, const Value* w, const Value* slopes,
               Value* g);

/// w <- w / (1 + rate slope / |w|), and 0 where rate is infinite and slope is not 0.
template <typename Value>
void shrink(std::size_t count, const Value* slopes, const Value* rates, Value* w);

/// out = slope / |w|, and atZero where w is 0.
template <typename Value>
void quotients(double atZero, std::size_t count, const Value* w, const Value* slopes, Value* out);

/// out = 1 / (1 + variance).
template <typename Value>
void keepOfVariances(std::size_t count, const Value* variances, Value* out);

/// out = sqrt(variance).
template <typename Value>
void deviations(std::size_t count, const Value* variances, Value* out);

/// out = a b.
template <typename Value>
void multiply(std::size_t count, const Value* a, const Value* b, Value* out);

/// out = 1 / (1 + e^-x).
template <typename Value>
void sigmoids(std::size_t count, const Value* x, Value* out);

}  // namespace flipside::network
