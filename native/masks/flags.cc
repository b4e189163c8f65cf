#include "masks/flags.h"

#include <bit>
#include <cstring>

namespace flipside {
namespace {

/// Bit k = byte k, which is 0 or 1.
std::uint8_t gathered(std::uint64_t eight) {
  return static_cast<std::uint8_t>((eight * 0x0102040810204080U) >> 56U);
}

/// Byte k is flags[k], on any machine.
std::uint64_t loaded(const std::uint8_t* flags) {
  std::uint64_t eight = 0;
  if constexpr (std::endian::native == std::endian::little) {
    std::memcpy(&eight, flags, 8);
  } else {
    for (std::size_t k = 0; k < 8; ++k) eight |= std::uint64_t{flags[k]} << (8 * k);
  }
  return eight;
}

}  // namespace

void flagPositive(const float* values, std::size_t count, std::uint8_t* flags) {
  for (std::size_t i = 0; i < count; ++i) flags[i] = values[i] > 0.0F ? 1 : 0;
}

void packBits(const std::uint8_t* flags, std::size_t count, std::uint8_t* bits) {
  std::size_t i = 0;
  for (; i + 8 <= count; i += 8) bits[i / 8] = gathered(loaded(flags + i));
  if (i == count) return;
  std::uint8_t rest[8] = {};
  std::memcpy(rest, flags + i, count - i);
  bits[i / 8] = gathered(loaded(rest));
}

}  // namespace flipside
