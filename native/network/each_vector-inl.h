// The loop of the kernels that go over a block of weights, for one target (simd/targets.h).
#include <cstddef>
#include <cstring>

// NOLINTNEXTLINE: included once per target
#if defined(FLIPSIDE_EACH_VECTOR_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef FLIPSIDE_EACH_VECTOR_INL_H
#undef FLIPSIDE_EACH_VECTOR_INL_H
#else
#define FLIPSIDE_EACH_VECTOR_INL_H
#endif

#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace flipside {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// A place in the arrays of a loop where all lanes of a vector are elements.
template <class D>
struct WholeVector {
  using Value = hn::TFromD<D>;
  D d;
  std::size_t first;

  HWY_INLINE hn::Vec<D> load(const Value* from) const { return hn::LoadU(d, from + first); }
  HWY_INLINE void store(hn::Vec<D> value, Value* to) const { hn::StoreU(value, d, to + first); }
};

/// And the last one, with fewer; the other lanes are loaded as 0.
template <class D>
struct PartVector {
  using Value = hn::TFromD<D>;
  D d;
  std::size_t first;
  std::size_t count;

  HWY_INLINE hn::Vec<D> load(const Value* from) const {
    alignas(64) Value lanes[hn::MaxLanes(D())] = {};
    std::memcpy(lanes, from + first, sizeof(Value) * count);
    return hn::Load(d, lanes);
  }
  HWY_INLINE void store(hn::Vec<D> value, Value* to) const {
    alignas(64) Value lanes[hn::MaxLanes(D())];
    hn::Store(value, d, lanes);
    std::memcpy(to + first, lanes, sizeof(Value) * count);
  }
};

/// body(place) for all elements, place being one of the above.
template <class D, class Body>
HWY_INLINE void eachVector(D d, std::size_t count, const Body& body) {
  const std::size_t width = hn::Lanes(d);
  std::size_t i = 0;
  for (; i + width <= count; i += width) body(WholeVector<D>{d, i});
  if (i < count) body(PartVector<D>{d, i, count - i});
}

/// The smaller of x and limit, and the larger, but NaN of NaN on every target.
template <class D>
HWY_INLINE hn::Vec<D> atMost(D d, hn::Vec<D> x, hn::TFromD<D> limit) {
  const auto most = hn::Set(d, limit);
  return hn::IfThenElse(hn::Gt(x, most), most, x);
}
template <class D>
HWY_INLINE hn::Vec<D> atLeast(D d, hn::Vec<D> x, hn::TFromD<D> limit) {
  const auto least = hn::Set(d, limit);
  return hn::IfThenElse(hn::Lt(x, least), least, x);
}

}  // namespace HWY_NAMESPACE
}  // namespace flipside
HWY_AFTER_NAMESPACE();

#endif
