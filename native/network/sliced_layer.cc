#include "network/sliced_layer.h"

#include <algorithm>
#include <functional>
#include <numeric>
#include <type_traits>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "network/sliced_layer.cc"
#include "simd/targets.h"
// The order matters.
#include "hwy/foreach_target.h"
//
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace flipside {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

template <typename Value>
using SliceOf = typename network::SlicedLayer<Value>::Slice;

/// kChains lanes at once, from `lane` on, each with a chain of its own.
template <std::size_t kChains, typename Value>
HWY_INLINE void chains(const SliceOf<Value>& slice, std::size_t lane, const Value* x, Value* out) {
  constexpr std::size_t kLanes = network::SlicedLayer<Value>::kLanes;
  const hn::CappedTag<Value, 1> d;
  using Sum = hn::Vec<decltype(d)>;
  Sum sums[kChains];
  for (Sum& sum : sums) sum = hn::Zero(d);
  const auto least = static_cast<std::size_t>(slice.counts[lane + kChains - 1]);
  const Value* values = slice.values + lane;
  const std::int32_t* indices = slice.indices + lane;
  for (std::size_t step = 0; step < least; ++step, values += kLanes, indices += kLanes) {
    for (std::size_t c = 0; c < kChains; ++c) {
      sums[c] = hn::MulAdd(hn::LoadU(d, values + c), hn::LoadU(d, x + indices[c]), sums[c]);
    }
  }
  for (std::size_t c = 0; c < kChains; ++c) {
    const auto count = static_cast<std::size_t>(slice.counts[lane + c]);
    for (std::size_t step = least; step < count; ++step) {
      const std::size_t at = step * kLanes + lane + c;
      sums[c] =
          hn::MulAdd(hn::LoadU(d, slice.values + at), hn::LoadU(d, x + slice.indices[at]), sums[c]);
    }
    hn::StoreU(sums[c], d, out + slice.order[lane + c]);
  }
}

template <typename Value>
HWY_INLINE void multiplyRowOf(const SliceOf<Value>& slice, const Value* x, Value* out) {
  std::size_t lane = 0;
  for (; lane + 8 <= slice.lanes; lane += 8) chains<8>(slice, lane, x, out);
  for (; lane < slice.lanes; ++lane) chains<1>(slice, lane, x, out);
}

/// sums += weight times kVectors of rows.
template <std::size_t kVectors, typename Value, class Rows>
HWY_INLINE void addRows(const Value* weight, const std::int32_t* index, const Value* x,
                        std::size_t stride, Rows* sums) {
  const hn::ScalableTag<Value> d;
  const auto factor = hn::Set(d, *weight);
  const Value* const rows = x + static_cast<std::size_t>(*index) * stride;
  for (std::size_t v = 0; v < kVectors; ++v) {
    sums[v] = hn::MulAdd(factor, hn::LoadU(d, rows + v * hn::Lanes(d)), sums[v]);
  }
}

/// kVectors of rows of kOutputs outputs from `lane` on: together so many chains that none waits.
template <std::size_t kOutputs, std::size_t kVectors, typename Value>
HWY_INLINE void outputsOfRows(const SliceOf<Value>& slice, std::size_t lane, const Value* x,
                              std::size_t stride, const Value* biases, bool relu, Value* out) {
  constexpr std::size_t kLanes = network::SlicedLayer<Value>::kLanes;
  const hn::ScalableTag<Value> d;
  using Rows = hn::Vec<decltype(d)>;
  Rows sums[kOutputs][kVectors];
  for (auto& one : sums) {
    for (Rows& sum : one) sum = hn::Zero(d);
  }
  const auto least = static_cast<std::size_t>(slice.counts[lane + kOutputs - 1]);
  const Value* values = slice.values + lane;
  const std::int32_t* indices = slice.indices + lane;
  for (std::size_t step = 0; step < least; ++step, values += kLanes, indices += kLanes) {
    for (std::size_t c = 0; c < kOutputs; ++c) {
      addRows<kVectors>(values + c, indices + c, x, stride, sums[c]);
    }
  }
  const auto zero = hn::Zero(d);
  for (std::size_t c = 0; c < kOutputs; ++c) {
    const auto count = static_cast<std::size_t>(slice.counts[lane + c]);
    for (std::size_t step = least; step < count; ++step) {
      const std::size_t at = step * kLanes + lane + c;
      addRows<kVectors>(slice.values + at, slice.indices + at, x, stride, sums[c]);
    }
    const auto output = static_cast<std::size_t>(slice.order[lane + c]);
    const auto bias = hn::Set(d, biases[output]);
    for (std::size_t v = 0; v < kVectors; ++v) {
      auto z = hn::Add(sums[c][v], bias);
      if (relu) z = hn::IfThenElse(hn::Le(z, zero), zero, z);
      hn::StoreU(z, d, out + output * stride + v * hn::Lanes(d));
    }
  }
}

template <std::size_t kVectors, typename Value>
HWY_INLINE void allOutputsOfRows(const SliceOf<Value>& slice, const Value* x, std::size_t stride,
                                 const Value* biases, bool relu, Value* out) {
  constexpr std::size_t kOutputs = 8 / kVectors;
  std::size_t lane = 0;
  for (; lane + kOutputs <= slice.lanes; lane += kOutputs) {
    outputsOfRows<kOutputs, kVectors>(slice, lane, x, stride, biases, relu, out);
  }
  for (; lane < slice.lanes; ++lane) {
    outputsOfRows<1, kVectors>(slice, lane, x, stride, biases, relu, out);
  }
}

template <typename Value>
HWY_INLINE void multiplyUnitsOf(const SliceOf<Value>& slice, const Value* x, std::size_t stride,
                                const Value* biases, bool relu, Value* out) {
  const hn::ScalableTag<Value> d;
  const std::size_t lanes = hn::Lanes(d);
  std::size_t row = 0;
  for (; row + 8 * lanes <= stride; row += 8 * lanes) {
    allOutputsOfRows<8>(slice, x + row, stride, biases, relu, out + row);
  }
  if (row + 4 * lanes <= stride) {
    allOutputsOfRows<4>(slice, x + row, stride, biases, relu, out + row);
    row += 4 * lanes;
  }
  if (row + 2 * lanes <= stride) {
    allOutputsOfRows<2>(slice, x + row, stride, biases, relu, out + row);
    row += 2 * lanes;
  }
  if (row < stride) allOutputsOfRows<1>(slice, x + row, stride, biases, relu, out + row);
}

// Tables are of plain functions.
void rowFloat(const SliceOf<float>& slice, const float* x, float* out) {
  multiplyRowOf(slice, x, out);
}
void rowDouble(const SliceOf<double>& slice, const double* x, double* out) {
  multiplyRowOf(slice, x, out);
}
void unitsFloat(const SliceOf<float>& slice, const float* x, std::size_t stride,
                const float* biases, bool relu, float* out) {
  multiplyUnitsOf(slice, x, stride, biases, relu, out);
}
void unitsDouble(const SliceOf<double>& slice, const double* x, std::size_t stride,
                 const double* biases, bool relu, double* out) {
  multiplyUnitsOf(slice, x, stride, biases, relu, out);
}

}  // namespace HWY_NAMESPACE
}  // namespace flipside
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace flipside::network {
namespace {

constexpr auto kRowFloat = FLIPSIDE_SIMD_TABLE(rowFloat);
constexpr auto kRowDouble = FLIPSIDE_SIMD_TABLE(rowDouble);
constexpr auto kUnitsFloat = FLIPSIDE_SIMD_TABLE(unitsFloat);
constexpr auto kUnitsDouble = FLIPSIDE_SIMD_TABLE(unitsDouble);

template <typename Value>
constexpr const auto& rowTable() {
  if constexpr (std::is_same_v<Value, float>) {
    return kRowFloat;
  } else {
    return kRowDouble;
  }
}

template <typename Value>
constexpr const auto& unitsTable() {
  if constexpr (std::is_same_v<Value, float>) {
    return kUnitsFloat;
  } else {
    return kUnitsDouble;
  }
}

}  // namespace

template <typename Value>
SlicedLayer<Value>::SlicedLayer(std::size_t outputs, const std::vector<Value>& values,
                                const std::vector<std::int32_t>& inputIndices,
                                const std::vector<std::int32_t>& outputPointers)
    : outputs_(outputs), order_(outputs) {
  const auto countOf = [&](std::int32_t output) {
    const auto o = static_cast<std::size_t>(output);
    return outputPointers[o + 1] - outputPointers[o];
  };
  std::iota(order_.begin(), order_.end(), 0);
  std::ranges::stable_sort(order_, std::greater<>(), countOf);
  const std::size_t slices = (outputs + kLanes - 1) / kLanes;
  counts_.resize(slices * kLanes);
  std::ranges::transform(order_, counts_.begin(), countOf);
  starts_.resize(slices + 1);
  for (std::size_t k = 0; k < slices; ++k) {
    starts_[k + 1] = starts_[k] + kLanes * static_cast<std::size_t>(counts_[k * kLanes]);
  }
  values_.assign(starts_[slices], Value{0});
  indices_.assign(starts_[slices], 0);
  for (std::size_t o = 0; o < outputs; ++o) {
    const auto output = static_cast<std::size_t>(order_[o]);
    const auto from = static_cast<std::size_t>(outputPointers[output]);
    const std::size_t to = starts_[o / kLanes] + o % kLanes;
    for (std::size_t step = 0; step < static_cast<std::size_t>(counts_[o]); ++step) {
      values_[to + step * kLanes] = values[from + step];
      indices_[to + step * kLanes] = inputIndices[from + step];
    }
  }
}

template <typename Value>
typename SlicedLayer<Value>::Slice SlicedLayer<Value>::slice(std::size_t k) const {
  const std::size_t first = k * kLanes;
  return {values_.data() + starts_[k], indices_.data() + starts_[k], counts_.data() + first,
          order_.data() + first, std::min(kLanes, outputs_ - first)};
}

template <typename Value>
void SlicedLayer<Value>::multiplyRow(const Value* x, Value* out) const {
  auto* const kernel = rowTable<Value>().chosen();
  for (std::size_t k = 0; k + 1 < starts_.size(); ++k) kernel(slice(k), x, out);
}

template <typename Value>
void SlicedLayer<Value>::multiplyUnits(const Value* x, std::size_t stride, const Value* biases,
                                       bool relu, Value* out) const {
  auto* const kernel = unitsTable<Value>().chosen();
  for (std::size_t k = 0; k + 1 < starts_.size(); ++k) {
    kernel(slice(k), x, stride, biases, relu, out);
  }
}

template <typename Value>
double SlicedLayer<Value>::bytes() const {
  const auto elements = static_cast<double>(values_.size());
  return elements * (sizeof(Value) + sizeof(std::int32_t)) +
         static_cast<double>(outputs_) * (2 * sizeof(std::int32_t));
}

template class SlicedLayer<float>;
template class SlicedLayer<double>;

}  // namespace flipside::network
#endif
