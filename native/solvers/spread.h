// The structure of a penalty as solvers see it: one entry per column of their design, on its scale.
#pragma once

#include <cstddef>
#include <span>

#include "solvers/structure.h"

namespace flipside {

/// The structure of x, given on the caller's scale, over several outputs: entry k columns + j is
/// that of column j in output k, bounds times scales (one per entry). Groups: with joint a column,
/// or its group, has one number in all outputs; without, group g of output k is g + k G with G the
/// number of groups.
Structure spread(const Structure& structure, std::size_t columns, std::size_t outputs,
                 std::span<const double> scales);

}  // namespace flipside
