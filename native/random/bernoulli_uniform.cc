// Bernoulli masks with one keep probability for all, a bit of each of 512 numbers at a time: bit
// planes from the most significant down, until every number differs from the threshold. A group of
// 512 is decided after eleven planes or so, however many bits the threshold has.
#include <bit>
#include <cmath>
#include <cstring>

#include "random/bernoulli.h"
#include "random/bernoulli_draws.h"
#include "simd/streaming.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "random/bernoulli_uniform.cc"
#include "simd/targets.h"
// The order matters.
#include "hwy/foreach_target.h"
//
#include "hwy/highway.h"
#include "random/expand-inl.h"
#include "random/words-inl.h"

HWY_BEFORE_NAMESPACE();
namespace flipside {
namespace HWY_NAMESPACE {
namespace {

constexpr std::size_t kGroup = 512;
constexpr std::size_t kGroupWords = kGroup / kWordBits;
constexpr std::size_t kPlaneBlocks = 4;
/// Groups that are drawn together, so that planes of several fill the vectors.
constexpr std::size_t kBatch = 16;
/// Planes that nearly every group needs; after them, fewer at a time.
constexpr std::size_t kFirstPlanes = 8;
constexpr std::size_t kMorePlanes = 2;

struct Slicing {
  RoundKeys keys;
  std::uint64_t stream;
  std::uint64_t threshold;
  std::size_t planes;  ///< those after which all bits of the threshold are 0

  template <class Draws>
  explicit Slicing(const Draws& draws)
      : keys(draws.address.seed),
        stream(draws.address.stream),
        threshold(draws.threshold),
        planes(threshold == 0 ? 0 : 64 - static_cast<std::size_t>(std::countr_zero(threshold))) {}
};

/// Planes, each given by the number of its first block, one after the other. `firstBlocks` has
/// room for kPairBlocks more.
HWY_INLINE HWY_ATTR void storePlanes(const Slicing& slicing, std::uint64_t* firstBlocks,
                                     std::size_t planes, std::uint64_t* out) {
  const auto number = [&](std::size_t block) {
    return firstBlocks[block / kPlaneBlocks] + block % kPlaneBlocks;
  };
  const auto numbers = [&](std::size_t pair) HWY_ATTR {
    const std::size_t block = pair * kPairBlocks;
    return pairNumbers(number(block), number(block + kPairBlocks / 2));
  };
  for (std::size_t i = 0; i < kPairBlocks; ++i) firstBlocks[planes + i] = 0;
  const std::size_t pairs = (planes * kPlaneBlocks + kPairBlocks - 1) / kPairBlocks;
  storeBlocks(slicing.keys, slicing.stream, pairs, numbers, out);
}

/// The state of a group after some more of its planes; whether a number is still undecided.
HWY_INLINE HWY_ATTR bool comparePlanes(const std::uint64_t* planes, std::size_t count,
                                       std::uint64_t threshold, std::uint64_t* kept,
                                       std::uint64_t* undecided) {
  const Lanes lanes;
  LaneVector left = hn::Zero(lanes);
  for (std::size_t j = 0; j < kGroupWords; j += kPairBlocks) {
    LaneVector below = hn::Load(lanes, kept + j);
    LaneVector equal = hn::Load(lanes, undecided + j);
    std::uint64_t bits = threshold;
    for (std::size_t k = 0; k < count; ++k, bits <<= 1U) {
      const LaneVector plane = hn::Load(lanes, planes + k * kGroupWords + j);
      if ((bits >> 63U) != 0) {
        below = hn::Or(below, hn::AndNot(plane, equal));
        equal = hn::And(equal, plane);
      } else {
        equal = hn::AndNot(plane, equal);
      }
    }
    hn::Store(below, lanes, kept + j);
    hn::Store(equal, lanes, undecided + j);
    left = hn::Or(left, equal);
  }
  return !hn::AllTrue(lanes, hn::Eq(left, hn::Zero(lanes)));
}

/// kept[kGroupWords g ...] = the packed bits of group first + g, for g < groups <= kBatch.
HWY_NOINLINE HWY_ATTR void drawGroups(const Slicing& slicing, std::uint64_t first,
                                      std::size_t groups, std::uint64_t* kept) {
  alignas(64) std::uint64_t undecided[kBatch * kGroupWords];
  alignas(64) std::uint64_t planes[kBatch * kFirstPlanes * kGroupWords];
  std::uint64_t firstBlocks[kBatch * kFirstPlanes + kPairBlocks];
  std::size_t active[kBatch];
  for (std::size_t g = 0; g < groups; ++g) active[g] = g;
  std::memset(kept, 0, groups * kGroup / 8);
  std::memset(undecided, 0xFF, groups * kGroup / 8);
  std::size_t plane = 0;
  while (plane < slicing.planes && groups > 0) {
    const std::size_t count =
        std::min(plane == 0 ? kFirstPlanes : kMorePlanes, slicing.planes - plane);
    std::size_t total = 0;
    for (std::size_t a = 0; a < groups; ++a) {
      for (std::size_t k = 0; k < count; ++k) {
        firstBlocks[total++] =
            blockNumber(Domain::uniformBits, 256 * (first + active[a]) + 4 * (plane + k));
      }
    }
    storePlanes(slicing, firstBlocks, total, planes);
    std::size_t left = 0;
    for (std::size_t a = 0; a < groups; ++a) {
      const std::size_t at = active[a] * kGroupWords;
      if (comparePlanes(planes + a * count * kGroupWords, count, slicing.threshold << plane,
                        kept + at, undecided + at)) {
        active[left++] = active[a];
      }
    }
    groups = left;
    plane += count;
  }
}

/// `count` elements from packed bits; the bits of the last word that are beyond are 0.
template <bool kStreaming, class Draws>
HWY_INLINE HWY_ATTR void storeWords(const Draws& draws, std::size_t done, std::size_t count,
                                    std::uint64_t* words) {
  using Format = typename Draws::Format;
  const std::size_t whole = count / kWordBits;
  const std::size_t left = count % kWordBits;
  if (left > 0) words[whole] &= (std::uint64_t{1} << left) - 1;
  if constexpr (std::is_same_v<Format, PackedBit>) {
    std::memcpy(draws.out + done / 8, words, (count + 7) / 8);
  } else {
    Format* out = draws.out + done;
    for (std::size_t w = 0; w < whole; ++w) {
      expandWord<kStreaming>(words[w], draws.kept, out + w * kWordBits);
    }
    if (left == 0) return;
    alignas(64) Format rest[kWordBits];
    expandWord<false>(words[whole], draws.kept, rest);
    std::memcpy(out + whole * kWordBits, rest, left * sizeof(Format));
  }
}

/// A range begins anywhere in a group, so that words of the result straddle two of the groups: the
/// last word of a batch waits for the next.
template <bool kStreaming, class Draws>
HWY_NOINLINE HWY_ATTR void drawBatches(const Draws& draws) {
  constexpr std::size_t kLead = 8;
  const Slicing slicing(draws);
  alignas(64) std::uint64_t drawn[kLead + kBatch * kGroupWords + 1];
  alignas(64) std::uint64_t words[kBatch * kGroupWords + 1];
  const std::uint64_t lastGroup = (draws.first + draws.count - 1) / kGroup;
  const auto shift = static_cast<unsigned>(draws.first % kWordBits);
  std::size_t begin = kLead + draws.first % kGroup / kWordBits;
  std::size_t done = 0;
  for (std::uint64_t group = draws.first / kGroup; group <= lastGroup; group += kBatch) {
    const auto groups =
        static_cast<std::size_t>(std::min<std::uint64_t>(kBatch, lastGroup - group + 1));
    drawGroups(slicing, group, groups, drawn + kLead);
    const std::size_t end = kLead + groups * kGroupWords;
    const bool last = group + groups > lastGroup;
    drawn[end] = 0;
    const std::size_t available = end - begin - (last ? 0 : 1);
    for (std::size_t w = 0; w < available; ++w) {
      words[w] = (drawn[begin + w] >> shift) | (drawn[begin + w + 1] << 1U << (63 - shift));
    }
    const std::size_t count = std::min(available * kWordBits, draws.count - done);
    storeWords<kStreaming>(draws, done, count, words);
    done += count;
    drawn[kLead - 1] = drawn[end - 1];
    begin = kLead - 1;
  }
  if (kStreaming) finishStreaming();
}

}  // namespace

template <class Draws>
HWY_ATTR void drawUniform(const Draws& draws) {
  if (draws.count == 0) return;
  if constexpr (!std::is_same_v<typename Draws::Format, PackedBit>) {
    if (draws.streaming) return drawBatches<true>(draws);
  }
  drawBatches<false>(draws);
}

}  // namespace HWY_NAMESPACE
}  // namespace flipside
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace flipside {
namespace {

template <class Draws>
void draw(const Draws& draws) {
  static constexpr auto table = FLIPSIDE_SIMD_TABLE(drawUniform<Draws>);
  table.chosen()(draws);
}

std::uint64_t thresholdOf(double alpha) {
  return static_cast<std::uint64_t>(std::ldexp(alpha, 64));
}

}  // namespace

void sampleBits(const Address& address, std::uint64_t first, std::size_t count, double alpha,
                std::uint8_t* bits) {
  if (alpha < 1.0) {
    draw(UniformDraws<PackedBit>{address, first, count, thresholdOf(alpha), bits});
    return;
  }
  std::memset(bits, 0xFF, count / 8);
  if (count % 8 != 0) bits[count / 8] = static_cast<std::uint8_t>((1U << (count % 8)) - 1);
}

template <typename Value>
void sampleBernoulli(const Address& address, std::uint64_t first, std::size_t count, double alpha,
                     bool scaled, MaskValues<Value> out) {
  const auto kept = keptValue<Value>(alpha, scaled);
  if (!(alpha < 1.0)) {
    std::fill_n(out.values, count, kept);
    return;
  }
  const std::size_t head = out.streaming ? unalignedHead(out.values, count) : 0;
  const std::uint64_t threshold = thresholdOf(alpha);
  draw(UniformDraws<Value>{address, first, head, threshold, out.values, kept, false});
  draw(UniformDraws<Value>{address, first + head, count - head, threshold, out.values + head, kept,
                           out.streaming});
}

#define FLIPSIDE_INSTANTIATE(Value)                                                       \
  template void sampleBernoulli(const Address&, std::uint64_t, std::size_t, double, bool, \
                                MaskValues<Value>)
FLIPSIDE_INSTANTIATE(float);
FLIPSIDE_INSTANTIATE(double);
FLIPSIDE_INSTANTIATE(std::uint8_t);
#undef FLIPSIDE_INSTANTIATE

}  // namespace flipside
#endif
