// A mask in parts for the threads. Where it is cut depends on its size alone.
#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>

#include "masks/draws.h"

namespace flipside {

/// Elements of a part: of any kind enough to be worth a thread, few enough for the second cache and
/// for a cancellation to be quick. A multiple of 512, of which Bernoulli draws with one alpha are
/// made at once, and of 8, so that no two parts share a byte of packed bits.
inline constexpr std::size_t kMaskPart = std::size_t{1} << 16;

/// body(begin, count) for the parts of [0, total), on the calling thread and idle ones. Of the
/// exceptions that it throws the one of the first part is thrown on.
void forPartsInParallel(std::size_t total, std::size_t part, const MaskControl& control,
                        const std::function<void(std::size_t, std::size_t)>& body);

/// The same without any overhead for one part.
template <typename Body>
void forParts(std::size_t total, const MaskControl& control, const Body& body) {
  if (total > kMaskPart) {
    forPartsInParallel(total, kMaskPart, control, body);
  } else if (total > 0) {
    control.poll();
    body(std::size_t{0}, total);
  }
}

}  // namespace flipside
