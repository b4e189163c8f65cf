// Structured masks: one draw for each row, column or block of a matrix.
#pragma once

#include <cstddef>
#include <vector>

#include "masks/draws.h"

namespace flipside {

/// The draws with the Euclidean norms of their units in place of the weights of their elements,
/// when they have such. `norms` then holds these, and must outlive the result. A norm is finite:
/// larger ones are the largest number; and the same however many threads there are. Throws BadValue
/// for a weight that is not finite.
MaskDraws withUnitNorms(const MaskDraws& draws, std::vector<double>& norms,
                        const MaskControl& control);

/// out[i] = the value of the unit of element begin + i.
template <typename Value>
void expandUnits(const MaskStructure& structure, const Value* units, std::size_t begin,
                 std::size_t count, Value* out);

}  // namespace flipside
