// A mask into the caller's memory, on all threads that are free.
#pragma once

#include <cstdint>
#include <variant>

#include "masks/draws.h"

namespace flipside {

/// Where elements go: each in a number, in a byte that says whether it is kept, or in a bit that
/// does (random/bernoulli.h).
struct PackedBits {
  std::uint8_t* bytes;
};
using MaskOutput = std::variant<float*, double*, std::uint8_t*, PackedBits>;

/// The same bits for any number of threads. Numbers may go where the parameters or weights of the
/// same draws are, when these are of the same type. Throws BadValue naming the parameter and the
/// index of the first that is out of its range, std::domain_error for a shape that is; then what
/// is in out means nothing.
void sampleMask(const MaskDraws& draws, const MaskOutput& out, const MaskControl& control = {});

}  // namespace flipside
