// Hard concrete gates (Louizos, Welling and Kingma 2018, "Learning sparse neural networks through
// L0 regularization"): the weight of a step is w s with
//
//   s = min(1, max(0, gamma + (zeta - gamma) sigmoid((logit u + theta) / beta)))
//
// and R = 1/2 sum P(s != 0), P(s != 0) = sigmoid(theta - beta log(-gamma / zeta)). Nothing flows to
// theta through a gate at 0 or 1. Predictions are made with w times the gate that has
// sigmoid(theta) in place of the random one.
#include <algorithm>
#include <limits>

#include "network/factories.h"
#include "network/gate_kernels.h"
#include "random/continuous.h"

namespace flipside::network {
namespace {

template <typename Value>
class HardConcrete final : public Method<Value> {
 public:
  explicit HardConcrete(const HardConcreteShape& shape) : shape_(shape) {}

  MethodNeeds needs() const override {
    return {.noise = Noise::weights, .theta = true, .memory = true};
  }

  void effective(const Step& step, const Block<Value>& block, Value* weights,
                 Value*) const override {
    const std::size_t bad = sampleHardConcrete(
        streamOf(step.seed, Purpose::weightNoise, block.layer, step.number), block.first,
        block.count, Parameter<Value>{block.theta}, shape_, MaskValues<Value>{block.memory});
    // A run that has diverged shows it.
    if (bad != kAllValid) {
      std::fill_n(block.memory, block.count, std::numeric_limits<Value>::quiet_NaN());
    }
    gatedWeights(block, weights);
  }

  void gradients(const Step& step, const Block<Value>& block, Value* g, Value* h) const override {
    gateGradients(block, shape_, step.lossScale * step.lambda, g, h);
  }

  double penalty(const Step&, const Block<Value>& block) const override {
    return 0.5 * openGates(block, shape_);
  }

  void evaluation(const Step&, const Block<Value>& block, Value* weights,
                  Value* keep) const override {
    if (weights != nullptr) gatedMeans(block, shape_, weights);
    if (keep != nullptr) gateKeep(block, shape_, keep);
  }

 private:
  HardConcreteShape shape_;
};

}  // namespace

template <typename Value>
std::unique_ptr<Method<Value>> makeHardConcrete(const MethodOptions& options) {
  return std::make_unique<HardConcrete<Value>>(
      HardConcreteShape{options.beta, options.gamma, options.zeta});
}

template std::unique_ptr<Method<float>> makeHardConcrete(const MethodOptions&);
template std::unique_ptr<Method<double>> makeHardConcrete(const MethodOptions&);

}  // namespace flipside::network
