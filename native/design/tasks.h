// Work on a design, in parts for the threads of the pool.
#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>

#include "linalg/linalg.h"

namespace flipside {

/// Waking a thread costs as much as this many bytes read from memory, or multiply-adds done in the
/// caches, and pays beyond some times that.
constexpr double kBytesForThreads = 4e6;
constexpr double kProductsForThreads = 2e6;

/// body(i) for i < count: on several threads where that pays.
inline void runTasks(std::size_t count, bool threads, const std::function<void(std::size_t)>& body,
                     const Cancellation* cancel = nullptr) {
  if (threads) {
    linalg::parallelFor(count, body, cancel);
    return;
  }
  for (std::size_t i = 0; i < count; ++i) {
    if (cancel != nullptr) cancel->poll();
    body(i);
  }
}

/// Parts of `part` out of `whole`.
inline std::size_t parts(std::size_t whole, std::size_t part) { return (whole + part - 1) / part; }

/// Columns that one task of preparing a design reads: many, as the rows of a matrix row by row are
/// read along, but some tasks for each thread, and whole blocks of the transposition.
inline std::size_t columnsToRead(std::size_t columns) {
  const std::size_t share = parts(columns, 4 * linalg::threadBudget());
  return std::min<std::size_t>(256, parts(share, 8) * 8);
}

}  // namespace flipside
