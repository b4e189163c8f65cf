// Bernoulli masks: which elements are kept. The definition is in address.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>

#include "random/address.h"

namespace flipside {

/// What a kernel returns when all its parameters are what they must be.
inline constexpr std::size_t kAllValid = std::numeric_limits<std::size_t>::max();

/// How the elements of a mask are stored. `streaming`: written past the caches, for arrays that are
/// larger than those.
template <typename Value>
struct MaskValues {
  Value* values;
  bool streaming = false;
};

/// bits[i / 8] bit i % 8 = element first + i is kept, i < count; the rest of the last byte is 0.
/// alpha in [0, 1].
void sampleBits(const Address& address, std::uint64_t first, std::size_t count, double alpha,
                std::uint8_t* bits);
/// The same with a keep probability for each element; returns the index of the first that is not in
/// [0, 1], or kAllValid. With one that is not, what is in bits means nothing.
std::size_t sampleBits(const Address& address, std::uint64_t first, std::size_t count,
                       const float* alpha, std::uint8_t* bits);
std::size_t sampleBits(const Address& address, std::uint64_t first, std::size_t count,
                       const double* alpha, std::uint8_t* bits);

/// out[i] = kept ? (scaled ? 1 / alpha : 1) : 0, for Value float, double or uint8_t (never scaled).
/// 1 / alpha is rounded to Value, a double alpha's to double before; it does not overflow, as no
/// element with alpha < 2^-64 is kept.
template <typename Value>
void sampleBernoulli(const Address& address, std::uint64_t first, std::size_t count, double alpha,
                     bool scaled, MaskValues<Value> out);
template <typename Value, typename Alpha>
std::size_t sampleBernoulli(const Address& address, std::uint64_t first, std::size_t count,
                            const Alpha* alpha, bool scaled, MaskValues<Value> out);

}  // namespace flipside
