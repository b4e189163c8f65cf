// Where the random words of a draw are. Element i of a stream uses words that depend on seed,
// stream, i and the kind of draw alone, so a range is the same bits however it is cut, on whatever
// thread and with whatever instructions.
//
// A block of Philox (philox.h) is four words w0..w3 of 32 bits, or eight of 16: the lower half of
// w0, its upper half, the lower half of w1, ... Blocks are numbered within a domain, which is the
// upper byte of the block number; so draws of different kinds share no word. With U_i, R_i, ... as
// whole numbers:
//
//   elementwise Bernoulli  W_i = 16-bit word i % 8 of block i / 8 in `elementwise`,
//                          R_i = w0 + 2^32 (w1 mod 2^16) of block i in `refinement`,
//                          U_i = 2^48 W_i + R_i; kept if U_i < floor(alpha_i 2^64)
//   Bernoulli, one alpha   bit 63 - k of U_i = bit i % 128 of block 256 (i / 512) + 4 k +
//                          (i % 512) / 128 in `uniformBits`, k = 0..63, where bit b of a block is
//                          bit b % 32 of word b / 32; kept if U_i < floor(alpha 2^64)
//   Gaussian               for i even, j = i % 4 and the block i / 4 in `normal`:
//                          u = (w_j + 1/2) 2^-32, r = sqrt(-2 ln u), phi = 2 pi w_(j+1) 2^-32;
//                          z_i = r cos phi, z_(i+1) = r sin phi
//   hard concrete          u_i = (w_(i%4) + 1/2) 2^-32 of block i / 4 in `hardConcrete`;
//                          s = sigmoid((ln u - ln(1 - u) + log a_i) / beta),
//                          s_i = min(1, max(0, gamma + (zeta - gamma) s))
//
// Element numbers are below 2^53 + 2^33. alpha = 1 keeps always.
#pragma once

#include <cstdint>

namespace flipside {

struct Address {
  std::uint64_t seed = 0;
  std::uint64_t stream = 0;
};

enum class Domain : std::uint64_t {
  words = 0,  ///< philox.h: the stream as such
  elementwise = 1,
  refinement = 2,
  uniformBits = 3,
  normal = 4,
  hardConcrete = 5,
};

constexpr std::uint64_t blockNumber(Domain domain, std::uint64_t index) {
  return (static_cast<std::uint64_t>(domain) << 56U) + index;
}

}  // namespace flipside
