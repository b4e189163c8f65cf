// Philox4x32-10 (Salmon, Moraes, Dror and Shaw 2011, "Parallel random numbers: as easy as 1, 2,
// 3"): random numbers as a function of their place. A stream is addressed by a seed, the key, and
// its number, the upper half of the counter; block number b, the lower half, holds four words of 32
// bits. So a range of a stream is the same however it is cut and whichever thread computes it.
#pragma once

#include <array>
#include <cstdint>
#include <span>

namespace flipside {

class Philox {
 public:
  using Block = std::array<std::uint32_t, 4>;

  explicit Philox(std::uint64_t seed, std::uint64_t stream = 0) : seed_(seed), stream_(stream) {}

  /// Words 4 index to 4 index + 3 of the stream.
  Block block(std::uint64_t index) const;

  /// The stream as uniform numbers of two words each: odd multiples of 2^-53, so never 0 or 1 and
  /// symmetric about 1/2.
  void uniforms(std::span<double> out) const;

 private:
  std::uint64_t seed_;
  std::uint64_t stream_;
};

}  // namespace flipside
