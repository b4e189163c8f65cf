#include "masks/sample.h"

#include "masks/mask_source.h"
#include "masks/parts.h"
#include "simd/huge_pages.h"

namespace flipside {
namespace {

/// Bytes from which on writing past the caches pays: some times the second cache. What comes next
/// would find less in the last one, though, so not at once.
constexpr std::size_t kStreaming = std::size_t{8} << 20;

template <typename Value>
void sampleValues(const MaskDraws& draws, Value* out, const MaskControl& control) {
  const MaskSource<Value> source(draws, control);
  const std::size_t count = draws.elements();
  const bool streaming = count * sizeof(Value) >= kStreaming;
  adviseHugePages(out, count * sizeof(Value));
  forParts(count, control, [&](std::size_t begin, std::size_t size) {
    source.values(begin, size, {out + begin, streaming});
  });
}

}  // namespace

void sampleMask(const MaskDraws& draws, const MaskOutput& out, const MaskControl& control) {
  if (const auto* packed = std::get_if<PackedBits>(&out)) {
    const MaskSource<std::uint8_t> source(draws, control);
    adviseHugePages(packed->bytes, (draws.elements() + 7) / 8);
    forParts(draws.elements(), control, [&](std::size_t begin, std::size_t size) {
      source.bits(begin, size, packed->bytes + begin / 8);
    });
  } else if (const auto* bytes = std::get_if<std::uint8_t*>(&out)) {
    sampleValues(draws, *bytes, control);
  } else if (const auto* floats = std::get_if<float*>(&out)) {
    sampleValues(draws, *floats, control);
  } else {
    sampleValues(draws, std::get<double*>(out), control);
  }
}

}  // namespace flipside
