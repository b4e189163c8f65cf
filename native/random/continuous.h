// Gaussian and hard concrete masks. The definition is in address.h. float and double are the same
// draw, computed in that precision by functions of our own (simd/math-inl.h), because the bits of a
// mathematical library differ between machines.
//
// Errors against exact arithmetic, u = 2^-24 (float) and 2^-53 (double); continuous.test.ts holds
// the kernels to these bounds:
//   z             8 u |z|; the worst found is 5.5
//   1 + sigma z   9 u |sigma z| + u |1 + sigma z|
//   s_i           u (zeta - gamma) (4 + 4 (1 + |logit|) s (1 - s) / beta), logit = ln u - ln(1 - u)
#pragma once

#include <cstddef>
#include <cstdint>

#include "random/address.h"
#include "random/bernoulli.h"

namespace flipside {

/// The parameters that all elements of a hard concrete mask share (Louizos, Welling and Kingma
/// 2018).
struct HardConcreteShape {
  double beta = 2.0 / 3.0;  ///< > 0
  double gamma = -0.1;      ///< < 0
  double zeta = 1.1;        ///< > 1
};

/// A parameter of each element, or one for all when `each` is null.
template <typename Value>
struct Parameter {
  const Value* each = nullptr;
  Value all{};
};

/// out[i] = z of element first + i. No out may overlap parameters.
template <typename Value>
void sampleNormal(const Address& address, std::uint64_t first, std::size_t count, Value* out);

/// out[i] = 1 + sigma z, product and sum rounded; 0 where sigma is +infinity. Returns the index of
/// the first sigma that is not >= 0, or kAllValid.
template <typename Value>
std::size_t sampleGaussian(const Address& address, std::uint64_t first, std::size_t count,
                           Parameter<Value> sigma, MaskValues<Value> out);

/// out[i] = s with the location log a; 0 and 1 at -infinity and +infinity. Returns the index of the
/// first location that is NaN, or kAllValid.
template <typename Value>
std::size_t sampleHardConcrete(const Address& address, std::uint64_t first, std::size_t count,
                               Parameter<Value> logA, const HardConcreteShape& shape,
                               MaskValues<Value> out);

}  // namespace flipside
