// A mask as the list of what it keeps.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "masks/draws.h"

namespace flipside {

/// Memory that is written once: a vector would fill it with zeros before.
struct IndexList {
  std::unique_ptr<std::uint32_t[]> indices;
  std::size_t count = 0;
};

/// The indices in [0, draws.count) of the draws that are kept, ascending: of a structured mask the
/// units. Not for Gaussian masks. At most 2^32 draws. Throws as sampleMask does.
IndexList sampleKept(const MaskDraws& draws, const MaskControl& control = {});

}  // namespace flipside
