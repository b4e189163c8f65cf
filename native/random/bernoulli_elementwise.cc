// Bernoulli masks with a keep probability for each element, in chunks: 16-bit words of Philox into
// a buffer that stays in the first cache, then 64 comparisons at a time. Where a word equals the
// upper 16 bits of alpha, further bits decide: about one element of 2^16, one at a time.
#include <cmath>
#include <cstring>

#include "random/bernoulli.h"
#include "random/bernoulli_draws.h"
#include "random/philox.h"
#include "simd/streaming.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "random/bernoulli_elementwise.cc"
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

constexpr std::size_t kChunk = 2048;
/// 16-bit words in a block.
constexpr std::size_t kBlockWords = 8;

/// The precision of the lanes: that of the wider of alpha and the result.
template <class Draws>
using Lane = std::conditional_t<std::is_same_v<typename Draws::Alpha, double> ||
                                    std::is_same_v<typename Draws::Format, double>,
                                double, float>;
template <class Draws>
using LaneTag = hn::ScalableTag<Lane<Draws>>;
template <class Draws>
using CheckVector = hn::Vec<hn::RebindToSigned<LaneTag<Draws>>>;

template <class D, typename Alpha>
HWY_INLINE HWY_ATTR hn::Vec<D> loadAlpha(D d, const Alpha* alpha) {
  if constexpr (std::is_same_v<hn::TFromD<D>, Alpha>) {
    return hn::LoadU(d, alpha);
  } else {
    return hn::PromoteTo(d, hn::LoadU(hn::Rebind<Alpha, D>(), alpha));
  }
}

template <class D>
HWY_INLINE HWY_ATTR hn::Vec<D> loadWords(D d, const std::uint16_t* words) {
  const hn::Rebind<std::int32_t, D> whole;
  const auto numbers = hn::PromoteTo(whole, hn::LoadU(hn::Rebind<std::uint16_t, D>(), words));
  if constexpr (sizeof(hn::TFromD<D>) == 4) {
    return hn::ConvertTo(d, numbers);
  } else {
    return hn::PromoteTo(d, numbers);
  }
}

/// What lanes that are kept hold. These have alpha >= 2^-64: nothing that counts overflows.
template <bool kScaled, class D>
HWY_INLINE HWY_ATTR hn::Vec<D> keptLanes(D d, hn::Vec<D> alpha) {
  const auto one = hn::Set(d, hn::TFromD<D>{1});
  if constexpr (kScaled) return hn::Div(one, alpha);
  return one;
}

template <bool kStreaming, class D, typename Value>
HWY_INLINE HWY_ATTR void storeValues(D d, hn::Vec<D> values, Value* out) {
  if constexpr (std::is_same_v<hn::TFromD<D>, Value>) {
    storeLanes<kStreaming>(d, values, out);
  } else {
    const hn::Rebind<Value, D> narrow;
    storeLanes<kStreaming>(narrow, hn::DemoteTo(narrow, values), out);
  }
}

/// kWordBits elements; whether there is a tie among them, which counts as not kept. A lane of
/// `check` becomes negative when alpha is not in [0, 1] (or is -0).
template <bool kScaled, bool kStreaming, class Draws>
HWY_INLINE HWY_ATTR bool drawWord(const typename Draws::Alpha* alpha, const std::uint16_t* words,
                                  typename Draws::Storage* out, CheckVector<Draws>& check) {
  using Format = typename Draws::Format;
  constexpr bool kIsValue = std::is_floating_point_v<Format>;
  const LaneTag<Draws> d;
  using D = LaneTag<Draws>;
  const hn::RebindToSigned<D> bits;
  const auto oneBits = hn::BitCast(bits, hn::Set(d, Lane<Draws>{1}));
  auto ties = hn::FirstN(d, 0);
  std::uint64_t word = 0;
  for (std::size_t j = 0; j < kWordBits; j += hn::MaxLanes(D())) {
    const auto probability = loadAlpha(d, alpha + j);
    const auto number = hn::BitCast(bits, probability);
    check = hn::Or3(check, number, hn::Sub(oneBits, number));
    const auto threshold = hn::Floor(hn::Mul(probability, hn::Set(d, Lane<Draws>{65536})));
    const auto drawn = loadWords(d, words + j);
    const auto kept = hn::Lt(drawn, threshold);
    ties = hn::Or(ties, hn::Eq(drawn, threshold));
    if constexpr (kIsValue) {
      const auto values = keptLanes<kScaled>(d, probability);
      storeValues<kStreaming>(d, hn::IfThenElseZero(kept, values), out + j);
    } else {
      word |= bitsOfMask(d, kept) << j;
    }
  }
  if constexpr (std::is_same_v<Format, PackedBit>) {
    std::memcpy(out, &word, sizeof(word));
  } else if constexpr (!kIsValue) {
    expandWord<false>(word, Format{1}, out);
  }
  return !hn::AllFalse(d, ties);
}

/// The ties of kWordBits elements, the first of which has the number `first`.
template <class Draws>
HWY_NOINLINE void settleTies(const Draws& draws, std::uint64_t first,
                             const typename Draws::Alpha* alpha, const std::uint16_t* words,
                             typename Draws::Storage* out) {
  const Philox stream(draws.address.seed, draws.address.stream);
  for (std::size_t j = 0; j < kWordBits; ++j) {
    const double threshold = static_cast<double>(alpha[j]) * 0x1p16;
    const double fraction = threshold - static_cast<double>(words[j]);
    if (!(fraction >= 0.0 && fraction < 1.0)) continue;
    const Philox::Block block = stream.block(blockNumber(Domain::refinement, first + j));
    const std::uint64_t rest = (std::uint64_t{block[1] & 0xFFFFU} << 32U) | block[0];
    if (rest >= static_cast<std::uint64_t>(fraction * 0x1p48)) continue;
    if constexpr (std::is_same_v<typename Draws::Format, PackedBit>) {
      out[j / 8] = static_cast<std::uint8_t>(out[j / 8] | (1U << (j % 8)));
    } else {
      out[j] = keptValue<typename Draws::Format>(static_cast<double>(alpha[j]), draws.scaled);
    }
  }
}

template <typename Alpha>
std::size_t firstInvalid(const Alpha* alpha, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    if (!(alpha[i] >= 0 && alpha[i] <= 1)) return i;
  }
  return kAllValid;
}

/// Elements done to done + count - 1 of the draws; words[j] is that of element done + j. What is
/// beyond is read up to the next multiple of kWordBits, but not used.
template <bool kScaled, bool kStreaming, class Draws>
HWY_INLINE HWY_ATTR std::size_t drawChunk(const Draws& draws, std::size_t done, std::size_t count,
                                          const std::uint16_t* words) {
  using Alpha = typename Draws::Alpha;
  using Storage = typename Draws::Storage;
  constexpr bool kPacked = std::is_same_v<typename Draws::Format, PackedBit>;
  const hn::RebindToSigned<LaneTag<Draws>> bits;
  const Alpha* alpha = draws.alpha + done;
  Storage* out = draws.out + (kPacked ? done / 8 : done);
  const std::uint64_t first = draws.first + done;
  CheckVector<Draws> check = hn::Zero(bits);
  std::size_t i = 0;
  for (; i + kWordBits <= count; i += kWordBits) {
    Storage* at = out + (kPacked ? i / 8 : i);
    if (drawWord<kScaled, kStreaming, Draws>(alpha + i, words + i, at, check)) {
      settleTies(draws, first + i, alpha + i, words + i, at);
    }
  }
  if (i < count) {
    const std::size_t left = count - i;
    alignas(64) Alpha padded[kWordBits] = {};
    alignas(64) Storage drawn[kWordBits];
    std::memcpy(padded, alpha + i, left * sizeof(Alpha));
    if (drawWord<kScaled, false, Draws>(padded, words + i, drawn, check)) {
      settleTies(draws, first + i, padded, words + i, drawn);
    }
    const std::size_t bytes = kPacked ? (left + 7) / 8 : left * sizeof(Storage);
    std::memcpy(out + (kPacked ? i / 8 : i), drawn, bytes);
  }
  if (hn::AllFalse(bits, hn::Lt(check, hn::Zero(bits)))) return kAllValid;
  const std::size_t invalid = firstInvalid(alpha, count);
  return invalid == kAllValid ? kAllValid : done + invalid;
}

template <bool kScaled, bool kStreaming, class Draws>
HWY_NOINLINE HWY_ATTR std::size_t drawChunks(const Draws& draws) {
  const RoundKeys keys(draws.address.seed);
  const std::uint64_t stream = draws.address.stream;
  // A block, of which the range may begin in the middle, and those after it, which are aligned. A
  // little more, because words are read kWordBits at a time.
  constexpr std::size_t kLead = 32;
  alignas(64) std::uint16_t buffer[kLead + kChunk + kWordBits];
  std::uint16_t* const lead = buffer + kLead - kBlockWords;
  std::uint64_t block = draws.first / kBlockWords;
  std::size_t start = draws.first % kBlockWords;
  if (start == 0) {
    start = kBlockWords;
  } else {
    const auto words =
        Philox(draws.address.seed, stream).block(blockNumber(Domain::elementwise, block++));
    std::memcpy(lead, words.data(), sizeof(words));
  }
  for (std::size_t done = 0; done < draws.count; done += kChunk) {
    const std::size_t count = std::min(kChunk, draws.count - done);
    const std::size_t blocks = (std::max(start + count, kBlockWords) - 1) / kBlockWords;
    storeRange(keys, stream, blockNumber(Domain::elementwise, block),
               (blocks + kPairBlocks - 1) / kPairBlocks,
               reinterpret_cast<std::uint64_t*>(buffer + kLead));
    block += kChunk / kBlockWords;
    const std::size_t invalid = drawChunk<kScaled, kStreaming>(draws, done, count, lead + start);
    if (invalid != kAllValid) return invalid;
    std::memcpy(lead, lead + kChunk, kBlockWords * sizeof(std::uint16_t));
  }
  if (kStreaming) finishStreaming();
  return kAllValid;
}

}  // namespace

template <class Draws>
HWY_ATTR std::size_t drawElementwise(const Draws& draws) {
  if constexpr (std::is_floating_point_v<typename Draws::Format>) {
    if (draws.scaled && draws.streaming) return drawChunks<true, true>(draws);
    if (draws.scaled) return drawChunks<true, false>(draws);
    if (draws.streaming) return drawChunks<false, true>(draws);
  }
  return drawChunks<false, false>(draws);
}

}  // namespace HWY_NAMESPACE
}  // namespace flipside
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace flipside {
namespace {

template <class Draws>
std::size_t draw(const Draws& draws) {
  static constexpr auto table = FLIPSIDE_SIMD_TABLE(drawElementwise<Draws>);
  return table.chosen()(draws);
}

}  // namespace

std::size_t sampleBits(const Address& address, std::uint64_t first, std::size_t count,
                       const float* alpha, std::uint8_t* bits) {
  return draw(ElementwiseDraws<float, PackedBit>{address, first, count, alpha, bits});
}

std::size_t sampleBits(const Address& address, std::uint64_t first, std::size_t count,
                       const double* alpha, std::uint8_t* bits) {
  return draw(ElementwiseDraws<double, PackedBit>{address, first, count, alpha, bits});
}

template <typename Value, typename Alpha>
std::size_t sampleBernoulli(const Address& address, std::uint64_t first, std::size_t count,
                            const Alpha* alpha, bool scaled, MaskValues<Value> out) {
  ElementwiseDraws<Alpha, Value> draws{address, first, count, alpha, out.values, scaled, false};
  if (!out.streaming || std::is_same_v<Value, std::uint8_t>) return draw(draws);
  const std::size_t head = unalignedHead(out.values, count);
  draws.count = head;
  const std::size_t invalid = draw(draws);
  if (invalid != kAllValid) return invalid;
  const std::size_t invalidAfter = draw(ElementwiseDraws<Alpha, Value>{
      address, first + head, count - head, alpha + head, out.values + head, scaled, true});
  return invalidAfter == kAllValid ? kAllValid : head + invalidAfter;
}

#define FLIPSIDE_INSTANTIATE(Value)                                                               \
  template std::size_t sampleBernoulli(const Address&, std::uint64_t, std::size_t, const float*,  \
                                       bool, MaskValues<Value>);                                  \
  template std::size_t sampleBernoulli(const Address&, std::uint64_t, std::size_t, const double*, \
                                       bool, MaskValues<Value>)
FLIPSIDE_INSTANTIATE(float);
FLIPSIDE_INSTANTIATE(double);
FLIPSIDE_INSTANTIATE(std::uint8_t);
#undef FLIPSIDE_INSTANTIATE

}  // namespace flipside
#endif
