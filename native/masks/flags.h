// Whether elements are kept, a byte or a bit each.
#pragma once

#include <cstddef>
#include <cstdint>

namespace flipside {

/// flags[i] = values[i] > 0.
void flagPositive(const float* values, std::size_t count, std::uint8_t* flags);

/// bits[i / 8] bit i % 8 = flags[i], which are 0 or 1; the rest of the last byte is 0.
void packBits(const std::uint8_t* flags, std::size_t count, std::uint8_t* bits);

}  // namespace flipside
