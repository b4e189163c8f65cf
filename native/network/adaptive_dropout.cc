// Dropout whose noise is that of the penalty: Var s = lambda / etaHat(|w|), E s = 1.
#include <algorithm>
#include <array>
#include <limits>

#include "network/factories.h"
#include "network/pass_kernels.h"
#include "network/penalised.h"
#include "random/bernoulli.h"
#include "random/continuous.h"

namespace flipside::network {
namespace {

template <typename Value>
class AdaptiveDropout final : public Penalised<Value> {
 public:
  explicit AdaptiveDropout(const MethodOptions& options)
      : Penalised<Value>(options), gaussian_(options.gaussianMask) {}

  MethodNeeds needs() const override { return {.noise = Noise::weights, .memory = true}; }

  /// memory = s.
  void effective(const Step& step, const Block<Value>& block, Value* weights,
                 Value*) const override {
    if (!draw(step, block)) {
      // A weight is NaN: the run has diverged, and its loss says so.
      std::fill_n(block.memory, block.count, std::numeric_limits<Value>::quiet_NaN());
    }
    multiply(block.count, block.memory, block.w, weights);
  }

  void gradients(const Step&, const Block<Value>& block, Value* g, Value*) const override {
    multiply(block.count, block.memory, g, g);
  }

 private:
  bool draw(const Step& step, const Block<Value>& block) const {
    std::array<Value, kBlock> parameters;
    this->pass().variances(step.lambda, block.count, block.w, parameters.data());
    const Address address = streamOf(step.seed, Purpose::weightNoise, block.layer, step.number);
    const MaskValues<Value> out{.values = block.memory};
    if (gaussian_) {
      deviations(block.count, parameters.data(), parameters.data());
      const Parameter<Value> sigma{.each = parameters.data()};
      return sampleGaussian(address, block.first, block.count, sigma, out) == kAllValid;
    }
    keepOfVariances(block.count, parameters.data(), parameters.data());
    return sampleBernoulli(address, block.first, block.count,
                           static_cast<const Value*>(parameters.data()), true, out) == kAllValid;
  }

  bool gaussian_;
};

}  // namespace

template <typename Value>
std::unique_ptr<Method<Value>> makeAdaptiveDropout(const MethodOptions& options) {
  return std::make_unique<AdaptiveDropout<Value>>(options);
}

template std::unique_ptr<Method<float>> makeAdaptiveDropout(const MethodOptions&);
template std::unique_ptr<Method<double>> makeAdaptiveDropout(const MethodOptions&);

}  // namespace flipside::network
