// Memory of the trainer: arrays that begin at a cache line, and matrices whose rows do.
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <new>
#include <span>
#include <utility>

#include "simd/huge_pages.h"

namespace flipside::network {

template <typename Value>
class AlignedArray {
 public:
  AlignedArray() = default;
  /// Zeros.
  explicit AlignedArray(std::size_t count) : AlignedArray(uninitialised(count)) {
    std::fill_n(data_.get(), count, Value{0});
  }
  static AlignedArray uninitialised(std::size_t count) {
    AlignedArray array;
    array.data_.reset(static_cast<Value*>(::operator new(count * sizeof(Value), kAlignment)));
    array.size_ = count;
    adviseHugePages(array.data_.get(), count * sizeof(Value));
    return array;
  }

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  /// Null when empty.
  Value* data() { return data_.get(); }
  const Value* data() const { return data_.get(); }
  std::span<const Value> values() const { return {data_.get(), size_}; }

 private:
  static constexpr std::align_val_t kAlignment{64};
  struct Free {
    void operator()(Value* memory) const { ::operator delete(memory, kAlignment); }
  };
  std::unique_ptr<Value[], Free> data_;
  std::size_t size_ = 0;
};

/// Row-major; empty by default.
template <typename Value>
class Rows {
 public:
  Rows() = default;
  Rows(std::size_t rows, std::size_t columns)
      : stride_((columns + kPadding - 1) / kPadding * kPadding), values_(rows * stride_) {}

  std::size_t stride() const { return stride_; }
  Value* row(std::size_t i) { return values_.data() + i * stride_; }
  const Value* row(std::size_t i) const { return values_.data() + i * stride_; }

 private:
  static constexpr std::size_t kPadding = 64 / sizeof(Value);
  std::size_t stride_ = 0;
  AlignedArray<Value> values_;
};

}  // namespace flipside::network
