// The steps of the optimisers for a block of parameters, in SIMD lanes. Value is float or double.
#pragma once

#include <cstddef>

namespace flipside::network {

/// What one step of Adam has in common for all parameters.
struct AdamStep {
  double firstShare;   ///< 1 - beta1
  double secondShare;  ///< 1 - beta2
  double rate;         ///< learningRate / (1 - beta1^t)
  double root;         ///< 1 / sqrt(1 - beta2^t)
  double epsilon;
};

template <typename Value>
struct OptimizerArrays {
  std::size_t count;
  Value* parameters;
  const Value* gradients;
  Value* first;
  Value* second;
};

/// Adam takes a larger gradient, such as lp has next to 0, as this large: with an infinite v its
/// weight would not move any more.
template <typename Value>
inline constexpr Value kMostGradient = sizeof(Value) == 4 ? Value(1e18F) : Value(1e150);

/// m <- (1 - firstShare) m + firstShare g, v alike with g^2, parameter -= rate m / (root sqrt(v) +
/// epsilon). Here and below a denormal m or v becomes 0.
template <typename Value>
void adamStep(const AdamStep& step, const OptimizerArrays<Value>& arrays);

/// parameter -= rate g.
template <typename Value>
void plainStep(double rate, const OptimizerArrays<Value>& arrays);

/// m <- momentum m + g, parameter -= rate m, or with nesterov rate (g + momentum m).
template <typename Value>
void momentumStep(double rate, double momentum, bool nesterov,
                  const OptimizerArrays<Value>& arrays);

/// out = rate / sqrt(second).
template <typename Value>
void rootRates(double rate, std::size_t count, const Value* second, Value* out);

}  // namespace flipside::network
