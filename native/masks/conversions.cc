#include "masks/conversions.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "masks/conversions.cc"
#include "simd/targets.h"
// The order matters.
#include "hwy/foreach_target.h"
//
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace flipside {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using DoubleLanes = hn::ScalableTag<double>;
using FloatLanes = hn::Rebind<float, DoubleLanes>;

/// body(done) for whole vectors of doubles; returns where the rest begins.
template <typename Body>
HWY_INLINE std::size_t eachVector(std::size_t count, const Body& body) {
  const std::size_t width = hn::Lanes(DoubleLanes());
  std::size_t done = 0;
  for (; done + width <= count; done += width) body(done);
  return done;
}

/// True when all are finite.
template <typename Weight, typename Load>
HWY_INLINE bool widen(const Weight* weights, std::size_t count, double* out, const Load& load) {
  const DoubleLanes lanes;
  const auto largest = hn::Set(lanes, std::numeric_limits<double>::max());
  auto finite = hn::Eq(largest, largest);
  std::size_t done = eachVector(count, [&](std::size_t i) HWY_ATTR {
    const auto w = load(weights + i);
    finite = hn::And(finite, hn::Le(hn::Abs(w), largest));
    hn::StoreU(w, lanes, out + i);
  });
  bool all = hn::AllTrue(lanes, finite);
  for (; done < count; ++done) {
    out[done] = static_cast<double>(weights[done]);
    all = all && std::isfinite(out[done]);
  }
  return all;
}

bool widenFloats(const float* weights, std::size_t count, double* out) {
  return widen(weights, count, out, [](const float* from) HWY_ATTR {
    return hn::PromoteTo(DoubleLanes(), hn::LoadU(FloatLanes(), from));
  });
}

bool copyDoubles(const double* weights, std::size_t count, double* out) {
  return widen(weights, count, out,
               [](const double* from) HWY_ATTR { return hn::LoadU(DoubleLanes(), from); });
}

void narrowVectors(const double* values, std::size_t count, float* out) {
  const DoubleLanes lanes;
  const auto largest = hn::Set(lanes, double{std::numeric_limits<float>::max()});
  const auto one = hn::Set(lanes, 1.0);
  const auto narrowed = [&](auto x) HWY_ATTR {
    const auto size = hn::Abs(x);
    const auto bounded = hn::IfThenElse(hn::Gt(size, largest), hn::CopySign(largest, x), x);
    // Some targets have DemoteTo give the largest number for infinity, too.
    const auto factor = hn::IfThenElse(hn::Eq(size, hn::Inf(lanes)), hn::Add(one, one), one);
    return hn::Mul(hn::DemoteTo(FloatLanes(), bounded), hn::DemoteTo(FloatLanes(), factor));
  };
  const std::size_t done = eachVector(count, [&](std::size_t i) HWY_ATTR {
    hn::StoreU(narrowed(hn::LoadU(lanes, values + i)), FloatLanes(), out + i);
  });
  if (done == count) return;
  alignas(64) double rest[hn::MaxLanes(DoubleLanes())] = {};
  alignas(64) float made[hn::MaxLanes(DoubleLanes())];
  std::memcpy(rest, values + done, sizeof(double) * (count - done));
  hn::Store(narrowed(hn::Load(lanes, rest)), FloatLanes(), made);
  std::memcpy(out + done, made, sizeof(float) * (count - done));
}

void takeRootVectors(double* values, std::size_t count) {
  const DoubleLanes lanes;
  std::size_t done = eachVector(count, [&](std::size_t i) HWY_ATTR {
    hn::StoreU(hn::Sqrt(hn::LoadU(lanes, values + i)), lanes, values + i);
  });
  for (; done < count; ++done) values[done] = std::sqrt(values[done]);
}

}  // namespace HWY_NAMESPACE
}  // namespace flipside
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace flipside {
namespace {

template <typename Weight>
std::size_t firstBad(bool finite, const Weight* weights, std::size_t count) {
  if (finite) return kAllValid;
  const auto isFinite = [](Weight w) { return std::isfinite(w); };
  return static_cast<std::size_t>(std::find_if_not(weights, weights + count, isFinite) - weights);
}

}  // namespace

std::size_t widenFinite(const float* weights, std::size_t count, double* out) {
  static constexpr auto table = FLIPSIDE_SIMD_TABLE(widenFloats);
  return firstBad(table.chosen()(weights, count, out), weights, count);
}

std::size_t widenFinite(const double* weights, std::size_t count, double* out) {
  static constexpr auto table = FLIPSIDE_SIMD_TABLE(copyDoubles);
  return firstBad(table.chosen()(weights, count, out), weights, count);
}

void narrow(const double* values, std::size_t count, float* out) {
  static constexpr auto table = FLIPSIDE_SIMD_TABLE(narrowVectors);
  table.chosen()(values, count, out);
}

void takeRoots(double* values, std::size_t count) {
  static constexpr auto table = FLIPSIDE_SIMD_TABLE(takeRootVectors);
  table.chosen()(values, count);
}

}  // namespace flipside
#endif
