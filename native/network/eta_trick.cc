// The eta trick: omega(w) = min over eta of 1/2 (w^2 / eta + f(eta)), minimised over w and theta =
// log(eta / lambda) together. For lambda = 0 there is no penalty: eta has no meaning, and the
// gradient of the loss is all there is.
#include <algorithm>
#include <array>
#include <cmath>

#include "network/eta_pass.h"
#include "network/factories.h"
#include "network/pass_kernels.h"

namespace flipside::network {
namespace {

template <typename Value>
class EtaTrick final : public Method<Value> {
 public:
  explicit EtaTrick(const MethodOptions& options) : pass_(options.penalty), decay_(options.decay) {}

  MethodNeeds needs() const override { return {.theta = true}; }

  void gradients(const Step& step, const Block<Value>& block, Value* g, Value* h) const override {
    if (!(step.lambda > 0.0)) return void(std::fill_n(h, block.count, Value{0}));
    pass_.gradients({.lambda = step.lambda, .scale = step.lossScale, .decay = decay_},
                    {block.count, block.w, block.theta, g, h});
  }

  double penalty(const Step& step, const Block<Value>& block) const override {
    if (!(step.lambda > 0.0)) return 0.0;
    double total = 0.0;
    for (std::size_t i = 0; i < block.count; ++i) {
      const auto w = static_cast<double>(block.w[i]);
      const auto theta = static_cast<double>(block.theta[i]);
      const double eta = step.lambda * std::exp(theta);
      // w e^-theta first: its square may overflow where this does not.
      const double quadratic = w == 0.0 ? 0.0 : w * (w * std::exp(-theta)) / step.lambda;
      total += quadratic + pass_.penalty().dualAt(eta, step.lambda) + decay_ * theta;
    }
    return 0.5 * total;
  }

  void evaluation(const Step&, const Block<Value>& block, Value* weights,
                  Value* keep) const override {
    if (weights != nullptr) std::copy_n(block.w, block.count, weights);
    if (keep != nullptr) sigmoids(block.count, static_cast<const Value*>(block.theta), keep);
  }

 private:
  EtaPass<Value> pass_;
  double decay_;
};

}  // namespace

template <typename Value>
std::unique_ptr<Method<Value>> makeEtaTrick(const MethodOptions& options) {
  return std::make_unique<EtaTrick<Value>>(options);
}

template std::unique_ptr<Method<float>> makeEtaTrick(const MethodOptions&);
template std::unique_ptr<Method<double>> makeEtaTrick(const MethodOptions&);

}  // namespace flipside::network
