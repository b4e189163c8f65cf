#include "masks/sample.h"

#include <stdexcept>

namespace flipside {
namespace {

template <typename Value>
void elements(const MaskDraws& draws, MaskValues<Value> out) {
  const bool scaled = draws.kind == MaskKind::bernoulli;
  if (const auto* alpha = std::get_if<double>(&draws.parameter)) {
    sampleBernoulli(draws.address, draws.first, draws.count, *alpha, scaled, out);
  } else if (const auto* floats = std::get_if<const float*>(&draws.parameter)) {
    sampleBernoulli(draws.address, draws.first, draws.count, *floats, scaled, out);
  } else {
    sampleBernoulli(draws.address, draws.first, draws.count,
                    std::get<const double*>(draws.parameter), scaled, out);
  }
}

template <typename Value>
void continuous(const MaskDraws& draws, MaskValues<Value> out) {
  Parameter<Value> parameter;
  if (const auto* all = std::get_if<double>(&draws.parameter)) {
    parameter.all = static_cast<Value>(*all);
  } else if (const auto* each = std::get_if<const Value*>(&draws.parameter)) {
    parameter.each = *each;
  } else {
    throw std::invalid_argument("not yet");
  }
  if (draws.kind == MaskKind::gaussian) {
    sampleGaussian(draws.address, draws.first, draws.count, parameter, out);
  } else {
    sampleHardConcrete(draws.address, draws.first, draws.count, parameter, draws.shape, out);
  }
}

}  // namespace

void sampleMask(const MaskDraws& draws, const MaskOutput& out) {
  const bool isContinuous =
      draws.kind == MaskKind::gaussian || draws.kind == MaskKind::hardConcrete;
  if (const auto* packed = std::get_if<PackedBits>(&out)) {
    const auto bits = [&](const auto& alpha) {
      sampleBits(draws.address, draws.first, draws.count, alpha, packed->bytes);
    };
    std::visit(bits, draws.parameter);
  } else if (const auto* bytes = std::get_if<std::uint8_t*>(&out)) {
    elements(draws, MaskValues<std::uint8_t>{*bytes});
  } else if (const auto* floats = std::get_if<float*>(&out)) {
    isContinuous ? continuous(draws, MaskValues<float>{*floats})
                 : elements(draws, MaskValues<float>{*floats});
  } else {
    const MaskValues<double> doubles{std::get<double*>(out)};
    isContinuous ? continuous(draws, doubles) : elements(draws, doubles);
  }
}

}  // namespace flipside
