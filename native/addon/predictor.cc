// createPredictor, predictNetwork and predictNetworkSync.
#include "network/predictor.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <span>
#include <type_traits>
#include <utility>
#include <variant>

#include "addon/arguments.h"
#include "addon/background.h"
#include "addon/data_argument.h"
#include "addon/environment.h"
#include "addon/exports.h"
#include "addon/floats.h"
#include "addon/results.h"
#include "addon/shared_handle.h"
#include "design/bad_value.h"

namespace flipside::addon {
namespace {

using network::Predictor;
using network::PredictorLayer;
using network::Response;

/// Of either precision.
using AnyPredictor = std::variant<Predictor<float>, Predictor<double>>;
using Handle = SharedHandle<AnyPredictor>;

constexpr napi_type_tag kTag = {0x91d3b6f04c8a7e15U, 0xa6f2078ce45b9d33U};
constexpr double kLargestDimension = 2147483647.0;
constexpr double kLargestInteger = 9007199254740991.0;
/// A vector of a layer may be longer than any array, but its size must be a number.
constexpr double kMostWeights = 0x1p40;

constexpr std::pair<const char*, Response> kResponses[] = {{"identity", Response::identity},
                                                           {"relu", Response::relu},
                                                           {"tanh", Response::tanh},
                                                           {"softmax", Response::softmax}};

/// The properties of a NativePredictorLayer; the arrays are still where JavaScript has them.
struct LayerArgument {
  std::size_t inputs = 0;
  std::size_t outputs = 0;
  Response response = Response::identity;
  napi_value biases = nullptr;
  napi_value weights = nullptr;
  napi_value values = nullptr;
  napi_value inputIndices = nullptr;
  napi_value outputPointers = nullptr;
};

Response readResponse(napi_env env, napi_value value) {
  const std::string text = readText(env, value, {"activation"});
  for (const auto& [word, response] : kResponses) {
    if (text == word) return response;
  }
  failExpected(env, "UNSUPPORTED", {"activation"}, R"("identity", "relu", "tanh" or "softmax")",
               value);
}

LayerArgument readLayer(napi_env env, napi_value value) {
  requireObject(env, value, {"layer"}, "an object");
  const auto get = [&](const char* key) { return readProperty(env, value, {key}); };
  LayerArgument layer;
  layer.inputs = readCount(env, get("inputs"), {"inputs"}, kLargestDimension);
  layer.outputs = readCount(env, get("outputs"), {"outputs"}, kLargestDimension);
  layer.response = readResponse(env, get("activation"));
  layer.biases = get("biases");
  layer.weights = get("weights");
  layer.values = get("values");
  layer.inputIndices = get("inputIndices");
  layer.outputPointers = get("outputPointers");
  return layer;
}

/// Runs no code of the caller.
template <typename Value>
PredictorLayer<Value> copyLayer(napi_env env, const LayerArgument& given) {
  constexpr napi_typedarray_type kKind = floatKind<Value>();
  PredictorLayer<Value> layer;
  layer.inputs = given.inputs;
  layer.outputs = given.outputs;
  layer.response = given.response;
  layer.sparse = isMissing(env, given.weights);
  layer.biases = copyElements<Value>(
      viewArray(env, given.biases, {"biases"}, {kKind}, {given.outputs, "outputs"}));
  if (!layer.sparse) {
    if (static_cast<double>(given.inputs) * static_cast<double>(given.outputs) > kMostWeights) {
      throw Failure("TOO_LARGE", "inputs * outputs must be at most 2^40, but are more");
    }
    layer.weights =
        copyElements<Value>(viewArray(env, given.weights, {"weights"}, {kKind},
                                      {given.inputs * given.outputs, "inputs * outputs"}));
    return layer;
  }
  layer.values = copyElements<Value>(viewArray(env, given.values, {"values"}, {kKind}));
  layer.inputIndices = copyElements<std::int32_t>(
      viewArray(env, given.inputIndices, {"inputIndices"}, {napi_int32_array},
                {layer.values.size(), "that of values"}));
  layer.outputPointers =
      copyElements<std::int32_t>(viewArray(env, given.outputPointers, {"outputPointers"},
                                           {napi_int32_array}, {given.outputs + 1, "outputs + 1"}));
  return layer;
}

/// What all copies of the arrays take, before any is made.
double bytesOf(napi_env env, const std::vector<LayerArgument>& layers, napi_typedarray_type kind) {
  const double size = kind == napi_float32_array ? sizeof(float) : sizeof(double);
  double sum = 0.0;
  for (const LayerArgument& layer : layers) {
    const bool sparse = isMissing(env, layer.weights);
    const napi_value array = sparse ? layer.values : layer.weights;
    const ArrayView view = viewArray(env, array, {sparse ? "values" : "weights"}, {kind});
    sum += (sparse ? size + sizeof(std::int32_t) : size) * static_cast<double>(view.length);
    sum += size * static_cast<double>(viewArray(env, layer.biases, {"biases"}, {kind}).length);
  }
  return 2.0 * sum;
}

template <typename Value>
napi_value makePredictor(napi_env env, const std::vector<LayerArgument>& given) {
  requireMemory(bytesOf(env, given, floatKind<Value>()), "this network");
  std::vector<PredictorLayer<Value>> layers;
  layers.reserve(given.size());
  for (const LayerArgument& layer : given) layers.push_back(copyLayer<Value>(env, layer));
  auto made =
      std::make_shared<const AnyPredictor>(std::in_place_type<Predictor<Value>>, std::move(layers));
  const double bytes = std::get<Predictor<Value>>(*made).bytes();
  return Handle::wrap(env, std::move(made), kTag, bytes);
}

std::shared_ptr<const AnyPredictor> unwrapPredictor(napi_env env, napi_value value) {
  const Handle* handle = Handle::find(env, value, kTag);
  if (handle == nullptr) {
    failExpected(env, "INVALID_ARGUMENT", {"predictor"}, "a predictor from createPredictor", value);
  }
  return handle->object();
}

struct Scalars {
  std::size_t rows = 0;
  bool linear = false;
  std::uint64_t firstRow = 0;
};

Scalars readScalars(napi_env env, napi_value rows, napi_value linear, napi_value firstRow) {
  Scalars scalars;
  scalars.rows = readCount(env, rows, {"rows"}, kLargestDimension, "EMPTY");
  scalars.linear = !isMissing(env, linear) && readBoolean(env, linear, {"linear"});
  if (!isMissing(env, firstRow)) {
    scalars.firstRow = readInteger(env, firstRow, {"firstRow"}, kLargestInteger);
  }
  return scalars;
}

/// Whether all are; without a way out of the loop, so that it runs in lanes.
template <typename Value>
bool allFinite(std::span<const Value> values) {
  using Word = std::conditional_t<sizeof(Value) == sizeof(float), std::uint32_t, std::uint64_t>;
  constexpr Word kExponent = std::bit_cast<Word>(std::numeric_limits<Value>::infinity());
  Word bad = 0;
  for (const Value value : values) {
    bad |= static_cast<Word>((std::bit_cast<Word>(value) & kExponent) == kExponent);
  }
  return bad == 0;
}

/// One prediction. With `copied` it has its own x; otherwise it may be where JavaScript has it,
/// which must then not run in between.
template <typename Value>
class Prediction {
 public:
  Prediction(napi_env env, std::shared_ptr<const AnyPredictor> predictor, const Scalars& scalars,
             napi_value x, bool copied)
      : owner_(std::move(predictor)), scalars_(scalars) {
    const Predictor<Value>& network = std::get<Predictor<Value>>(*owner_);
    const ArrayView view = viewArray(env, x, {"x"}, {napi_float32_array, napi_float64_array},
                                     {scalars.rows * network.inputs(), "rows * inputs"});
    const auto rows = static_cast<double>(scalars.rows);
    const auto numbers = rows * static_cast<double>(network.inputs() + 2 * network.outputs());
    requireMemory(sizeof(Value) * numbers + network.workspaceBytes(scalars.rows),
                  "this prediction");
    exact_ = view.type == napi_float32_array || sizeof(Value) == sizeof(double);
    const bool usable = view.type == floatKind<Value>() &&
                        reinterpret_cast<std::uintptr_t>(view.bytes) % alignof(Value) == 0;
    if (usable && !copied) {
      x_ = {reinterpret_cast<const Value*>(view.bytes), view.length};
    } else {
      copy_ = roundFloats<Value>(view);
      x_ = copy_;
    }
  }
  Prediction(Prediction&&) noexcept = default;

  std::vector<Value> run(const Cancellation* cancel) const {
    if (!allFinite(x_)) refuse();
    const Predictor<Value>& network = std::get<Predictor<Value>>(*owner_);
    std::vector<Value> out(scalars_.rows * network.outputs());
    network.predict(scalars_.rows, x_.data(), scalars_.linear, out.data(), cancel);
    return out;
  }

 private:
  [[noreturn]] void refuse() const {
    const auto bad = std::ranges::find_if_not(x_, [](Value value) { return std::isfinite(value); });
    const std::size_t inputs = std::get<Predictor<Value>>(*owner_).inputs();
    const auto at = static_cast<std::size_t>(bad - x_.begin());
    const std::string place = "row " + std::to_string(scalars_.firstRow + at / inputs) +
                              ", column " + std::to_string(at % inputs);
    if (std::isnan(*bad)) {
      throw BadValue("MISSING_VALUES", "x",
                     "x must have no missing values, but has one in " + place);
    }
    if (!exact_) {
      throw BadValue("OUT_OF_RANGE", "x",
                     "x must be within the range of float32, but is not in " + place);
    }
    throw badNumber("x at " + place, "a finite number", static_cast<double>(*bad), "NOT_FINITE");
  }

  std::shared_ptr<const AnyPredictor> owner_;
  Scalars scalars_;
  bool exact_ = true;  ///< x was not rounded
  std::vector<Value> copy_;
  std::span<const Value> x_;  ///< of copy_, which keeps its memory when it is moved
};

template <typename Value>
class PredictionTask final : public Task {
 public:
  explicit PredictionTask(Prediction<Value> prediction) : prediction_(std::move(prediction)) {}

  Product run(const Cancellation& cancel, const std::function<void(Product)>&) override {
    return [out = prediction_.run(&cancel)](const Environment& at) { return newFloats(at, out); };
  }

 private:
  Prediction<Value> prediction_;
};

/// body(a Prediction of the right precision)
template <typename Body>
napi_value withPrediction(napi_env env, const std::shared_ptr<const AnyPredictor>& predictor,
                          const Scalars& scalars, napi_value x, bool copied, const Body& body) {
  if (std::holds_alternative<Predictor<float>>(*predictor)) {
    return body(Prediction<float>(env, predictor, scalars, x, copied));
  }
  return body(Prediction<double>(env, predictor, scalars, x, copied));
}

}  // namespace

napi_value createPredictor(Environment& environment, const Arguments& arguments) {
  const napi_env env = environment.env();
  const std::uint32_t count = lengthOf(env, arguments[0], {"layers"});
  if (count == 0) throw Failure("EMPTY", "layers must not be empty, but are");
  std::vector<LayerArgument> layers;
  for (std::uint32_t k = 0; k < count; ++k) {
    layers.push_back(readLayer(env, elementOf(env, arguments[0], k, {"layers"})));
  }
  // No code of the caller runs from here on.
  const ArrayView first =
      viewArray(env, layers.front().biases, {"biases"}, {napi_float32_array, napi_float64_array});
  return first.type == napi_float32_array ? makePredictor<float>(env, layers)
                                          : makePredictor<double>(env, layers);
}

napi_value predictNetwork(Environment& environment, const Arguments& arguments) {
  const Callbacks callbacks(environment, arguments);
  const napi_env env = environment.env();
  requireObject(env, arguments[0], {"request"}, "an object");
  const auto get = [&](const char* key) { return readProperty(env, arguments[0], {key}); };
  const auto predictor = unwrapPredictor(env, get("predictor"));
  const napi_value x = get("x");
  const Scalars scalars = readScalars(env, get("rows"), get("linear"), get("firstRow"));
  return withPrediction(env, predictor, scalars, x, true, [&](auto prediction) {
    using Value = typename decltype(prediction.run(nullptr))::value_type;
    return callbacks.submit(std::make_unique<PredictionTask<Value>>(std::move(prediction)));
  });
}

napi_value predictNetworkSync(Environment& environment, const Arguments& arguments) {
  const napi_env env = environment.env();
  const auto predictor = unwrapPredictor(env, arguments[0]);
  const Scalars scalars = readScalars(env, arguments[1], arguments[3], arguments[4]);
  return withPrediction(env, predictor, scalars, arguments[2], false, [&](const auto& prediction) {
    return newFloats(environment, prediction.run(nullptr));
  });
}

}  // namespace flipside::addon
