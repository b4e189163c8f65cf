#include "network/optimizer.h"

#include <algorithm>
#include <cmath>

#include "design/bad_value.h"
#include "network/optimizer_kernels.h"

namespace flipside::network {
namespace {

/// 1 - beta^t without cancellation; 1 for beta = 0.
double remainderOfPower(double beta, double t) { return -std::expm1(t * std::log(beta)); }

template <typename Value>
class Adam final : public Optimizer<Value> {
 public:
  explicit Adam(const OptimizerOptions& options) : options_(options) {}

  std::size_t moments() const override { return 2; }

  void begin(const Step& step) override {
    const auto t = static_cast<double>(step.number + 1);
    const double left = remainderOfPower(options_.beta2, t);
    step_ = {.firstShare = 1.0 - options_.beta1,
             .secondShare = 1.0 - options_.beta2,
             .rate = step.learningRate / remainderOfPower(options_.beta1, t),
             .root = 1.0 / std::sqrt(left),
             .epsilon = options_.epsilon};
    numerator_ = step.learningRate * std::sqrt(left);
  }

  void update(const Step&, std::size_t count, Value* parameters, const Value* gradients,
              Value* first, Value* second) const override {
    adamStep<Value>(step_, {count, parameters, gradients, first, second});
  }

  void rates(const Step& step, std::size_t count, const Value* second, Value* out) const override {
    // No 0 / 0 where nothing has moved either.
    if (step.learningRate == 0.0) return void(std::fill_n(out, count, Value{0}));
    rootRates(numerator_, count, second, out);
  }

 private:
  OptimizerOptions options_;
  AdamStep step_{};
  double numerator_ = 0.0;  ///< of the rates
};

template <typename Value>
class Descent final : public Optimizer<Value> {
 public:
  explicit Descent(const OptimizerOptions& options) : options_(options) {}

  std::size_t moments() const override { return options_.momentum != 0.0 ? 1 : 0; }

  void begin(const Step&) override {}

  void update(const Step& step, std::size_t count, Value* parameters, const Value* gradients,
              Value* first, Value*) const override {
    const OptimizerArrays<Value> arrays{count, parameters, gradients, first, nullptr};
    if (first == nullptr) return plainStep(step.learningRate, arrays);
    momentumStep(step.learningRate, options_.momentum, options_.nesterov, arrays);
  }

  void rates(const Step& step, std::size_t count, const Value*, Value* out) const override {
    std::fill_n(out, count, static_cast<Value>(step.learningRate));
  }

 private:
  OptimizerOptions options_;
};

}  // namespace

template <typename Value>
std::unique_ptr<Optimizer<Value>> makeOptimizer(const OptimizerOptions& options) {
  if (options.name == "adam") return std::make_unique<Adam<Value>>(options);
  if (options.name == "sgd") return std::make_unique<Descent<Value>>(options);
  throw BadValue("UNSUPPORTED", "optimizer",
                 "optimizer must be adam or sgd, but is " + options.name);
}

template std::unique_ptr<Optimizer<float>> makeOptimizer(const OptimizerOptions&);
template std::unique_ptr<Optimizer<double>> makeOptimizer(const OptimizerOptions&);

}  // namespace flipside::network
