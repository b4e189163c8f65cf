// In two passes, so that the list is allocated once and as long as it is: packed bits and how many
// of each part are kept, then their indices, each part to its place.
#include "masks/kept.h"

#include <bit>
#include <cstring>
#include <memory>
#include <numeric>

#include "masks/draw_source.h"
#include "masks/parts.h"
#include "masks/structure.h"
#include "simd/huge_pages.h"

namespace flipside {
namespace {

constexpr std::size_t kWord = 64;
static_assert(kMaskPart % kWord == 0);

/// Writes index + b for each bit b of word.
std::uint32_t* writeIndices(std::uint64_t word, std::uint32_t index, std::uint32_t* out) {
  while (word != 0) {
    *out++ = index + static_cast<std::uint32_t>(std::countr_zero(word));
    word &= word - 1;
  }
  return out;
}

/// Bits 8 k to 8 k + 7 from byte k on whatever machine.
std::uint64_t loadWord(const std::uint64_t& word) {
  if constexpr (std::endian::native == std::endian::little) return word;
  std::uint64_t value = 0;
  for (std::size_t k = 0; k < sizeof(word); ++k) {
    value |= std::uint64_t{reinterpret_cast<const std::uint8_t*>(&word)[k]} << (8 * k);
  }
  return value;
}

/// The progress of one pass out of two.
MaskControl half(const MaskControl& control, double from) {
  MaskControl part{control.cancel, {}};
  if (control.progress) {
    part.progress = [&control, from](double done) { control.progress(from + 0.5 * done); };
  }
  return part;
}

}  // namespace

IndexList sampleKept(const MaskDraws& draws, const MaskControl& control) {
  std::vector<double> norms;
  const MaskDraws units = withUnitNorms(draws, norms, control);
  const DrawSource source(units, control.cancel);
  const std::size_t words = (draws.count + kWord - 1) / kWord;
  const auto bits = std::make_unique_for_overwrite<std::uint64_t[]>(words);
  adviseHugePages(bits.get(), 8 * words);
  // starts[p + 1] is how many part p keeps, and then where part p + 1 begins.
  std::vector<std::size_t> starts((draws.count + kMaskPart - 1) / kMaskPart + 1);
  forParts(draws.count, half(control, 0.0), [&](std::size_t begin, std::size_t count) {
    std::uint64_t* const part = &bits[begin / kWord];
    const std::size_t size = (count + kWord - 1) / kWord;
    part[size - 1] = 0;  // beyond the last byte of the bits
    source.bits(begin, count, reinterpret_cast<std::uint8_t*>(part));
    std::size_t kept = 0;
    for (std::size_t k = 0; k < size; ++k) {
      kept += static_cast<std::size_t>(std::popcount(part[k]));
    }
    starts[begin / kMaskPart + 1] = kept;
  });
  std::partial_sum(starts.begin(), starts.end(), starts.begin());
  const std::size_t kept = starts.back();
  IndexList out{std::make_unique_for_overwrite<std::uint32_t[]>(kept), kept};
  adviseHugePages(out.indices.get(), sizeof(std::uint32_t) * kept);
  forParts(draws.count, half(control, 0.5), [&](std::size_t begin, std::size_t count) {
    std::uint32_t* next = out.indices.get() + starts[begin / kMaskPart];
    for (std::size_t i = begin; i < begin + count; i += kWord) {
      next = writeIndices(loadWord(bits[i / kWord]), static_cast<std::uint32_t>(i), next);
    }
  });
  return out;
}

}  // namespace flipside
