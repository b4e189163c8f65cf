// A mask as the list of what it keeps.
#pragma once

#include <cstdint>
#include <vector>

#include "masks/draws.h"

namespace flipside {

/// The indices in [0, draws.count) of the draws that are kept, ascending: of a structured mask the
/// units. Not for Gaussian masks. At most 2^32 draws. Throws as sampleMask does.
std::vector<std::uint32_t> sampleKept(const MaskDraws& draws, const MaskControl& control = {});

}  // namespace flipside
