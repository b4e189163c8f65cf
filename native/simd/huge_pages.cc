#include "simd/huge_pages.h"

#if defined(__linux__)
#include <sys/mman.h>

#include <cstdint>
#endif

namespace flipside {

#if defined(__linux__)
void adviseHugePages(void* memory, std::size_t bytes) {
  constexpr std::uintptr_t page = std::uintptr_t{2} << 20;
  constexpr std::size_t smallest = 2 * page;
  if (bytes < smallest) return;
  const auto address = reinterpret_cast<std::uintptr_t>(memory);
  const std::uintptr_t from = (address + page - 1) / page * page;
  const std::uintptr_t to = (address + bytes) / page * page;
  if (from < to) madvise(reinterpret_cast<void*>(from), to - from, MADV_HUGEPAGE);
}
#else
void adviseHugePages(void*, std::size_t) {}
#endif

}  // namespace flipside
