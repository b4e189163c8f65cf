// Some rows of a caller's matrix, and its columns one at a time.
#pragma once

#include <cstdint>
#include <span>

#include "design/raw_matrix.h"

namespace flipside {

/// The rows with these numbers, ascending, in the same layout and precision.
RawMatrix selectRows(const RawMatrix& from, std::span<const std::uint32_t> rows);

/// out += factor times column j.
void addColumn(const RawMatrix& matrix, std::size_t j, double factor, std::span<double> out);

}  // namespace flipside
