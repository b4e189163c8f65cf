#include "random/masks.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace flipside {
namespace {

double sigmoid(double x) {
  const double decay = std::exp(-std::abs(x));
  return (x >= 0.0 ? 1.0 : decay) / (1.0 + decay);
}

double hardConcrete(double uniform, double logA, const HardConcreteShape& shape) {
  const double logit = std::log(uniform) - std::log1p(-uniform);
  const double x = (logit + logA) / shape.beta;
  return std::clamp(shape.zeta * sigmoid(x) + shape.gamma * sigmoid(-x), 0.0, 1.0);
}

}  // namespace

Mask bernoulliMask(double variance) {
  if (std::isinf(variance)) return {0.0, 0.0};
  return {1.0 / (1.0 + variance), 1.0 + variance};
}

Mask unscaledBernoulliMask(double variance) { return {1.0 / (1.0 + variance), 1.0}; }

Mask gaussianMask(double variance) {
  if (std::isinf(variance)) return {0.0, 0.0};
  return {1.0, std::sqrt(variance)};
}

Mask hardConcreteMask(double logA, double mean) {
  if (std::isinf(logA)) return {logA, logA > 0.0 ? 1.0 : 0.0};
  // Finite, so that nothing kept stays nothing.
  return {logA, std::min(1.0 / mean, std::numeric_limits<double>::max())};
}

void MaskVector::sample(const Philox& stream, std::span<double> out) const {
  if (kind == MaskKind::gaussian) {
    stream.normals(0, out);
  } else {
    stream.uniforms(0, out);
  }
  for (std::size_t j = 0; j < out.size(); ++j) {
    const auto [location, scale] = elements[j];
    switch (kind) {
      case MaskKind::bernoulli:
      case MaskKind::unscaledBernoulli:
        out[j] = out[j] < location ? scale : 0.0;
        break;
      case MaskKind::gaussian:
        out[j] = location + scale * out[j];
        break;
      case MaskKind::hardConcrete:
        out[j] = scale * hardConcrete(out[j], location, shape);
        break;
    }
  }
}

}  // namespace flipside
