// Steps along a gradient, one block of parameters at a time.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "network/step.h"

namespace flipside::network {

struct OptimizerOptions {
  std::string name = "adam";  ///< or "sgd"
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-8;
  double momentum = 0.0;
  bool nesterov = false;
};

template <typename Value>
class Optimizer {
 public:
  virtual ~Optimizer() = default;

  /// How many numbers it remembers of each parameter: 0, 1 or 2. They start at 0.
  virtual std::size_t moments() const = 0;
  /// Before the first update() of a step, on one thread: what all its blocks have in common.
  virtual void begin(const Step& step) = 0;
  /// first and second are null beyond moments().
  virtual void update(const Step& step, std::size_t count, Value* parameters,
                      const Value* gradients, Value* first, Value* second) const = 0;
  /// The step size of each parameter after update(): learningRate / sqrt(v-hat) of Adam without
  /// epsilon (+infinity where v is 0), learningRate of SGD; 0 with a learning rate of 0.
  virtual void rates(const Step& step, std::size_t count, const Value* second,
                     Value* out) const = 0;
};

/// adam: Kingma and Ba 2015, with the bias corrections and the place of epsilon of their Algorithm
/// 1; sgd: v <- momentum v + g, w <- w - learningRate v, or with nesterov w - learningRate (g +
/// momentum v).
template <typename Value>
std::unique_ptr<Optimizer<Value>> makeOptimizer(const OptimizerOptions& options);

}  // namespace flipside::network
