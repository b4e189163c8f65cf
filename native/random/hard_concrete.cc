// Hard concrete masks from the words of a chunk.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "random/chunks.h"
#include "random/continuous.h"
#include "random/stretch.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "random/hard_concrete.cc"
#include "simd/targets.h"
// The order matters.
#include "hwy/foreach_target.h"
//
#include "hwy/highway.h"
#include "simd/math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace flipside {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using Floats = hn::ScalableTag<float>;
using Doubles = hn::ScalableTag<double>;

/// The smaller of u and 1 - u, times 2^32, and the sign of u - 1/2.
template <class D>
struct Nearer {
  hn::Vec<D> distance;
  hn::Vec<D> sign;
};

HWY_INLINE Nearer<Floats> nearer(Floats floats, const std::uint32_t* words) {
  const hn::RebindToUnsigned<Floats> bits;
  const hn::RebindToSigned<Floats> integers;
  const auto w = hn::Load(bits, words);
  const auto near = hn::BitCast(integers, hn::Min(w, hn::Not(w)));
  return {hn::Add(hn::ConvertTo(floats, near), hn::Set(floats, 0.5F)),
          hn::BitCast(floats, hn::And(w, hn::Set(bits, 1U << 31U)))};
}

HWY_INLINE Nearer<Doubles> nearer(Doubles doubles, const std::uint32_t* words) {
  const hn::RebindToUnsigned<Doubles> bits;
  const hn::Rebind<std::uint32_t, Doubles> halves;
  const auto w = hn::Load(halves, words);
  const auto near = hn::PromoteTo(bits, hn::Min(w, hn::Not(w)));
  // A whole number n below 2^52 as 2^52 + n; exact.
  const auto integer = hn::BitCast(doubles, hn::Or(near, hn::Set(bits, 0x4330000000000000U)));
  const auto sign = hn::ShiftLeft<32>(hn::PromoteTo(bits, hn::And(w, hn::Set(halves, 1U << 31U))));
  return {hn::Sub(integer, hn::Set(doubles, 0x1p52 - 0.5)), hn::BitCast(doubles, sign)};
}

/// In two loops, because a processor has too few places for waiting instructions to overlap many
/// chains that are as long as the whole.
template <class D>
HWY_INLINE bool masks(D d, const std::uint32_t* words, std::size_t count,
                      const hn::TFromD<D>* location, const Stretch<hn::TFromD<D>>& stretch,
                      hn::TFromD<D>* out) {
  using Value = hn::TFromD<D>;
  const std::size_t width = hn::Lanes(d);
  for (std::size_t i = 0; i < count; i += width) {
    const Nearer<D> u = nearer(d, words + i);
    // ln u - ln(1 - u) is odd about 1/2.
    const auto far = hn::Sub(hn::Set(d, Value{0x1p32}), u.distance);
    hn::StoreU(hn::Xor(logarithmOfRatio(d, u.distance, far), u.sign), d, out + i);
  }
  const auto zero = hn::Zero(d);
  const auto one = hn::Set(d, Value{1});
  const auto scale = hn::Set(d, -stretch.inverseBeta);
  const auto gamma = hn::Set(d, stretch.gamma);
  const auto zeta = hn::Set(d, stretch.zeta);
  auto valid = hn::Eq(zero, zero);
  for (std::size_t i = 0; i < count; i += width) {
    const auto logA = hn::LoadU(d, location + i);
    valid = hn::And(valid, hn::Eq(logA, logA));
    const auto s = sigmoidOfMinus(d, hn::Mul(hn::Add(hn::LoadU(d, out + i), logA), scale));
    // A mean of the ends, so that s = 0 and s = 1 reach them.
    const auto value = hn::Add(hn::Mul(zeta, s), hn::Mul(gamma, hn::Sub(one, s)));
    hn::StoreU(hn::Min(one, hn::Max(zero, value)), d, out + i);
  }
  return hn::AllTrue(d, valid);
}

bool hardConcreteFloats(const std::uint32_t* words, std::size_t count, const float* location,
                        const Stretch<float>& stretch, float* out) {
  return masks(Floats(), words, count, location, stretch, out);
}
bool hardConcreteDoubles(const std::uint32_t* words, std::size_t count, const double* location,
                         const Stretch<double>& stretch, double* out) {
  return masks(Doubles(), words, count, location, stretch, out);
}

}  // namespace HWY_NAMESPACE
}  // namespace flipside
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace flipside {
namespace {

template <typename Value>
auto chosenHardConcrete() {
  if constexpr (std::is_same_v<Value, float>) {
    static constexpr auto table = FLIPSIDE_SIMD_TABLE(hardConcreteFloats);
    return table.chosen();
  } else {
    static constexpr auto table = FLIPSIDE_SIMD_TABLE(hardConcreteDoubles);
    return table.chosen();
  }
}

}  // namespace

template <typename Value>
std::size_t sampleHardConcrete(const Address& address, std::uint64_t first, std::size_t count,
                               Parameter<Value> logA, const HardConcreteShape& shape,
                               MaskValues<Value> out) {
  const Stretch<Value> stretch(shape);
  const auto kernel = [&stretch, draw = chosenHardConcrete<Value>()](
                          const std::uint32_t* words, std::size_t drawn, const Value* location,
                          Value* to) { return draw(words, drawn, location, stretch, to); };
  return drawChunks(address, Domain::hardConcrete, first, count, logA, out, kernel,
                    [](Value value) { return !std::isnan(value); });
}

#define FLIPSIDE_INSTANTIATE(Value)                                                   \
  template std::size_t sampleHardConcrete(const Address&, std::uint64_t, std::size_t, \
                                          Parameter<Value>, const HardConcreteShape&, \
                                          MaskValues<Value>)
FLIPSIDE_INSTANTIATE(float);
FLIPSIDE_INSTANTIATE(double);
#undef FLIPSIDE_INSTANTIATE

}  // namespace flipside
#endif
