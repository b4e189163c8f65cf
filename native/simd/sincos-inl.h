// Sine and cosine of 2 pi w 2^-32, w a whole number of 32 bits, in lanes of float or double, for
// the kernels of one target.
//
// w = q 2^30 + v, |v| <= 2^29: q quarter turns, exactly, and t = 2 pi v 2^-32 is at most pi / 4.
// With z = t^2: sin t = t + t z S(z), cos t = 1 - z / 2 + z^2 C(z). S and C: Remez's algorithm in
// 60 digits for the smallest error relative to sine and cosine: 2^-57.9 and 2^-64.0 (double, 6 and
// 6 coefficients), 2^-28.0 and 2^-33.0 (float, 3 and 3), the coefficients rounded one by one.
#include <cstdint>

// NOLINTNEXTLINE: included once per target
#if defined(FLIPSIDE_SINCOS_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef FLIPSIDE_SINCOS_INL_H
#undef FLIPSIDE_SINCOS_INL_H
#else
#define FLIPSIDE_SINCOS_INL_H
#endif

#include "hwy/highway.h"
#include "simd/polynomial-inl.h"

HWY_BEFORE_NAMESPACE();
namespace flipside {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

template <typename Value>
struct SineConstants;

template <>
struct SineConstants<double> {
  static constexpr double kSine[] = {-0x1.5555555555548p-3,  0x1.111111110f7cdp-7,
                                     -0x1.a01a019bfd83bp-13, 0x1.71de356773098p-19,
                                     -0x1.ae5e5a43bd047p-26, 0x1.5d8fba7483aefp-33};
  static constexpr double kCosine[] = {0x1.555555555554bp-5,  -0x1.6c16c16c14f8ep-10,
                                       0x1.a01a019c83f09p-16, -0x1.27e4f7ea7e7d2p-22,
                                       0x1.1ee9d783f27c2p-29, -0x1.8fa4801738a19p-37};
};

template <>
struct SineConstants<float> {
  static constexpr float kSine[] = {-0x1.555546p-3F, 0x1.11073ap-7F, -0x1.9943b4p-13F};
  static constexpr float kCosine[] = {0x1.55554ap-5F, -0x1.6c0c34p-10F, 0x1.99eb74p-16F};
};

template <class D>
struct SineCosine {
  hn::Vec<D> sine;
  hn::Vec<D> cosine;
};

/// `turned`: lanes whose highest 32 bits are w + 2^29 (mod 2^32). `remainder`: v 2^2 as a number.
template <class D>
HWY_INLINE SineCosine<D> sineCosineOfParts(D d, hn::Vec<hn::RebindToUnsigned<D>> turned,
                                           hn::Vec<D> remainder) {
  using Value = hn::TFromD<D>;
  using Constants = SineConstants<Value>;
  using Bits = hn::RebindToUnsigned<D>;
  using Word = hn::TFromD<Bits>;
  const Bits bits;
  const hn::RebindToSigned<D> integers;
  const auto t = hn::Mul(remainder, hn::Set(d, static_cast<Value>(0x1.921fb54442d18p-32)));
  const auto z = hn::Mul(t, t);
  const auto sine = multiplyAdd(hn::Mul(t, z), polynomial(d, z, Constants::kSine), t);
  const auto square = hn::Mul(z, z);
  const auto cosine =
      multiplyAdd(square, polynomial(d, z, Constants::kCosine),
                  hn::Sub(hn::Set(d, Value{1}), hn::Mul(z, hn::Set(d, Value{0.5}))));
  // q = 0, 1, 2, 3: (sin, cos) = (s, c), (c, -s), (-s, -c), (-c, s).
  constexpr int kTop = 8 * sizeof(Word) - 1;
  const auto sign = hn::Set(bits, Word{1} << kTop);
  const auto odd = hn::ShiftLeft<1>(turned);
  const auto swap = hn::RebindMask(d, hn::Lt(hn::BitCast(integers, odd), hn::Zero(integers)));
  const auto sineSign = hn::BitCast(d, hn::And(turned, sign));
  const auto cosineSign = hn::BitCast(d, hn::And(hn::Xor(turned, odd), sign));
  return {hn::Xor(hn::IfThenElse(swap, cosine, sine), sineSign),
          hn::Xor(hn::IfThenElse(swap, sine, cosine), cosineSign)};
}

}  // namespace HWY_NAMESPACE
}  // namespace flipside
HWY_AFTER_NAMESPACE();

#endif
