// Writing past the caches, for arrays that are larger than those: no cache line is read before it
// is written, and what the caches hold stays there.
#pragma once

#include <cstddef>

namespace flipside {

/// Copies `count` numbers. finishStreaming() must follow before another thread may read them.
void copyStreaming(const float* from, std::size_t count, float* to);
void copyStreaming(const double* from, std::size_t count, double* to);

void finishStreaming();

}  // namespace flipside
