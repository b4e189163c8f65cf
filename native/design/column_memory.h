// Memory of a design's columns: aligned to cache lines, and not touched before the threads that
// write it.
#pragma once

#include <cstddef>
#include <memory>
#include <new>

#include "simd/huge_pages.h"

namespace flipside {

template <typename Value>
class ColumnMemory {
 public:
  /// Elements without a value yet. Throws std::bad_alloc.
  explicit ColumnMemory(std::size_t count)
      : memory_(static_cast<Value*>(::operator new(count * sizeof(Value), kAlignment))) {
    adviseHugePages(memory_.get(), count * sizeof(Value));
  }

  Value* data() { return memory_.get(); }
  const Value* data() const { return memory_.get(); }

 private:
  static constexpr std::align_val_t kAlignment{64};
  struct Free {
    void operator()(Value* memory) const { ::operator delete(memory, kAlignment); }
  };
  std::unique_ptr<Value, Free> memory_;
};

}  // namespace flipside
