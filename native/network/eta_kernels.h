// The gradient of the eta trick for a block of weights, in SIMD lanes. Value is float or double.
#pragma once

#include <cstddef>

#include "penalties/mask_form.h"

namespace flipside::network {

/// Where lambda eta f'(eta) is beyond all reason, or eta where f is infinite, it counts as this: so
/// that the square of a gradient is a float, and the step is back.
inline constexpr double kMostProduct = 1e15;

struct EtaFactors {
  double lambda;
  double scale;  ///< of the gradients
  double decay;
};

template <typename Value>
struct EtaArrays {
  std::size_t count;
  const Value* w;
  const Value* theta;
  Value* g;
  Value* h;
};

/// With eta = lambda e^theta, e^|theta| taken as at most e^85 in float32 and e^700 in float64:
/// g += scale w e^-theta, h = scale / 2 (h + lambda decay - w^2 e^-theta). In: h = lambda eta
/// f'(eta).
template <typename Value>
void etaGradients(const EtaFactors& factors, const EtaArrays<Value>& arrays);

/// Whether etaFormGradients() knows f' of a penalty with this form.
bool etaServed(const MaskForm& form, double lambda);

/// The same, with f' from the form.
template <typename Value>
void etaFormGradients(const MaskForm& form, const EtaFactors& factors,
                      const EtaArrays<Value>& arrays);

}  // namespace flipside::network
