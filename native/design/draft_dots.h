// Dot products of columns in single precision, chunks of rows in single and their sum in double
// precision. The bits of each number depend, as those of columns.h, on nothing but its own columns
// and the instructions in use.
#pragma once

#include <cstddef>
#include <span>

#include "linalg/matrix.h"

namespace flipside {

/// out(a, b) = left_a' right_b. |error| <= about 40 u sum |terms|, u = 2^-24.
void draftDots(std::span<const float* const> left, std::span<const float* const> right,
               std::size_t rows, MutableMatrix out);

}  // namespace flipside
