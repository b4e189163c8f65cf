#include "random/philox.h"

namespace flipside {
namespace {

constexpr int kRounds = 10;
constexpr std::uint64_t kMultiplier0 = 0xD2511F53;
constexpr std::uint64_t kMultiplier1 = 0xCD9E8D57;
// The Weyl sequences that the key runs through: the golden ratio and sqrt(3) - 1, times 2^32.
constexpr std::uint32_t kWeyl0 = 0x9E3779B9;
constexpr std::uint32_t kWeyl1 = 0xBB67AE85;

constexpr std::uint32_t low(std::uint64_t word) { return static_cast<std::uint32_t>(word); }
constexpr std::uint32_t high(std::uint64_t word) { return static_cast<std::uint32_t>(word >> 32U); }

/// The upper 52 of 64 bits as the middle of their interval in (0, 1); exact.
double uniform(std::uint32_t lower, std::uint32_t upper) {
  const std::uint64_t bits = (std::uint64_t{upper} << 20U) | (lower >> 12U);
  return (static_cast<double>(bits) + 0.5) * 0x1p-52;
}

}  // namespace

Philox::Block Philox::block(std::uint64_t index) const {
  Block x = {low(index), high(index), low(stream_), high(stream_)};
  std::uint32_t key0 = low(seed_);
  std::uint32_t key1 = high(seed_);
  for (int round = 0; round < kRounds; ++round) {
    const std::uint64_t product0 = kMultiplier0 * x[0];
    const std::uint64_t product1 = kMultiplier1 * x[2];
    x = {high(product1) ^ x[1] ^ key0, low(product1), high(product0) ^ x[3] ^ key1, low(product0)};
    key0 += kWeyl0;
    key1 += kWeyl1;
  }
  return x;
}

void Philox::uniforms(std::span<double> out) const {
  Block words{};
  for (std::size_t i = 0; i < out.size(); ++i) {
    const std::size_t j = 2 * (i % 2);
    if (j == 0) words = block(i / 2);
    out[i] = uniform(words[j], words[j + 1]);
  }
}

}  // namespace flipside
