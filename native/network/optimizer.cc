#include "network/optimizer.h"

#include <cmath>
#include <limits>

#include "design/bad_value.h"

namespace flipside::network {
namespace {

template <typename Value>
class Adam final : public Optimizer<Value> {
 public:
  explicit Adam(const OptimizerOptions& options) : options_(options) {}

  std::size_t moments() const override { return 2; }

  void update(const Step& step, std::size_t count, Value* parameters, const Value* gradients,
              Value* first, Value* second) const override {
    const auto t = static_cast<double>(step.number + 1);
    const auto rate =
        static_cast<Value>(step.learningRate / -std::expm1(t * std::log(options_.beta1)));
    const auto root =
        static_cast<Value>(1.0 / std::sqrt(-std::expm1(t * std::log(options_.beta2))));
    const auto epsilon = static_cast<Value>(options_.epsilon);
    const auto beta1 = static_cast<Value>(options_.beta1);
    const auto beta2 = static_cast<Value>(options_.beta2);
    for (std::size_t i = 0; i < count; ++i) {
      const Value g = gradients[i];
      first[i] = beta1 * first[i] + (1 - beta1) * g;
      second[i] = beta2 * second[i] + (1 - beta2) * g * g;
      parameters[i] -= rate * first[i] / (std::sqrt(second[i]) * root + epsilon);
    }
  }

  void rates(const Step& step, std::size_t count, const Value* second, Value* out) const override {
    const auto t = static_cast<double>(step.number + 1);
    const auto correction = static_cast<Value>(-std::expm1(t * std::log(options_.beta2)));
    const auto rate = static_cast<Value>(step.learningRate);
    for (std::size_t i = 0; i < count; ++i) out[i] = rate / std::sqrt(second[i] / correction);
  }

 private:
  OptimizerOptions options_;
};

template <typename Value>
class Descent final : public Optimizer<Value> {
 public:
  explicit Descent(const OptimizerOptions& options) : options_(options) {}

  std::size_t moments() const override { return options_.momentum != 0.0 ? 1 : 0; }

  void update(const Step& step, std::size_t count, Value* parameters, const Value* gradients,
              Value* first, Value*) const override {
    const auto rate = static_cast<Value>(step.learningRate);
    const auto momentum = static_cast<Value>(options_.momentum);
    for (std::size_t i = 0; i < count; ++i) {
      Value direction = gradients[i];
      if (first != nullptr) {
        first[i] = momentum * first[i] + direction;
        direction = options_.nesterov ? direction + momentum * first[i] : first[i];
      }
      parameters[i] -= rate * direction;
    }
  }

  void rates(const Step& step, std::size_t count, const Value*, Value* out) const override {
    for (std::size_t i = 0; i < count; ++i) out[i] = static_cast<Value>(step.learningRate);
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
