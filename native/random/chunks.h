// Draws of one word each, a chunk at a time: blocks of Philox into a buffer that the first level of
// cache holds, then the kernel of the kind over them.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "random/continuous.h"
#include "random/words.h"
#include "simd/streaming.h"

namespace flipside {

inline constexpr std::size_t kChunk = 1024;
/// What a kernel is given is a multiple of that, for whole vectors of every target.
inline constexpr std::size_t kGroup = 32;

/// Element i of `domain` uses word i % 4 of block i / 4. kernel(words, count, parameter, out)
/// returns whether all parameters were what valid() wants; they, and words, may be beyond those of
/// the elements.
template <typename Value, typename Kernel, typename Valid>
std::size_t drawChunks(const Address& address, Domain domain, std::uint64_t first,
                       std::size_t count, Parameter<Value> parameter, MaskValues<Value> out,
                       const Kernel& kernel, const Valid& valid) {
  if (count == 0) return kAllValid;
  const bool single = parameter.each == nullptr;
  if (single && !valid(parameter.all)) return 0;
  alignas(64) std::uint32_t words[kChunk];
  alignas(64) Value parameters[kChunk];
  alignas(64) Value values[kChunk];
  std::size_t skip = first % 4;
  std::fill_n(parameters, std::min(kChunk, (skip + count + kGroup - 1) / kGroup * kGroup),
              single ? parameter.all : Value{0});
  std::uint64_t block = first / 4;
  for (std::size_t done = 0; done < count; block += kChunk / 4) {
    const std::size_t wanted = std::min(count - done, kChunk - skip);
    const std::size_t drawn = (skip + wanted + kGroup - 1) / kGroup * kGroup;
    fillBlocks(address, blockNumber(domain, block), drawn / 4, words);
    const bool whole = drawn == wanted;
    if (!single && !whole) std::copy_n(parameter.each + done, wanted, parameters + skip);
    const Value* from = single || !whole ? parameters : parameter.each + done;
    const bool direct = whole && !out.streaming;
    if (!kernel(words, drawn, from, direct ? out.values + done : values)) {
      const Value* each = parameter.each + done;
      return done + static_cast<std::size_t>(std::find_if_not(each, each + wanted, valid) - each);
    }
    if (out.streaming) {
      copyStreaming(values + skip, wanted, out.values + done);
    } else if (!direct) {
      std::copy_n(values + skip, wanted, out.values + done);
    }
    done += wanted;
    skip = 0;
  }
  if (out.streaming) finishStreaming();
  return kAllValid;
}

}  // namespace flipside
