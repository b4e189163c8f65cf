// The nonzero weights of a layer, so that a product costs as much as there are of them. The
// products of an output are one chain of fused multiply-adds in the order of its inputs, from 0:
// the bits are those of the dense product (linalg/tiles.h), of which it leaves the zeros out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <new>
#include <vector>

#include "network/activations.h"

namespace flipside::network {

/// Memory that begins with a line of the cache, and is not written before it is used.
template <typename T>
struct LineAllocator {
  using value_type = T;
  static constexpr std::align_val_t kLine{64};

  LineAllocator() = default;
  template <typename U>
  explicit LineAllocator(const LineAllocator<U>&) {}

  T* allocate(std::size_t count) {
    return static_cast<T*>(::operator new(count * sizeof(T), kLine));
  }
  void deallocate(T* memory, std::size_t) { ::operator delete(memory, kLine); }
  template <typename U>
  void construct(U* at) {
    ::new (static_cast<void*>(at)) U;
  }
  template <typename U, typename V>
  void construct(U* at, const V& value) {
    ::new (static_cast<void*>(at)) U(value);
  }
  bool operator==(const LineAllocator&) const { return true; }
};

template <typename T>
using Lines = std::vector<T, LineAllocator<T>>;

/// Sliced ELLPACK (Kreutzer et al. 2014) over outputs sorted by how many weights they have: the
/// weights of 16 outputs ("lanes") of about as many lie side by side, filled up with zeros of input
/// 0 that no product reads. There are at most 16 inputs of those in all.
template <typename Value>
class SlicedLayer {
 public:
  static constexpr std::size_t kLanes = 16;

  /// Compressed sparse rows by output, which must be in order: see Predictor.
  SlicedLayer(std::size_t outputs, const std::vector<Value>& values,
              const std::vector<std::int32_t>& inputIndices,
              const std::vector<std::int32_t>& outputPointers);

  /// out[output] = sum over its inputs, of one row.
  void multiplyRow(const Value* x, Value* out) const;
  /// out[output * stride + row] = relu or not of the sum + biases[output]; in and out are
  /// [unit][row], see activations.h.
  void multiplyUnits(const Value* x, std::size_t stride, const Value* biases, bool relu,
                     Value* out) const;

  double bytes() const;

  /// What the kernels see.
  struct Slice {
    const Value* values;          ///< step * kLanes + lane
    const std::int32_t* indices;  ///< likewise
    const std::int32_t* counts;   ///< of each lane, falling
    const std::int32_t* order;    ///< the output of each lane
    std::size_t lanes;            ///< fewer than kLanes in the last slice
  };

 private:
  Slice slice(std::size_t k) const;

  std::size_t outputs_;
  std::vector<std::int32_t> order_;
  std::vector<std::int32_t> counts_;  ///< of whole slices
  std::vector<std::size_t> starts_;   ///< of each slice in values_ and indices_
  Lines<Value> values_;
  Lines<std::int32_t> indices_;
};

}  // namespace flipside::network
