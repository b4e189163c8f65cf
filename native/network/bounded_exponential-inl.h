// e^x without infinities and denormal numbers, for the kernels of one target.
#include <cstdint>
#include <type_traits>

// NOLINTNEXTLINE: included once per target
#if defined(FLIPSIDE_NETWORK_BOUNDED_EXPONENTIAL_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef FLIPSIDE_NETWORK_BOUNDED_EXPONENTIAL_INL_H
#undef FLIPSIDE_NETWORK_BOUNDED_EXPONENTIAL_INL_H
#else
#define FLIPSIDE_NETWORK_BOUNDED_EXPONENTIAL_INL_H
#endif

#include "hwy/highway.h"
#include "simd/math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace flipside {
namespace network {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;
namespace lanes = flipside::HWY_NAMESPACE;

/// A number in all lanes.
template <class D>
HWY_INLINE hn::Vec<D> every(D d, double value) {
  return hn::Set(d, static_cast<hn::TFromD<D>>(value));
}

/// Where boundedExponential stops: its results are normal numbers and so are sums and products of
/// them with numbers of moderate size.
template <typename Value>
inline constexpr double kLeastPower = std::is_same_v<Value, float> ? -87.0 : -708.0;
template <typename Value>
inline constexpr double kMostPower = std::is_same_v<Value, float> ? 85.0 : 700.0;

/// e^x, x taken into [kLeastPower, kMostPower]: cheaper than the exponential of any x.
template <class D>
HWY_INLINE hn::Vec<D> boundedExponential(D d, hn::Vec<D> x) {
  using Value = hn::TFromD<D>;
  constexpr int kBits = lanes::LogConstants<Value>::kMantissaBits;
  constexpr auto kBias = static_cast<std::uint32_t>(lanes::LogConstants<Value>::kOne >> kBits);
  const auto within =
      hn::Min(every(d, kMostPower<Value>), hn::Max(every(d, kLeastPower<Value>), x));
  const auto parts = lanes::powerParts<D, kBias>(d, within);
  return hn::Mul(parts.value, hn::BitCast(d, hn::ShiftLeft<kBits>(parts.biased)));
}

}  // namespace HWY_NAMESPACE
}  // namespace network
}  // namespace flipside
HWY_AFTER_NAMESPACE();

#endif
