#include "random/bernoulli.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <type_traits>

#include "random/philox.h"

namespace flipside {
namespace {

bool below(std::uint64_t u, double alpha) {
  return alpha >= 1.0 || u < static_cast<std::uint64_t>(std::ldexp(alpha, 64));
}

std::uint64_t elementwiseNumber(const Philox& stream, std::uint64_t i) {
  const Philox::Block block = stream.block(blockNumber(Domain::elementwise, i / 8));
  const std::uint64_t word = (block[(i % 8) / 2] >> (16 * (i % 2))) & 0xFFFFU;
  const Philox::Block rest = stream.block(blockNumber(Domain::refinement, i));
  return (word << 48U) | (std::uint64_t{rest[1] & 0xFFFFU} << 32U) | rest[0];
}

std::uint64_t uniformNumber(const Philox& stream, std::uint64_t i) {
  std::uint64_t u = 0;
  const std::uint64_t lane = i % 512;
  for (std::uint64_t k = 0; k < 64; ++k) {
    const Philox::Block block =
        stream.block(blockNumber(Domain::uniformBits, 256 * (i / 512) + 4 * k + lane / 128));
    u = 2 * u + ((block[(lane % 128) / 32] >> (lane % 32)) & 1U);
  }
  return u;
}

template <typename Value>
Value keptValue(double alpha, bool scaled) {
  if (!scaled || std::is_same_v<Value, std::uint8_t>) return Value{1};
  return static_cast<Value>(
      std::min(1.0 / alpha, static_cast<double>(std::numeric_limits<Value>::max())));
}

template <typename Alpha>
std::size_t bitsOf(const Address& address, std::uint64_t first, std::size_t count,
                   const Alpha* alpha, std::uint8_t* bits) {
  const Philox stream(address.seed, address.stream);
  std::memset(bits, 0, (count + 7) / 8);
  for (std::size_t i = 0; i < count; ++i) {
    if (!(alpha[i] >= 0 && alpha[i] <= 1)) return i;
    if (below(elementwiseNumber(stream, first + i), alpha[i])) {
      bits[i / 8] = static_cast<std::uint8_t>(bits[i / 8] | (1U << (i % 8)));
    }
  }
  return kAllValid;
}

}  // namespace

void sampleBits(const Address& address, std::uint64_t first, std::size_t count, double alpha,
                std::uint8_t* bits) {
  const Philox stream(address.seed, address.stream);
  std::memset(bits, 0, (count + 7) / 8);
  for (std::size_t i = 0; i < count; ++i) {
    if (below(uniformNumber(stream, first + i), alpha)) {
      bits[i / 8] = static_cast<std::uint8_t>(bits[i / 8] | (1U << (i % 8)));
    }
  }
}

std::size_t sampleBits(const Address& address, std::uint64_t first, std::size_t count,
                       const float* alpha, std::uint8_t* bits) {
  return bitsOf(address, first, count, alpha, bits);
}

std::size_t sampleBits(const Address& address, std::uint64_t first, std::size_t count,
                       const double* alpha, std::uint8_t* bits) {
  return bitsOf(address, first, count, alpha, bits);
}

template <typename Value>
void sampleBernoulli(const Address& address, std::uint64_t first, std::size_t count, double alpha,
                     bool scaled, MaskValues<Value> out) {
  const Philox stream(address.seed, address.stream);
  const Value kept = keptValue<Value>(alpha, scaled);
  for (std::size_t i = 0; i < count; ++i) {
    out.values[i] = below(uniformNumber(stream, first + i), alpha) ? kept : Value{0};
  }
}

template <typename Value, typename Alpha>
std::size_t sampleBernoulli(const Address& address, std::uint64_t first, std::size_t count,
                            const Alpha* alpha, bool scaled, MaskValues<Value> out) {
  const Philox stream(address.seed, address.stream);
  for (std::size_t i = 0; i < count; ++i) {
    if (!(alpha[i] >= 0 && alpha[i] <= 1)) return i;
    const bool kept = below(elementwiseNumber(stream, first + i), alpha[i]);
    out.values[i] = kept ? keptValue<Value>(alpha[i], scaled) : Value{0};
  }
  return kAllValid;
}

#define FLIPSIDE_INSTANTIATE(Value)                                                               \
  template void sampleBernoulli(const Address&, std::uint64_t, std::size_t, double, bool,         \
                                MaskValues<Value>);                                               \
  template std::size_t sampleBernoulli(const Address&, std::uint64_t, std::size_t, const float*,  \
                                       bool, MaskValues<Value>);                                  \
  template std::size_t sampleBernoulli(const Address&, std::uint64_t, std::size_t, const double*, \
                                       bool, MaskValues<Value>)
FLIPSIDE_INSTANTIATE(float);
FLIPSIDE_INSTANTIATE(double);
FLIPSIDE_INSTANTIATE(std::uint8_t);
#undef FLIPSIDE_INSTANTIATE

}  // namespace flipside
