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

  /// out[i] = element first + i of the stream as uniform numbers: odd multiples of 2^-53, so never
  /// 0 or 1 and symmetric about 1/2. Two words each: elements 2b and 2b + 1 are of block b.
  void uniforms(std::uint64_t first, std::span<double> out) const;

  /// The same as standard normal numbers, by Box and Muller from the two uniform ones of a block:
  /// at most 8.6 in absolute value.
  void normals(std::uint64_t first, std::span<double> out) const;

 private:
  std::uint64_t seed_;
  std::uint64_t stream_;
};

}  // namespace flipside
