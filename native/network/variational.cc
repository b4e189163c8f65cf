// Variational dropout of weights (Kingma, Salimans and Welling 2015; Molchanov, Ashukha and Vetrov
// 2017). A weight is Gaussian with mean w and standard deviation sigma, alpha = sigma^2 / w^2, and
// R is the sum of KL(log alpha) (divergence-inl.h). With |w| standing for 1e-16 + |w|:
//
//                    theta       the weight of a step          S, with local reparametrization
//   plain            log alpha   w (1 + e^(theta/2) z)         e^(2 clamp(theta/2 + log |w|))
//   additive         log sigma   w + e^theta z                 e^(2 theta)
//
// and log alpha = clamp(2 theta - 2 log |w|) when additive; clamp is to [-10, 10], and nothing
// flows through it where it is active. e^x stops at e^85 in single precision and e^700 in double,
// beyond which there would soon be infinities.
#include <algorithm>

#include "network/factories.h"
#include "network/variational_kernels.h"
#include "random/continuous.h"

namespace flipside::network {
namespace {

template <typename Value>
class Variational final : public Method<Value> {
 public:
  explicit Variational(const MethodOptions& options)
      : local_(options.localReparametrization), additive_(options.additiveReparametrization) {}

  MethodNeeds needs() const override {
    return {.noise = local_ ? Noise::outputs : Noise::weights, .theta = true, .memory = !local_};
  }

  void effective(const Step& step, const Block<Value>& block, Value* weights,
                 Value* variances) const override {
    if (local_) {
      weightVariances(block, additive_, variances);
      return;
    }
    sampleNormal(streamOf(step.seed, Purpose::weightNoise, block.layer, step.number), block.first,
                 block.count, block.memory);
    noisyWeights(block, additive_, weights);
  }

  void gradients(const Step& step, const Block<Value>& block, Value* g, Value* h) const override {
    const auto strength = static_cast<Value>(step.lossScale * step.lambda);
    if (local_) {
      noisyOutputGradients(block, additive_, strength, g, h);
    } else {
      noisyWeightGradients(block, additive_, strength, g, h);
    }
  }

  double penalty(const Step&, const Block<Value>& block) const override {
    return variationalDivergence(block, additive_);
  }

  void evaluation(const Step&, const Block<Value>& block, Value* weights,
                  Value* keep) const override {
    if (weights != nullptr) std::copy_n(block.w, block.count, weights);
    if (keep != nullptr) variationalKeep(block, additive_, keep);
  }

 private:
  bool local_;
  bool additive_;
};

}  // namespace

template <typename Value>
std::unique_ptr<Method<Value>> makeVariational(const MethodOptions& options) {
  return std::make_unique<Variational<Value>>(options);
}

template std::unique_ptr<Method<float>> makeVariational(const MethodOptions&);
template std::unique_ptr<Method<double>> makeVariational(const MethodOptions&);

}  // namespace flipside::network
