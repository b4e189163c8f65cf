// Products of columns with columns, tile by tile.
#pragma once

#include <span>

#include "design/columns.h"
#include "linalg/linalg.h"

namespace flipside {

/// out(a, b) = sum_i (left a - its shift)_i weights_i (right b - its shift)_i; empty weights are
/// ones, others multiply the right factor. symmetric: left and right are the same columns; then
/// the lower triangle is computed and mirrored. |error| of an element as of a chunk in addDots(),
/// and one u per term for weights and one for a shift.
template <typename Value>
void columnProducts(const ColumnList<Value>& left, const ColumnList<Value>& right,
                    std::span<const double> weights, std::size_t rows, bool symmetric,
                    MutableMatrix out, const Cancellation* cancel);

}  // namespace flipside
