#include "design/draft_dots.h"

#include <algorithm>
#include <type_traits>

#include "design/columns.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "design/draft_dots.cc"
#include "simd/targets.h"
// The order matters.
#include "hwy/foreach_target.h"
//
#include "design/columns-inl.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace flipside {
namespace HWY_NAMESPACE {

using FloatTag = hn::ScalableTag<float>;
using FloatVector = hn::Vec<FloatTag>;

/// Left and right columns of a tile, whose sums fill the registers.
#if HWY_TARGET == HWY_AVX3
constexpr std::size_t kLeft = 6;
#else
constexpr std::size_t kLeft = 3;
#endif
constexpr std::size_t kRight = 4;

template <std::size_t kL, std::size_t kR>
HWY_INLINE HWY_ATTR void addTile(const float* const* left, const float* const* right,
                                 std::size_t from, std::size_t rows, double* out,
                                 std::size_t stride) {
  const FloatTag tag;
  const std::size_t lanes = hn::Lanes(tag);
  FloatVector sums[kL * kR];
  for (FloatVector& sum : sums) sum = hn::Zero(tag);
  const auto add = [&](auto load) HWY_ATTR {
    FloatVector r[kR];
    for (std::size_t b = 0; b < kR; ++b) r[b] = load(right[b]);
    for (std::size_t a = 0; a < kL; ++a) {
      const FloatVector l = load(left[a]);
      for (std::size_t b = 0; b < kR; ++b) {
        sums[a * kR + b] = hn::MulAdd(l, r[b], sums[a * kR + b]);
      }
    }
  };
  std::size_t i = from;
  const std::size_t end = from + rows;
  for (; i + lanes <= end; i += lanes) {
    add([&](const float* x) HWY_ATTR { return hn::LoadU(tag, x + i); });
  }
  if (i < end) add([&](const float* x) HWY_ATTR { return loadFirst(tag, x + i, end - i); });
  for (std::size_t a = 0; a < kL; ++a) {
    for (std::size_t b = 0; b < kR; ++b) {
      out[a + b * stride] +=
          static_cast<double>(hn::GetLane(hn::SumOfLanes(tag, sums[a * kR + b])));
    }
  }
}

template <std::size_t kR>
HWY_INLINE HWY_ATTR void addColumnsOfTiles(const float* const* left, std::size_t count,
                                           const float* const* right, std::size_t from,
                                           std::size_t rows, double* out, std::size_t stride) {
  std::size_t a = 0;
  for (; a + kLeft <= count; a += kLeft) {
    addTile<kLeft, kR>(left + a, right, from, rows, out + a, stride);
  }
  for (; a < count; ++a) addTile<1, kR>(left + a, right, from, rows, out + a, stride);
}

void addDraftDots(const float* const* left, std::size_t leftCount, const float* const* right,
                  std::size_t rightCount, std::size_t from, std::size_t rows, double* out,
                  std::size_t stride) {
  std::size_t b = 0;
  for (; b + kRight <= rightCount; b += kRight) {
    addColumnsOfTiles<kRight>(left, leftCount, right + b, from, rows, out + b * stride, stride);
  }
  for (; b < rightCount; ++b) {
    addColumnsOfTiles<1>(left, leftCount, right + b, from, rows, out + b * stride, stride);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace flipside
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace flipside {

void draftDots(std::span<const float* const> left, std::span<const float* const> right,
               std::size_t rows, MutableMatrix out) {
  static constexpr auto table = FLIPSIDE_SIMD_TABLE(addDraftDots);
  const auto kernel = table.chosen();
  for (std::size_t b = 0; b < right.size(); ++b) std::fill_n(out.column(b), left.size(), 0.0);
  for (std::size_t from = 0; from < rows; from += kRowChunk) {
    kernel(left.data(), left.size(), right.data(), right.size(), from,
           std::min(kRowChunk, rows - from), out.data, out.stride);
  }
}

}  // namespace flipside
#endif
