#include "addon/training_request.h"

#include <cmath>
#include <initializer_list>
#include <string>
#include <utility>

#include "addon/arguments.h"
#include "addon/arrays.h"
#include "addon/data_argument.h"
#include "addon/dataset.h"
#include "addon/penalty_handle.h"

namespace flipside::addon {
namespace {

using network::Activation;
using network::MethodOptions;
using network::Objective;

constexpr double kLargestInteger = 9007199254740991.0;
constexpr double kLargestDimension = 2147483647.0;
constexpr std::uint32_t kMostLayers = 255;

template <typename Kind>
Kind readWord(napi_env env, napi_value value, Name name,
              std::initializer_list<std::pair<const char*, Kind>> words) {
  const std::string text = readText(env, value, name);
  std::string known;
  for (const auto& [word, kind] : words) {
    if (text == word) return kind;
    known += (known.empty() ? "\"" : " or \"") + std::string(word) + '"';
  }
  failExpected(env, "UNSUPPORTED", name, known, value);
}

/// Numbers of one object.
class Numbers {
 public:
  Numbers(napi_env env, napi_value object, const char* owner)
      : env_(env), object_(object), owner_(owner) {
    requireObject(env, object, {owner}, "an object");
  }

  napi_value get(const char* key) const { return readProperty(env_, object_, {key, owner_}); }
  bool flag(const char* key) const { return readBoolean(env_, get(key), {key, owner_}); }

  template <typename Test>
  double number(const char* key, const char* requirement, const Test& holds) const {
    const napi_value given = get(key);
    const double value = readNumber(env_, given, {key, owner_});
    if (std::isfinite(value) && holds(value)) return value;
    failExpected(env_, std::isfinite(value) ? "OUT_OF_RANGE" : "NOT_FINITE", {key, owner_},
                 requirement, given);
  }
  double finite(const char* key) const {
    return number(key, "finite", [](double) { return true; });
  }
  double positive(const char* key) const {
    return number(key, "a finite number > 0", [](double value) { return value > 0.0; });
  }
  double nonnegative(const char* key) const {
    return number(key, "a finite number >= 0", [](double value) { return value >= 0.0; });
  }
  /// In [0, 1).
  double share(const char* key) const {
    return number(key, "in [0, 1)", [](double value) { return value >= 0.0 && value < 1.0; });
  }
  /// In [0, 1].
  double fraction(const char* key) const {
    return number(key, "in [0, 1]", [](double value) { return value >= 0.0 && value <= 1.0; });
  }
  std::uint64_t integer(const char* key) const {
    return readInteger(env_, get(key), {key, owner_}, kLargestInteger);
  }

 private:
  napi_env env_;
  napi_value object_;
  const char* owner_;
};

std::shared_ptr<const SeparablePenalty> readPenalty(napi_env env, napi_value value) {
  auto penalty = std::dynamic_pointer_cast<const SeparablePenalty>(unwrapPenalty(env, value));
  if (penalty == nullptr) {
    throw Failure("UNSUPPORTED",
                  "method.penalty must be separable, but is one of all coefficients together");
  }
  return penalty;
}

/// What the named method has; the rest keeps its default.
MethodOptions readMethod(napi_env env, napi_value value) {
  const Numbers method(env, value, "method");
  MethodOptions options;
  options.name = readText(env, method.get("name"), {"name", "method"});
  const auto is = [&](const char* name) { return options.name == name; };
  if (is("adaptiveTikhonov")) {
    options.smallestKeep = method.number("smallestKeep", "in (0, 1]",
                                         [](double alpha) { return alpha > 0.0 && alpha <= 1.0; });
  } else if (is("etaTrick")) {
    options.decay = method.nonnegative("decay");
  } else if (is("adaptiveDropout")) {
    options.gaussianMask = readWord<bool>(env, method.get("mask"), {"mask", "method"},
                                          {{"bernoulli", false}, {"gaussian", true}});
  } else if (is("variationalDropout")) {
    options.localReparametrization = method.flag("localReparametrization");
    options.additiveReparametrization = method.flag("additiveReparametrization");
  } else if (is("hardConcrete")) {
    options.beta = method.positive("beta");
    options.gamma = method.number("gamma", "< 0", [](double x) { return x < 0.0; });
    options.zeta = method.number("zeta", "> 1", [](double x) { return x > 1.0; });
  } else if (is("magnitudePruning")) {
    options.initialSparsity = method.fraction("initialSparsity");
    options.finalSparsity = method.fraction("finalSparsity");
    options.begin = method.integer("begin");
    options.end = method.integer("end");
    options.interval = method.integer("interval");
    options.perLayer = method.flag("perLayer");
    if (options.interval == 0 || options.end < options.begin) {
      throw Failure("OUT_OF_RANGE",
                    "method must have interval >= 1 and end >= begin, but has interval " +
                        std::to_string(options.interval) + ", begin " +
                        std::to_string(options.begin) + " and end " + std::to_string(options.end));
    }
  }
  if (is("directPenalty") || is("adaptiveTikhonov") || is("adaptiveProx") || is("etaTrick") ||
      is("adaptiveDropout")) {
    options.penalty = readPenalty(env, method.get("penalty"));
  }
  return options;
}

network::OptimizerOptions readOptimizer(napi_env env, napi_value value) {
  const Numbers given(env, value, "optimizer");
  network::OptimizerOptions options;
  options.name = readWord<const char*>(env, given.get("name"), {"name", "optimizer"},
                                       {{"adam", "adam"}, {"sgd", "sgd"}});
  if (options.name == "adam") {
    options.beta1 = given.share("beta1");
    options.beta2 = given.share("beta2");
    options.epsilon = given.nonnegative("epsilon");
  } else {
    options.momentum = given.share("momentum");
    options.nesterov = given.flag("nesterov");
  }
  return options;
}

network::StartOptions readStart(napi_env env, napi_value value) {
  const Numbers given(env, value, "start");
  network::StartOptions start;
  start.normal = readWord<bool>(env, given.get("distribution"), {"distribution", "start"},
                                {{"uniform", false}, {"normal", true}});
  start.scale = given.nonnegative("scale");
  start.uniformBiases = readWord<bool>(env, given.get("biases"), {"biases", "start"},
                                       {{"uniform", true}, {"zero", false}});
  start.theta = given.finite("theta");
  start.thetaDeviation = given.nonnegative("thetaDeviation");
  return start;
}

void readLayers(napi_env env, napi_value value, network::NetworkShape& shape) {
  const std::uint32_t count = lengthOf(env, value, {"layers"});
  if (count == 0 || count > kMostLayers) {
    throw Failure(count == 0 ? "EMPTY" : "TOO_LARGE",
                  "layers must have 1 to " + std::to_string(kMostLayers) + " entries, but has " +
                      std::to_string(count));
  }
  for (std::uint32_t k = 0; k < count; ++k) {
    const Numbers layer(env, elementOf(env, value, k, {"layers"}), "layers[i]");
    network::LayerShape made;
    made.outputs =
        readCount(env, layer.get("outputs"), {"outputs", "layers[i]"}, kLargestDimension, "EMPTY");
    made.activation =
        readWord<Activation>(env, layer.get("activation"), {"activation", "layers[i]"},
                             {{"identity", Activation::identity},
                              {"relu", Activation::relu},
                              {"tanh", Activation::tanh}});
    shape.layers.push_back(made);
  }
}

}  // namespace

TrainingRequest readTrainingRequest(napi_env env, napi_value value) {
  const Numbers given(env, value, "request");
  const auto get = [&](const char* key) { return readProperty(env, value, {key}); };
  TrainingRequest request;
  network::TrainingOptions& options = request.options;

  // Whatever may call the caller's code ...
  const napi_value data = get("data");
  const napi_value trainingRows = get("trainingRows");
  const napi_value validationRows = get("validationRows");
  readLayers(env, get("layers"), options.shape);
  options.shape.objective =
      readWord<Objective>(env, get("objective"), {"objective"},
                          {{"softmaxCrossEntropy", Objective::softmaxCrossEntropy},
                           {"squaredError", Objective::squaredError}});
  options.method = readMethod(env, get("method"));
  options.optimizer = readOptimizer(env, get("optimizer"));
  options.start = readStart(env, get("start"));
  options.batchSize = readCount(env, get("batchSize"), {"batchSize"}, kLargestDimension);
  options.shuffle = readBoolean(env, get("shuffle"), {"shuffle"});
  options.seed = readInteger(env, get("seed"), {"seed"}, kLargestInteger);
  options.lossScale = given.positive("lossScale");
  options.threshold = given.fraction("threshold");
  options.pin = readBoolean(env, get("pin"), {"pin"});

  // ... is behind us: from here on the arrays stay as they are.
  request.data = unwrapDataset(env, data, "data");
  const auto rows = [&](napi_value list, const char* name) {
    return copyElements<std::int32_t>(viewArray(env, list, {name}, {napi_int32_array}));
  };
  options.trainingRows = rows(trainingRows, "trainingRows");
  options.validationRows = rows(validationRows, "validationRows");
  std::size_t inputs = request.data->shape().inputs;
  for (network::LayerShape& layer : options.shape.layers) {
    layer.inputs = std::exchange(inputs, layer.outputs);
  }
  requireMemory(network::trainingBytes(options, request.data->isSingle()), "this training run");
  return request;
}

}  // namespace flipside::addon
