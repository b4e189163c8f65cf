// Products of columns with columns, tile by tile.
#pragma once

#include <span>

#include "design/columns.h"
#include "linalg/linalg.h"

namespace flipside {

/// out(a, b) = sum_i (left a - its shift)_i weights_i (right b - its shift)_i; empty weights are
/// ones. The same bits whichever of the two is left. symmetric: left and right are the same
/// columns; then the lower triangle is computed and mirrored. |error| of an element as of a chunk
/// in addDots(), and per term four u for weights and two for shifts.
template <typename Value>
void columnProducts(const ColumnList<Value>& left, const ColumnList<Value>& right,
                    std::span<const double> weights, std::size_t rows, bool symmetric,
                    MutableMatrix out, const Cancellation* cancel);

/// The upper triangle becomes the mirror image of the lower one.
void mirrorLower(MutableMatrix square);

}  // namespace flipside
