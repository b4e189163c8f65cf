// directPenalty, adaptiveTikhonov and adaptiveProx: lambda / etaHat of the weights enters the
// gradient, as it is or bounded, or shrinks the weights after the step.
#include "network/penalised.h"

#include <array>
#include <limits>

#include "network/factories.h"
#include "network/pass_kernels.h"

namespace flipside::network {
namespace {

/// With cap = infinity the gradient of the penalty itself.
template <typename Value>
class Gradient final : public Penalised<Value> {
 public:
  Gradient(const MethodOptions& options, double cap) : Penalised<Value>(options), cap_(cap) {}

  MethodNeeds needs() const override { return {}; }

  void gradients(const Step& step, const Block<Value>& block, Value* g, Value*) const override {
    std::array<Value, kBlock> slopes;
    this->pass().slopes(step.lambda, block.count, block.w, slopes.data());
    addSlopes(step.lossScale, cap_, block.count, block.w, slopes.data(), g);
  }

 private:
  double cap_;  ///< of lambda / etaHat
};

template <typename Value>
class Proximal final : public Penalised<Value> {
 public:
  using Penalised<Value>::Penalised;

  MethodNeeds needs() const override { return {.rates = true}; }

  void gradients(const Step&, const Block<Value>&, Value*, Value*) const override {}

  /// alpha = 1 / (1 + rate lambda / etaHat). Where the quotient is 0, that is for lambda = 0 and
  /// where the penalty is flat, alpha is 1 whatever the rate.
  void afterStep(const Step& step, const Block<Value>& block, const Value* rates) const override {
    std::array<Value, kBlock> slopes;
    this->pass().slopes(step.lambda, block.count, block.w, slopes.data());
    shrink(block.count, slopes.data(), rates, block.w);
  }
};

}  // namespace

template <typename Value>
std::unique_ptr<Method<Value>> makePenalised(const MethodOptions& options) {
  if (options.name == "adaptiveProx") return std::make_unique<Proximal<Value>>(options);
  const bool bounded = options.name == "adaptiveTikhonov";
  const double cap = bounded ? (1.0 - options.smallestKeep) / options.smallestKeep
                             : std::numeric_limits<double>::infinity();
  return std::make_unique<Gradient<Value>>(options, cap);
}

template std::unique_ptr<Method<float>> makePenalised(const MethodOptions&);
template std::unique_ptr<Method<double>> makePenalised(const MethodOptions&);

}  // namespace flipside::network
