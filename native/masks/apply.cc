#include "masks/apply.h"

#include <algorithm>

#include "design/bad_value.h"
#include "masks/arithmetic.h"
#include "masks/mask_source.h"
#include "masks/parts.h"
#include "simd/huge_pages.h"
#include "simd/streaming.h"

namespace flipside {
namespace {

/// Bytes from which on writing past the caches pays, unless they hold what is written already.
constexpr std::size_t kStreaming = std::size_t{16} << 20;

}  // namespace

template <typename Value>
void requireFinite(const char* name, std::size_t begin, std::span<const Value> values) {
  const std::size_t bad = firstNotFinite(values.data(), values.size());
  if (bad == kAllValid) return;
  throw badElement(name, "finite", begin + bad, static_cast<double>(values[bad]), "NOT_FINITE");
}

template <typename Value>
void applyMask(const MaskDraws& draws, std::span<const Value> weights, Value* out,
               const MaskControl& control) {
  const MaskSource<Value> source(draws, control);
  const bool streaming = out != weights.data() && weights.size() * sizeof(Value) >= kStreaming;
  adviseHugePages(out, weights.size_bytes());
  forParts(weights.size(), control, [&](std::size_t from, std::size_t length) {
    alignas(64) Value mask[kMaskStretch];
    for (std::size_t begin = from; begin < from + length; begin += kMaskStretch) {
      const std::size_t size = std::min(kMaskStretch, from + length - begin);
      requireFinite("weights", draws.before + begin, weights.subspan(begin, size));
      source.values(begin, size, {mask});
      multiplyElements(&weights[begin], mask, size, out + begin, streaming);
    }
    if (streaming) finishStreaming();
  });
}

template void requireFinite(const char*, std::size_t, std::span<const float>);
template void requireFinite(const char*, std::size_t, std::span<const double>);
template void applyMask(const MaskDraws&, std::span<const float>, float*, const MaskControl&);
template void applyMask(const MaskDraws&, std::span<const double>, double*, const MaskControl&);

}  // namespace flipside
