// One pass through memory and nothing else: what the rates of kernels are compared with.
#pragma once

#include <cstddef>
#include <cstdint>

namespace flipside {

/// The exclusive or of all elements.
std::uint32_t readMemory(const std::uint32_t* from, std::size_t count);
/// to[i] = value, past the caches.
void writeMemory(std::uint32_t* to, std::size_t count, std::uint32_t value);
/// to[i] = from[i], past the caches; the two do not overlap.
void copyMemory(std::uint32_t* to, const std::uint32_t* from, std::size_t count);

}  // namespace flipside
