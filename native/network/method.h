// What a method of sparse training adds to plain backpropagation. With a penalty R of the weights
// (and of a second parameter theta of each weight, for some methods) all of them minimise
//
//   J = lossScale (L + lambda R)
//
// by steps of an optimiser (optimizer.h), L being computed with effective weights. The trainer
// sweeps once over all weights at each step, a block at a time: gradients(), the optimiser's
// update() of w and theta, afterStep(), and effective() for the next step, while a block is in the
// nearest cache. Biases have no penalty and no noise.
#pragma once

#include <cstddef>
#include <memory>
#include <span>

#include "network/method_options.h"
#include "network/step.h"

namespace flipside::network {

/// Where the random numbers of a method enter a layer.
enum class Noise {
  none,     ///< it computes with w itself; effective() is not called
  weights,  ///< with effective weights, new at each step
  outputs,  ///< z is Gaussian with mean a W + b and variance (a o a) S + 1e-8
};

struct MethodNeeds {
  Noise noise = Noise::none;
  bool theta = false;         ///< a second parameter of each weight, trained like w
  bool memory = false;        ///< one number of each weight from effective() to gradients()
  bool rates = false;         ///< afterStep()
  bool wholeNetwork = false;  ///< wholeNetwork() after each step
};

/// A block has at most so many weights, so that a method can have buffers on its stack.
inline constexpr std::size_t kBlock = 1024;

/// Weights first .. first + count - 1 of a layer (all of it in wholeNetwork()); theta and memory
/// are null unless needed.
template <typename Value>
struct Block {
  std::size_t layer = 0;
  std::size_t first = 0;
  std::size_t count = 0;
  Value* w = nullptr;
  Value* theta = nullptr;
  Value* memory = nullptr;
};

template <typename Value>
class Method {
 public:
  virtual ~Method() = default;

  virtual MethodNeeds needs() const = 0;

  /// What step.number computes with. `variances` only with Noise::outputs, and then weights is null
  /// (they are w). Draws come from streamOf(step.seed, Purpose::weightNoise, block.layer,
  /// step.number), element block.first + i: any block boundaries give the same numbers.
  virtual void effective(const Step& step, const Block<Value>& block, Value* weights,
                         Value* variances) const {
    (void)step, (void)block, (void)weights, (void)variances;
  }

  /// In: g = lossScale dL/d(effective weight), and with Noise::outputs h = lossScale dL/dS.
  /// Out: g = dJ/dw, and with theta h = dJ/dtheta.
  virtual void gradients(const Step& step, const Block<Value>& block, Value* g, Value* h) const = 0;

  /// After the optimiser's step, with rates: rates[i] is the step size of coordinate i, such as
  /// learningRate / sqrt(v-hat) of Adam.
  virtual void afterStep(const Step& step, const Block<Value>& block, const Value* rates) const {
    (void)step, (void)block, (void)rates;
  }

  /// After the sweep of a step, on one thread; only with wholeNetwork.
  virtual void wholeNetwork(const Step& step, std::span<const Block<Value>> layers) const {
    (void)step, (void)layers;
  }

  /// R of the block.
  virtual double penalty(const Step& step, const Block<Value>& block) const = 0;

  /// What predictions are made with: weights[i] = the weight as trained (its mean, where there is
  /// noise), and keep[i] = its keep probability in [0, 1]. A weight counts as zero, and is pruned,
  /// when it is 0 or its keep probability is below the caller's threshold. Either may be null.
  virtual void evaluation(const Step& step, const Block<Value>& block, Value* weights,
                          Value* keep) const = 0;
};

/// Throws BadValue("UNSUPPORTED", ...) for what it does not serve.
template <typename Value>
std::unique_ptr<Method<Value>> makeMethod(const MethodOptions& options);

}  // namespace flipside::network
