// The elementwise product of weights and a mask that exists a few thousand elements at a time.
#pragma once

#include <cstddef>
#include <span>

#include "masks/draws.h"

namespace flipside {

/// How many elements at once: they stay in the first cache until they are used.
inline constexpr std::size_t kMaskStretch = 2048;

/// Throws BadValue with the index of the first value that is not finite; values[0] is element
/// `begin` of the array `name`.
template <typename Value>
void requireFinite(const char* name, std::size_t begin, std::span<const Value> values);

/// out[i] = weights[i] mask[i], rounded once, for the elements of the mask, as many as there are
/// weights. out may be weights, but not overlap them otherwise; of draws' arrays it may be the
/// weights of a penalty. Throws BadValue with the index of the first weight that is not finite, and
/// as MaskSource does; what was written until then stays.
template <typename Value>
void applyMask(const MaskDraws& draws, std::span<const Value> weights, Value* out,
               const MaskControl& control);

}  // namespace flipside
