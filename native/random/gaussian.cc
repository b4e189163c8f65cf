// Gaussian masks: Box and Muller from the words of a chunk. Their words come in pairs (radius,
// angle), for elements 2 k and 2 k + 1.
#include <cstddef>
#include <cstdint>
#include <limits>
#include <type_traits>

#include "random/chunks.h"
#include "random/continuous.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "random/gaussian.cc"
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

/// Of element numbers that follow each other.
template <class D>
struct Two {
  hn::Vec<D> first;
  hn::Vec<D> second;
};

template <class D>
HWY_INLINE hn::Vec<D> radius(D d, hn::Vec<D> logarithm) {
  return hn::Sqrt(hn::Mul(hn::Set(d, hn::TFromD<D>{-2}), logarithm));
}

HWY_INLINE Two<Floats> normals(Floats floats, const std::uint32_t* words) {
  const hn::RebindToUnsigned<Floats> bits;
  const hn::RebindToSigned<Floats> integers;
  const hn::Repartition<std::uint64_t, Floats> pairs;
  const auto first = hn::Load(bits, words);
  const auto second = hn::Load(bits, words + hn::Lanes(bits));
  // The pairs of `first` in even lanes, those of `second` in odd ones.
  const auto w =
      hn::OddEven(hn::BitCast(bits, hn::ShiftLeft<32>(hn::BitCast(pairs, second))), first);
  const auto angle =
      hn::OddEven(second, hn::BitCast(bits, hn::ShiftRight<32>(hn::BitCast(pairs, first))));
  // The distance of u from the nearer of 0 and 1 keeps its relative accuracy.
  const auto near = hn::Min(w, hn::Not(w));
  const auto distance =
      hn::Mul(hn::Add(hn::ConvertTo(floats, hn::BitCast(integers, near)), hn::Set(floats, 0.5F)),
              hn::Set(floats, 0x1p-32F));
  const auto one = hn::Set(floats, 1.0F);
  const auto upper = hn::RebindMask(floats, hn::Lt(hn::BitCast(integers, w), hn::Zero(integers)));
  const auto u = hn::IfThenElse(upper, hn::Sub(one, distance), distance);
  const Split<Floats> parts = split(floats, u);
  const auto rootHalf = hn::BitCast(floats, hn::Set(bits, LogConstants<float>::kRootHalf));
  const auto f =
      hn::IfThenElse(hn::Ge(u, rootHalf), hn::Neg(distance), hn::Sub(parts.mantissa, one));
  const auto r = radius(floats, logarithmOfParts(floats, parts.exponent, f));
  const SineCosine<Floats> turn =
      sineCosineOfParts(floats, hn::Add(angle, hn::Set(bits, 1U << 29U)),
                        hn::ConvertTo(floats, hn::BitCast(integers, hn::ShiftLeft<2>(angle))));
  const auto x = hn::Mul(r, turn.cosine);
  const auto y = hn::Mul(r, turn.sine);
  return {hn::OddEven(hn::DupEven(y), x), hn::OddEven(y, hn::DupOdd(x))};
}

HWY_INLINE Two<Doubles> normals(Doubles doubles, const std::uint32_t* words) {
  const hn::RebindToUnsigned<Doubles> bits;
  // Interleaving works within 16 bytes: lanes 0, 2, ... make the first vector of the result.
  const std::size_t half = hn::Lanes(bits) / 2;
  const auto iota = hn::Iota(bits, 0);
  const auto order =
      hn::Add(hn::ShiftRight<1>(iota),
              hn::IfThenElseZero(hn::TestBit(iota, hn::Set(bits, 1)), hn::Set(bits, half)));
  const auto pair =
      hn::TableLookupLanes(hn::Load(bits, reinterpret_cast<const std::uint64_t*>(words)),
                           hn::IndicesFromVec(bits, order));
  // A whole number n below 2^52 as 2^52 + n; all of this is exact.
  const auto integer = hn::Set(bits, 0x4330000000000000U);
  const auto w = hn::Or(hn::And(pair, hn::Set(bits, 0xFFFFFFFFU)), integer);
  const auto u = hn::Mul(hn::Sub(hn::BitCast(doubles, w), hn::Set(doubles, 0x1p52 - 0.5)),
                         hn::Set(doubles, 0x1p-32));
  const Split<Doubles> parts = split(doubles, u);
  const auto f = hn::Sub(parts.mantissa, hn::Set(doubles, 1.0));
  const auto r = radius(doubles, logarithmOfParts(doubles, parts.exponent, f));
  const auto remainder = hn::Xor(hn::And(hn::ShiftRight<30>(pair), hn::Set(bits, 0xFFFFFFFCU)),
                                 hn::Set(bits, 0x4330000080000000U));
  const SineCosine<Doubles> turn = sineCosineOfParts(
      doubles, hn::Add(pair, hn::Set(bits, std::uint64_t{1} << 61U)),
      hn::Sub(hn::BitCast(doubles, remainder), hn::Set(doubles, 0x1p52 + 0x1p31)));
  const auto x = hn::Mul(r, turn.cosine);
  const auto y = hn::Mul(r, turn.sine);
  return {hn::InterleaveLower(doubles, x, y), hn::InterleaveUpper(doubles, x, y)};
}

template <class D>
HWY_INLINE void plain(D d, const std::uint32_t* words, std::size_t count, hn::TFromD<D>* out) {
  const std::size_t width = hn::Lanes(d);
  for (std::size_t i = 0; i < count; i += 2 * width) {
    const Two<D> z = normals(d, words + i);
    hn::StoreU(z.first, d, out + i);
    hn::StoreU(z.second, d, out + i + width);
  }
}

template <class D>
HWY_INLINE bool masks(D d, const std::uint32_t* words, std::size_t count,
                      const hn::TFromD<D>* sigma, hn::TFromD<D>* out) {
  using Value = hn::TFromD<D>;
  const std::size_t width = hn::Lanes(d);
  const auto zero = hn::Zero(d);
  const auto one = hn::Set(d, Value{1});
  const auto infinity = hn::Set(d, std::numeric_limits<Value>::infinity());
  auto valid = hn::Eq(zero, zero);
  const auto store = [&](std::size_t at, hn::Vec<D> z) HWY_ATTR {
    const auto scale = hn::LoadU(d, sigma + at);
    valid = hn::And(valid, hn::Ge(scale, zero));
    const auto value = multiplyAdd(scale, z, one);
    hn::StoreU(hn::IfThenZeroElse(hn::Eq(scale, infinity), value), d, out + at);
  };
  for (std::size_t i = 0; i < count; i += 2 * width) {
    const Two<D> z = normals(d, words + i);
    store(i, z.first);
    store(i + width, z.second);
  }
  return hn::AllTrue(d, valid);
}

void normalFloats(const std::uint32_t* words, std::size_t count, float* out) {
  plain(Floats(), words, count, out);
}
void normalDoubles(const std::uint32_t* words, std::size_t count, double* out) {
  plain(Doubles(), words, count, out);
}
bool gaussianFloats(const std::uint32_t* words, std::size_t count, const float* sigma, float* out) {
  return masks(Floats(), words, count, sigma, out);
}
bool gaussianDoubles(const std::uint32_t* words, std::size_t count, const double* sigma,
                     double* out) {
  return masks(Doubles(), words, count, sigma, out);
}

}  // namespace HWY_NAMESPACE
}  // namespace flipside
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace flipside {
namespace {

template <typename Value>
auto chosenNormal() {
  if constexpr (std::is_same_v<Value, float>) {
    static constexpr auto table = FLIPSIDE_SIMD_TABLE(normalFloats);
    return table.chosen();
  } else {
    static constexpr auto table = FLIPSIDE_SIMD_TABLE(normalDoubles);
    return table.chosen();
  }
}

template <typename Value>
auto chosenGaussian() {
  if constexpr (std::is_same_v<Value, float>) {
    static constexpr auto table = FLIPSIDE_SIMD_TABLE(gaussianFloats);
    return table.chosen();
  } else {
    static constexpr auto table = FLIPSIDE_SIMD_TABLE(gaussianDoubles);
    return table.chosen();
  }
}

}  // namespace

template <typename Value>
void sampleNormal(const Address& address, std::uint64_t first, std::size_t count, Value* out) {
  const auto kernel = [draw = chosenNormal<Value>()](const std::uint32_t* words, std::size_t drawn,
                                                     const Value*, Value* to) {
    draw(words, drawn, to);
    return true;
  };
  drawChunks(address, Domain::normal, first, count, Parameter<Value>{}, MaskValues<Value>{out},
             kernel, [](Value) { return true; });
}

template <typename Value>
std::size_t sampleGaussian(const Address& address, std::uint64_t first, std::size_t count,
                           Parameter<Value> sigma, MaskValues<Value> out) {
  return drawChunks(address, Domain::normal, first, count, sigma, out, chosenGaussian<Value>(),
                    [](Value value) { return value >= Value{0}; });
}

#define FLIPSIDE_INSTANTIATE(Value)                                               \
  template void sampleNormal(const Address&, std::uint64_t, std::size_t, Value*); \
  template std::size_t sampleGaussian(const Address&, std::uint64_t, std::size_t, \
                                      Parameter<Value>, MaskValues<Value>)
FLIPSIDE_INSTANTIATE(float);
FLIPSIDE_INSTANTIATE(double);
#undef FLIPSIDE_INSTANTIATE

}  // namespace flipside
#endif
