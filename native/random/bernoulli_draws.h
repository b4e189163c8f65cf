// What the kernels of Bernoulli masks are given. One kernel per way to have alpha, one instance of
// it per format.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <type_traits>

#include "random/address.h"

namespace flipside {

/// The format of packed bits; the others are float, double and std::uint8_t.
struct PackedBit {};

template <typename Format>
using FormatStorage = std::conditional_t<std::is_same_v<Format, PackedBit>, std::uint8_t, Format>;

template <typename AlphaType, typename FormatType>
struct ElementwiseDraws {
  using Alpha = AlphaType;
  using Format = FormatType;
  using Storage = FormatStorage<Format>;

  Address address{};
  std::uint64_t first = 0;
  std::size_t count = 0;
  const Alpha* alpha = nullptr;
  Storage* out = nullptr;
  bool scaled = false;
  bool streaming = false;  ///< out is aligned to kStreamAlignment
};

template <typename FormatType>
struct UniformDraws {
  using Format = FormatType;
  using Storage = FormatStorage<Format>;

  Address address{};
  std::uint64_t first = 0;
  std::size_t count = 0;
  std::uint64_t threshold = 0;  ///< floor(alpha 2^64), alpha < 1
  Storage* out = nullptr;
  Storage kept{};          ///< not for packed bits
  bool streaming = false;  ///< out is aligned to kStreamAlignment
};

inline constexpr std::size_t kStreamAlignment = 64;

/// The elements before the first that is aligned for streaming.
template <typename Value>
std::size_t unalignedHead(const Value* out, std::size_t count) {
  const auto address = reinterpret_cast<std::uintptr_t>(out);
  const std::size_t bytes = (kStreamAlignment - address % kStreamAlignment) % kStreamAlignment;
  return std::min(count, bytes / sizeof(Value));
}

/// 1 / alpha, or 1 if not scaled. Finite even where nothing is kept: a cast that overflows is
/// undefined.
template <typename Value>
Value keptValue(double alpha, bool scaled) {
  if (!scaled || std::is_same_v<Value, std::uint8_t>) return Value{1};
  return static_cast<Value>(
      std::min(1.0 / alpha, static_cast<double>(std::numeric_limits<Value>::max())));
}

}  // namespace flipside
