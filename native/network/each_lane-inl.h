// The loop of kernels over the weights of a block, for one target (simd/targets.h).
#include <cstddef>
#include <cstring>

// NOLINTNEXTLINE: included once per target
#if defined(FLIPSIDE_NETWORK_EACH_LANE_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef FLIPSIDE_NETWORK_EACH_LANE_INL_H
#undef FLIPSIDE_NETWORK_EACH_LANE_INL_H
#else
#define FLIPSIDE_NETWORK_EACH_LANE_INL_H
#endif

#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace flipside {
namespace network {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// As many elements from `at` on as a vector has.
template <class D>
struct WholeVector {
  using Value = hn::TFromD<D>;
  std::size_t at;
  HWY_INLINE hn::Vec<D> load(const Value* from) const { return hn::LoadU(D(), from + at); }
  HWY_INLINE void store(hn::Vec<D> lanes, Value* to) const { hn::StoreU(lanes, D(), to + at); }
};

/// The last ones; what is no element is loaded as 0.
template <class D>
struct PartOfVector {
  using Value = hn::TFromD<D>;
  std::size_t at;
  std::size_t count;
  HWY_INLINE hn::Vec<D> load(const Value* from) const {
    alignas(64) Value rest[hn::MaxLanes(D())] = {};
    std::memcpy(rest, from + at, sizeof(Value) * count);
    return hn::Load(D(), rest);
  }
  HWY_INLINE void store(hn::Vec<D> lanes, Value* to) const {
    alignas(64) Value rest[hn::MaxLanes(D())];
    hn::Store(lanes, D(), rest);
    std::memcpy(to + at, rest, sizeof(Value) * count);
  }
};

/// body(place) for one vector after the other; place.load(array) and place.store(lanes, array) are
/// its elements.
template <class D, class Body>
HWY_INLINE void eachLane(D d, std::size_t count, const Body& body) {
  const std::size_t width = hn::Lanes(d);
  std::size_t i = 0;
  for (; i + width <= count; i += width) body(WholeVector<D>{i});
  if (i < count) body(PartOfVector<D>{i, count - i});
}

}  // namespace HWY_NAMESPACE
}  // namespace network
}  // namespace flipside
HWY_AFTER_NAMESPACE();

#endif
