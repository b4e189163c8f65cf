#include "random/continuous.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "random/philox.h"

namespace flipside {
namespace {

double centre(std::uint32_t word) { return (word + 0.5) * 0x1p-32; }

double normalAt(const Philox& stream, std::uint64_t i) {
  const Philox::Block block = stream.block(blockNumber(Domain::normal, i / 4));
  const std::size_t j = i % 4 & ~std::size_t{1};
  const double radius = std::sqrt(-2.0 * std::log(centre(block[j])));
  const double angle = 2.0 * std::numbers::pi * block[j + 1] * 0x1p-32;
  return radius * (i % 2 == 0 ? std::cos(angle) : std::sin(angle));
}

double hardConcreteAt(const Philox& stream, std::uint64_t i, double logA,
                      const HardConcreteShape& shape) {
  const std::uint32_t word = stream.block(blockNumber(Domain::hardConcrete, i / 4))[i % 4];
  const double logit = std::log(centre(word)) - std::log(centre(~word));
  const double s = 1.0 / (1.0 + std::exp(-(logit + logA) / shape.beta));
  return std::clamp(shape.gamma + (shape.zeta - shape.gamma) * s, 0.0, 1.0);
}

}  // namespace

template <typename Value>
void sampleNormal(const Address& address, std::uint64_t first, std::size_t count, Value* out) {
  const Philox stream(address.seed, address.stream);
  for (std::size_t i = 0; i < count; ++i) out[i] = static_cast<Value>(normalAt(stream, first + i));
}

template <typename Value>
std::size_t sampleGaussian(const Address& address, std::uint64_t first, std::size_t count,
                           Parameter<Value> sigma, MaskValues<Value> out) {
  const Philox stream(address.seed, address.stream);
  for (std::size_t i = 0; i < count; ++i) {
    const Value s = sigma.each != nullptr ? sigma.each[i] : sigma.all;
    if (!(s >= Value{0})) return i;
    out.values[i] =
        std::isinf(s) ? Value{0} : static_cast<Value>(1.0 + s * normalAt(stream, first + i));
  }
  return kAllValid;
}

template <typename Value>
std::size_t sampleHardConcrete(const Address& address, std::uint64_t first, std::size_t count,
                               Parameter<Value> logA, const HardConcreteShape& shape,
                               MaskValues<Value> out) {
  const Philox stream(address.seed, address.stream);
  for (std::size_t i = 0; i < count; ++i) {
    const Value location = logA.each != nullptr ? logA.each[i] : logA.all;
    if (std::isnan(location)) return i;
    out.values[i] = static_cast<Value>(hardConcreteAt(stream, first + i, location, shape));
  }
  return kAllValid;
}

#define FLIPSIDE_INSTANTIATE(Value)                                                   \
  template void sampleNormal(const Address&, std::uint64_t, std::size_t, Value*);     \
  template std::size_t sampleGaussian(const Address&, std::uint64_t, std::size_t,     \
                                      Parameter<Value>, MaskValues<Value>);           \
  template std::size_t sampleHardConcrete(const Address&, std::uint64_t, std::size_t, \
                                          Parameter<Value>, const HardConcreteShape&, \
                                          MaskValues<Value>)
FLIPSIDE_INSTANTIATE(float);
FLIPSIDE_INSTANTIATE(double);
#undef FLIPSIDE_INSTANTIATE

}  // namespace flipside
