// Fresh memory in large pages.
#pragma once

#include <cstddef>

namespace flipside {

/// Asks for large pages where memory that is about to be written lies: a fresh array has no pages
/// yet, and taking them one by one costs as much time as drawing a mask. A wish only; nothing
/// happens for less than some megabytes, nor on systems other than Linux.
void adviseHugePages(void* memory, std::size_t bytes);

}  // namespace flipside
