#include "random/masks.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "random/bernoulli.h"

namespace flipside {

Mask bernoulliMask(double variance) {
  if (std::isinf(variance)) return {0.0, 0.0};
  return {1.0 / (1.0 + variance), 1.0 + variance};
}

Mask unscaledBernoulliMask(double variance) { return {1.0 / (1.0 + variance), 1.0}; }

Mask gaussianMask(double variance) { return {std::sqrt(variance), 1.0}; }

Mask hardConcreteMask(double logA, double mean) {
  if (std::isinf(logA)) return {logA, logA > 0.0 ? 1.0 : 0.0};
  // Finite, so that nothing kept stays nothing.
  return {logA, std::min(1.0 / mean, std::numeric_limits<double>::max())};
}

MaskVector::MaskVector(MaskKind kind, std::size_t size, const HardConcreteShape& shape)
    : kind_(kind), parameters_(size), scales_(size), shape_(shape) {}

void MaskVector::set(std::size_t j, const Mask& mask) {
  parameters_[j] = mask.parameter;
  scales_[j] = mask.scale;
}

void MaskVector::add(const Mask& mask) {
  parameters_.push_back(mask.parameter);
  scales_.push_back(mask.scale);
}

void MaskVector::sample(const Address& stream, std::span<double> out) const {
  const MaskValues<double> values{out.data()};
  const double* parameters = parameters_.data();
  std::size_t invalid = kAllValid;
  switch (kind_) {
    case MaskKind::bernoulli:
    case MaskKind::unscaledBernoulli:
      invalid = sampleBernoulli(stream, 0, out.size(), parameters, false, values);
      break;
    case MaskKind::gaussian:
      invalid = sampleGaussian(stream, 0, out.size(), {parameters}, values);
      break;
    case MaskKind::hardConcrete:
      invalid = sampleHardConcrete(stream, 0, out.size(), {parameters}, shape_, values);
      break;
  }
  if (invalid != kAllValid) throw std::invalid_argument("a mask that no variance gives");
  for (std::size_t j = 0; j < out.size(); ++j) out[j] *= scales_[j];
}

}  // namespace flipside
