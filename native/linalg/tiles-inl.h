// The innermost part of multiplyTile (tiles.h) for the kernels of one target: a few rows of c by a
// few vectors of columns, held in registers while the depth of one slice goes by.
#include <cstddef>
#include <cstring>

// NOLINTNEXTLINE: included once per target
#if defined(FLIPSIDE_TILES_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef FLIPSIDE_TILES_INL_H
#undef FLIPSIDE_TILES_INL_H
#else
#define FLIPSIDE_TILES_INL_H
#endif

#include "hwy/cache_control.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace flipside::linalg {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

#if HWY_TARGET == HWY_AVX3
// 24 accumulators of the 32 registers; one load for two multiply-adds, as two a cycle can be had.
constexpr std::size_t kTileRows = 8;
constexpr std::size_t kTileVectors = 3;
#elif HWY_TARGET == HWY_AVX2
// 12 of 16.
constexpr std::size_t kTileRows = 4;
constexpr std::size_t kTileVectors = 3;
#else
constexpr std::size_t kTileRows = 4;
constexpr std::size_t kTileVectors = 2;
#endif

/// So many rows of b are fetched before they are read.
constexpr std::size_t kAhead = 16;

/// One slice of depth of a strip of columns: what the blocks of rows have in common.
template <typename Value>
struct Strip {
  std::size_t depth;
  std::size_t aRow;  ///< strides of a
  std::size_t aColumn;
  const Value* b;
  std::size_t bStride;
  Value* panel;  ///< b again, depth x vectors without gaps, aligned; filled up with zeros
  std::size_t cStride;
  std::size_t last;  ///< columns in the last vector
  bool start;        ///< the sums start at 0, and c is not read
};

/// The first `count` lanes, zeros in the others; nothing beyond is read.
template <class D>
HWY_INLINE hn::Vec<D> loadFirst(D d, const hn::TFromD<D>* from, std::size_t count) {
#if HWY_TARGET == HWY_AVX2 || HWY_TARGET == HWY_AVX3
  return hn::MaskedLoad(hn::FirstN(d, count), d, from);
#else  // there a masked load reads all lanes
  HWY_ALIGN hn::TFromD<D> lanes[hn::MaxLanes(D())] = {};
  std::memcpy(lanes, from, count * sizeof(lanes[0]));
  return hn::Load(d, lanes);
#endif
}

template <class D>
HWY_INLINE void storeFirst(D d, hn::Vec<D> vector, hn::TFromD<D>* to, std::size_t count) {
#if HWY_TARGET == HWY_AVX2 || HWY_TARGET == HWY_AVX3
  hn::BlendedStore(vector, hn::FirstN(d, count), d, to);
#else
  HWY_ALIGN hn::TFromD<D> lanes[hn::MaxLanes(D())];
  hn::Store(vector, d, lanes);
  std::memcpy(to, lanes, count * sizeof(lanes[0]));
#endif
}

/// kRows rows of a and c. kFresh: b is read where it lies and copied into the panel; otherwise it
/// is read from there.
template <class D, std::size_t kRows, std::size_t kVectors, bool kFresh>
HWY_NOINLINE void multiplyBlock(const Strip<hn::TFromD<D>>& strip, const hn::TFromD<D>* a,
                                hn::TFromD<D>* c) {
  using Value = hn::TFromD<D>;
  const D d;
  const std::size_t lanes = hn::Lanes(d);
  const std::size_t last = strip.last;
  const std::size_t depth = strip.depth;
  const std::size_t cStride = strip.cStride;

  hn::Vec<D> sum[kRows][kVectors];
#pragma GCC unroll 8
  for (std::size_t r = 0; r < kRows; ++r) {
#pragma GCC unroll 4
    for (std::size_t v = 0; v < kVectors; ++v) {
      if (strip.start) {
        sum[r][v] = hn::Zero(d);
      } else if (v + 1 < kVectors) {
        sum[r][v] = hn::LoadU(d, c + r * cStride + v * lanes);
      } else {
        sum[r][v] = loadFirst(d, c + r * cStride + v * lanes, last);
      }
    }
  }

  const Value* row[kRows];
#pragma GCC unroll 8
  for (std::size_t r = 0; r < kRows; ++r) row[r] = a + r * strip.aRow;
  const std::size_t aColumn = strip.aColumn;
  const std::size_t bStride = strip.bStride;
  const Value* b = strip.b;
  Value* panel = strip.panel;
  std::size_t at = 0;
  for (std::size_t k = 0; k < depth; ++k) {
    hn::Vec<D> factor[kVectors];
#pragma GCC unroll 4
    for (std::size_t v = 0; v < kVectors; ++v) {
      if constexpr (kFresh) {
        factor[v] =
            v + 1 < kVectors ? hn::LoadU(d, b + v * lanes) : loadFirst(d, b + v * lanes, last);
        hn::Store(factor[v], d, panel + v * lanes);
      } else {
        factor[v] = hn::Load(d, panel + v * lanes);
      }
    }
    panel += kVectors * lanes;
    if constexpr (kFresh) {
      // Rows of b lie too far apart for the prefetchers of the machine.
#pragma GCC unroll 4
      for (std::size_t v = 0; v < kVectors; ++v) hwy::Prefetch(b + kAhead * bStride + v * lanes);
      b += bStride;
    }
#pragma GCC unroll 8
    for (std::size_t r = 0; r < kRows; ++r) {
      const auto x = hn::Set(d, row[r][at]);
#pragma GCC unroll 4
      for (std::size_t v = 0; v < kVectors; ++v) {
        sum[r][v] = hn::MulAdd(x, factor[v], sum[r][v]);
      }
    }
    at += aColumn;
  }

#pragma GCC unroll 8
  for (std::size_t r = 0; r < kRows; ++r) {
#pragma GCC unroll 4
    for (std::size_t v = 0; v < kVectors; ++v) {
      if (v + 1 < kVectors) {
        hn::StoreU(sum[r][v], d, c + r * cStride + v * lanes);
      } else {
        storeFirst(d, sum[r][v], c + r * cStride + v * lanes, last);
      }
    }
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace flipside::linalg
HWY_AFTER_NAMESPACE();

#endif
