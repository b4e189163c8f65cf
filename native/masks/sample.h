// A mask into the caller's memory: parameters in, draws out, cut into chunks for the threads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <variant>

#include "random/continuous.h"
#include "random/masks.h"

namespace flipside {

/// One parameter for all draws, or a pointer to that of each: alpha, sigma or log a by kind.
using MaskParameter = std::variant<double, const float*, const double*>;

/// Where draws go: an element each, or a bit each (random/bernoulli.h).
struct PackedBits {
  std::uint8_t* bytes;
};
using MaskOutput = std::variant<float*, double*, std::uint8_t*, PackedBits>;

struct MaskDraws {
  MaskKind kind = MaskKind::bernoulli;
  Address address{};
  std::uint64_t first = 0;  ///< the number of the first element
  std::size_t count = 0;
  MaskParameter parameter{};
  HardConcreteShape shape{};
};

/// Throws BadValue naming the parameter and the index of the first that is out of its range.
void sampleMask(const MaskDraws& draws, const MaskOutput& out);

}  // namespace flipside
