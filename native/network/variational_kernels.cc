#include "network/variational_kernels.h"

#include <algorithm>
#include <cmath>
#include <type_traits>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "network/variational_kernels.cc"
#include "network/precision.h"
#include "simd/targets.h"
// The order matters.
#include "hwy/foreach_target.h"
//
#include "hwy/highway.h"
#include "network/divergence-inl.h"
#include "network/each_lane-inl.h"

HWY_BEFORE_NAMESPACE();
namespace flipside {
namespace network {
namespace HWY_NAMESPACE {

/// What logarithms of sigma and alpha are taken to, and what keeps the logarithm of a weight
/// finite.
constexpr double kClamp = 10.0;
constexpr double kTiny = 1e-16;

template <class D>
HWY_INLINE hn::Vec<D> magnitude(D d, hn::Vec<D> w) {
  return hn::Add(every(d, kTiny), hn::Abs(w));
}

/// x sign(w), with sign(0) = 0.
template <class D>
HWY_INLINE hn::Vec<D> timesSign(D d, hn::Vec<D> x, hn::Vec<D> w) {
  const auto sign = hn::And(hn::SignBit(d), w);
  return hn::IfThenElseZero(hn::Ne(w, hn::Zero(d)), hn::Xor(x, sign));
}

/// A number taken into a range, and whether it was inside, where its derivative is 1.
template <class D>
struct Clamped {
  hn::Vec<D> value;
  hn::Mask<D> inside;
};

template <class D>
HWY_INLINE Clamped<D> clampTo(hn::Vec<D> x, hn::Vec<D> least, hn::Vec<D> most) {
  return {hn::Min(hn::Max(x, least), most), hn::And(hn::Ge(x, least), hn::Le(x, most))};
}

/// sigma of theta = log alpha: the clamp of its logarithm is one of its own, without logarithms.
template <class D>
HWY_INLINE Clamped<D> sigmaOf(D d, hn::Vec<D> root, hn::Vec<D> size) {
  constexpr double kMost = 22026.465794806718;      // e^10
  constexpr double kLeast = 4.5399929762484854e-5;  // e^-10
  return clampTo<D>(hn::Mul(root, size), every(d, kLeast), every(d, kMost));
}

/// log alpha of theta = log sigma; size = 1e-16 + |w|.
template <class D>
HWY_INLINE Clamped<D> logAlphaOf(D d, hn::Vec<D> theta, hn::Vec<D> size) {
  const auto parts = lanes::split(d, size);
  const auto logarithm =
      lanes::logarithmOfParts(d, parts.exponent, hn::Sub(parts.mantissa, every(d, 1.0)));
  const auto half = hn::Sub(theta, logarithm);
  return clampTo<D>(hn::Add(half, half), every(d, -kClamp), every(d, kClamp));
}

template <class D>
HWY_INLINE hn::Vec<D> halved(D d, hn::Vec<D> x) {
  return hn::Mul(every(d, 0.5), x);
}

/// e^t from its root, below infinity.
template <class D>
HWY_INLINE hn::Vec<D> powerOfRoot(D d, hn::Vec<D> root) {
  constexpr double kMost = std::is_same_v<hn::TFromD<D>, float> ? 0x1p120 : 0x1p1000;
  return hn::Min(hn::Mul(root, root), every(d, kMost));
}

template <class D>
HWY_INLINE void noisy(D d, const Block<hn::TFromD<D>>& block, bool additive,
                      hn::TFromD<D>* weights) {
  if (additive) {
    eachLane(d, block.count, [&](const auto& place) HWY_ATTR {
      const auto sigma = boundedExponential(d, place.load(block.theta));
      const auto noise = hn::Mul(sigma, place.load(block.memory));
      place.store(noise, block.memory);
      place.store(hn::Add(place.load(block.w), noise), weights);
    });
    return;
  }
  eachLane(d, block.count, [&](const auto& place) HWY_ATTR {
    const auto root = boundedExponential(d, halved(d, place.load(block.theta)));
    const auto noise = hn::Mul(root, place.load(block.memory));
    place.store(noise, block.memory);
    place.store(hn::Mul(place.load(block.w), hn::Add(every(d, 1.0), noise)), weights);
  });
}

template <class D>
HWY_INLINE void variances(D d, const Block<hn::TFromD<D>>& block, bool additive,
                          hn::TFromD<D>* out) {
  if (additive) {
    eachLane(d, block.count, [&](const auto& place) HWY_ATTR {
      place.store(powerOfRoot(d, boundedExponential(d, place.load(block.theta))), out);
    });
    return;
  }
  eachLane(d, block.count, [&](const auto& place) HWY_ATTR {
    const auto root = boundedExponential(d, halved(d, place.load(block.theta)));
    const auto sigma = sigmaOf(d, root, magnitude(d, place.load(block.w))).value;
    place.store(hn::Mul(sigma, sigma), out);
  });
}

/// The gradient of strength KL(log alpha) with respect to w and theta = log sigma.
template <class D>
struct DivergenceGradient {
  hn::Vec<D> w;
  hn::Vec<D> theta;
};

/// sigma = e^theta. Where the clamp is active any slope will do.
template <class D>
HWY_INLINE DivergenceGradient<D> additiveDivergence(D d, hn::Vec<D> w, hn::Vec<D> theta,
                                                    hn::Vec<D> sigma, hn::Vec<D> strength) {
  const auto size = magnitude(d, w);
  const auto inverse = hn::Div(every(d, 1.0), size);
  const auto t = logAlphaOf(d, theta, size);
  const auto slope = clampedDivergenceSlope(d, t.value, hn::Mul(sigma, inverse));
  const auto flow = hn::IfThenElseZero(t.inside, hn::Mul(hn::Add(strength, strength), slope));
  return {timesSign(d, hn::Neg(hn::Mul(flow, inverse)), w), flow};
}

template <class D>
HWY_INLINE void weightGradients(D d, const Block<hn::TFromD<D>>& block, bool additive,
                                hn::TFromD<D> strength, hn::TFromD<D>* g, hn::TFromD<D>* h) {
  const auto scale = hn::Set(d, strength);
  if (additive) {
    eachLane(d, block.count, [&](const auto& place) HWY_ATTR {
      const auto data = place.load(g);
      const auto theta = place.load(block.theta);
      const auto sigma = boundedExponential(d, theta);
      const auto penalty = additiveDivergence(d, place.load(block.w), theta, sigma, scale);
      place.store(hn::Add(data, penalty.w), g);
      place.store(lanes::multiplyAdd(data, place.load(block.memory), penalty.theta), h);
    });
    return;
  }
  eachLane(d, block.count, [&](const auto& place) HWY_ATTR {
    const auto data = place.load(g);
    const auto theta = place.load(block.theta);
    const auto noise = place.load(block.memory);
    const auto slope = divergenceSlope(d, theta, boundedExponential(d, theta));
    const auto flow = hn::Mul(hn::Mul(data, place.load(block.w)), halved(d, noise));
    place.store(hn::Mul(data, hn::Add(every(d, 1.0), noise)), g);
    place.store(lanes::multiplyAdd(scale, slope, flow), h);
  });
}

template <class D>
HWY_INLINE void outputGradients(D d, const Block<hn::TFromD<D>>& block, bool additive,
                                hn::TFromD<D> strength, hn::TFromD<D>* g, hn::TFromD<D>* h) {
  const auto scale = hn::Set(d, strength);
  if (additive) {
    eachLane(d, block.count, [&](const auto& place) HWY_ATTR {
      const auto theta = place.load(block.theta);
      const auto sigma = boundedExponential(d, theta);
      const auto variance = powerOfRoot(d, sigma);
      const auto penalty = additiveDivergence(d, place.load(block.w), theta, sigma, scale);
      // S = e^(2 theta) has the derivative 2 S.
      const auto flow = hn::Mul(place.load(h), hn::Add(variance, variance));
      place.store(hn::Add(place.load(g), penalty.w), g);
      place.store(hn::Add(flow, penalty.theta), h);
    });
    return;
  }
  eachLane(d, block.count, [&](const auto& place) HWY_ATTR {
    const auto w = place.load(block.w);
    const auto theta = place.load(block.theta);
    const auto root = boundedExponential(d, halved(d, theta));
    const auto sigma = sigmaOf(d, root, magnitude(d, w));
    // S = alpha (1e-16 + |w|)^2 has the derivatives S and 2 sqrt(alpha) sigma sign(w).
    const auto flow = hn::IfThenElseZero(sigma.inside, hn::Mul(place.load(h), sigma.value));
    const auto slope = divergenceSlope(d, theta, powerOfRoot(d, root));
    const auto byWeight = timesSign(d, hn::Mul(flow, hn::Add(root, root)), w);
    place.store(hn::Add(place.load(g), byWeight), g);
    place.store(lanes::multiplyAdd(scale, slope, hn::Mul(flow, sigma.value)), h);
  });
}

template <class D>
HWY_INLINE hn::Vec<D> logAlpha(D d, hn::Vec<D> w, hn::Vec<D> theta, bool additive) {
  return additive ? logAlphaOf(d, theta, magnitude(d, w)).value : theta;
}

template <class D>
HWY_INLINE void keepProbabilities(D d, const Block<hn::TFromD<D>>& block, bool additive,
                                  hn::TFromD<D>* keep) {
  eachLane(d, block.count, [&](const auto& place) HWY_ATTR {
    const auto t = logAlpha(d, place.load(block.w), place.load(block.theta), additive);
    place.store(lanes::sigmoidOfMinus(d, t), keep);
  });
}

/// out = KL(log alpha) of count weights in double precision.
void divergences(std::size_t count, const double* w, const double* theta, bool additive,
                 double* out) {
  const hn::ScalableTag<double> d;
  eachLane(d, count, [&](const auto& place) HWY_ATTR {
    place.store(divergence(d, logAlpha(d, place.load(w), place.load(theta), additive)), out);
  });
}

#define FLIPSIDE_KERNELS(Name, Value)                                                            \
  void noisy##Name(const Block<Value>& block, bool additive, Value* out) {                       \
    noisy(hn::ScalableTag<Value>(), block, additive, out);                                       \
  }                                                                                              \
  void variances##Name(const Block<Value>& block, bool additive, Value* out) {                   \
    variances(hn::ScalableTag<Value>(), block, additive, out);                                   \
  }                                                                                              \
  void keep##Name(const Block<Value>& block, bool additive, Value* out) {                        \
    keepProbabilities(hn::ScalableTag<Value>(), block, additive, out);                           \
  }                                                                                              \
  void weightGradients##Name(const Block<Value>& block, bool additive, Value strength, Value* g, \
                             Value* h) {                                                         \
    weightGradients(hn::ScalableTag<Value>(), block, additive, strength, g, h);                  \
  }                                                                                              \
  void outputGradients##Name(const Block<Value>& block, bool additive, Value strength, Value* g, \
                             Value* h) {                                                         \
    outputGradients(hn::ScalableTag<Value>(), block, additive, strength, g, h);                  \
  }
FLIPSIDE_KERNELS(Floats, float)
FLIPSIDE_KERNELS(Doubles, double)
#undef FLIPSIDE_KERNELS

}  // namespace HWY_NAMESPACE
}  // namespace network
}  // namespace flipside
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace flipside::network {

template <typename Value>
void noisyWeights(const Block<Value>& block, bool additive, Value* weights) {
  FLIPSIDE_CHOSEN(noisy)(block, additive, weights);
}

template <typename Value>
void weightVariances(const Block<Value>& block, bool additive, Value* variances) {
  FLIPSIDE_CHOSEN(variances)(block, additive, variances);
}

template <typename Value>
void noisyWeightGradients(const Block<Value>& block, bool additive, Value strength, Value* g,
                          Value* h) {
  FLIPSIDE_CHOSEN(weightGradients)(block, additive, strength, g, h);
}

template <typename Value>
void noisyOutputGradients(const Block<Value>& block, bool additive, Value strength, Value* g,
                          Value* h) {
  FLIPSIDE_CHOSEN(outputGradients)(block, additive, strength, g, h);
}

template <typename Value>
void variationalKeep(const Block<Value>& block, bool additive, Value* keep) {
  FLIPSIDE_CHOSEN(keep)(block, additive, keep);
}

template <typename Value>
double variationalDivergence(const Block<Value>& block, bool additive) {
  static constexpr auto table = FLIPSIDE_SIMD_TABLE(divergences);
  double w[kBlock];
  double theta[kBlock];
  double sum = 0.0;
  for (std::size_t done = 0; done < block.count; done += kBlock) {
    const std::size_t count = std::min(kBlock, block.count - done);
    std::copy_n(block.w + done, count, w);
    std::copy_n(block.theta + done, count, theta);
    table.chosen()(count, w, theta, additive, theta);
    for (std::size_t i = 0; i < count; ++i) sum += theta[i];
  }
  return sum;
}

#define FLIPSIDE_INSTANTIATE(Value)                                                     \
  template void noisyWeights(const Block<Value>&, bool, Value*);                        \
  template void weightVariances(const Block<Value>&, bool, Value*);                     \
  template void noisyWeightGradients(const Block<Value>&, bool, Value, Value*, Value*); \
  template void noisyOutputGradients(const Block<Value>&, bool, Value, Value*, Value*); \
  template void variationalKeep(const Block<Value>&, bool, Value*);                     \
  template double variationalDivergence(const Block<Value>&, bool)
FLIPSIDE_INSTANTIATE(float);
FLIPSIDE_INSTANTIATE(double);
#undef FLIPSIDE_INSTANTIATE

}  // namespace flipside::network
#endif
