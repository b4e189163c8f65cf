// trainingState and restoreTraining.
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "addon/arguments.h"
#include "addon/environment.h"
#include "addon/exports.h"
#include "addon/floats.h"
#include "addon/mask_request.h"
#include "addon/results.h"
#include "addon/training_task.h"

namespace flipside::addon {
namespace {

using network::Floats;
using network::LayerState;
using network::Training;
using network::TrainingState;

constexpr double kLargestStep = 281474976710655.0;  // 2^48 - 1, see step.h
constexpr std::uint32_t kMostLayers = 255;
constexpr std::uint32_t kMostMoments = 2;

napi_value listOf(const Environment& environment, const std::vector<Floats>& arrays) {
  return listToJs(environment.env(), arrays.size(),
                  [&](auto k) { return floatsToJs(environment, arrays[k]); });
}

napi_value toJs(const Environment& environment, const LayerState& layer) {
  const napi_env env = environment.env();
  napi_value object = nullptr;
  check(napi_create_object(env, &object));
  setProperty(env, object, "weights", floatsToJs(environment, layer.weights));
  setProperty(env, object, "biases", floatsToJs(environment, layer.biases));
  if (layer.theta) setProperty(env, object, "theta", floatsToJs(environment, *layer.theta));
  if (layer.memory) setProperty(env, object, "memory", floatsToJs(environment, *layer.memory));
  setProperty(env, object, "weightMoments", listOf(environment, layer.weightMoments));
  setProperty(env, object, "biasMoments", listOf(environment, layer.biasMoments));
  setProperty(env, object, "thetaMoments", listOf(environment, layer.thetaMoments));
  return object;
}

napi_value toJs(const Environment& environment, const TrainingState& state) {
  const napi_env env = environment.env();
  napi_value object = nullptr;
  check(napi_create_object(env, &object));
  setProperty(env, object, "step", numberToJs(env, static_cast<double>(state.step)));
  setProperty(env, object, "epochLoss", numberToJs(env, state.epochLoss));
  const auto layer = [&](std::size_t k) { return toJs(environment, state.layers[k]); };
  setProperty(env, object, "layers", listToJs(env, state.layers.size(), layer));
  return object;
}

/// The arrays of a NativeLayerState, not yet looked into.
struct LayerArrays {
  napi_value weights;
  napi_value biases;
  napi_value theta;
  napi_value memory;
  std::vector<napi_value> weightMoments;
  std::vector<napi_value> biasMoments;
  std::vector<napi_value> thetaMoments;

  /// Calls getters.
  LayerArrays(napi_env env, napi_value layer) {
    requireObject(env, layer, {"layers[i]", "state"}, "an object");
    const auto get = [&](const char* key) { return readProperty(env, layer, {key, "layers[i]"}); };
    const auto list = [&](const char* key) {
      const napi_value arrays = get(key);
      const std::uint32_t count = lengthOf(env, arrays, {key, "layers[i]"});
      if (count > kMostMoments) {
        failExpected(env, "LENGTH_MISMATCH", {key, "layers[i]"}, "at most two arrays", arrays);
      }
      std::vector<napi_value> found;
      for (std::uint32_t m = 0; m < count; ++m) {
        found.push_back(elementOf(env, arrays, m, {key, "layers[i]"}));
      }
      return found;
    };
    weights = get("weights");
    biases = get("biases");
    theta = get("theta");
    memory = get("memory");
    weightMoments = list("weightMoments");
    biasMoments = list("biasMoments");
    thetaMoments = list("thetaMoments");
  }

  LayerState copy(napi_env env) const {
    const auto array = [&](napi_value value, const char* key) {
      return copyFloats(viewFloats(env, value, {key, "layers[i]"}));
    };
    const auto optional = [&](napi_value value, const char* key) {
      return isMissing(env, value) ? std::optional<Floats>() : array(value, key);
    };
    const auto list = [&](const std::vector<napi_value>& values, const char* key) {
      std::vector<Floats> copies;
      for (const napi_value value : values) copies.push_back(array(value, key));
      return copies;
    };
    return {array(weights, "weights"),
            array(biases, "biases"),
            optional(theta, "theta"),
            optional(memory, "memory"),
            list(weightMoments, "weightMoments"),
            list(biasMoments, "biasMoments"),
            list(thetaMoments, "thetaMoments")};
  }
};

}  // namespace

napi_value trainingState(Environment& environment, const Arguments& arguments) {
  const Callbacks callbacks(environment, arguments);
  const napi_env env = environment.env();
  requireObject(env, arguments[0], {"request"}, "an object");
  const napi_value training = readProperty(env, arguments[0], {"training"});
  auto work = [](const Training& run, const Cancellation&,
                 const std::function<void(Product)>&) -> Product {
    return [state = std::make_shared<const TrainingState>(run.state())](const Environment& at) {
      return toJs(at, *state);
    };
  };
  return submitTraining(callbacks, TrainingLease(env, training), std::move(work));
}

napi_value restoreTraining(Environment& environment, const Arguments& arguments) {
  const napi_env env = environment.env();
  requireObject(env, arguments[1], {"state"}, "an object");
  TrainingState state;

  // Whatever may call the caller's code ...
  const auto get = [&](const char* key) { return readProperty(env, arguments[1], {key, "state"}); };
  state.step = readInteger(env, get("step"), {"step", "state"}, kLargestStep);
  state.epochLoss = readNonnegative(env, get("epochLoss"), {"epochLoss", "state"});
  const napi_value layers = get("layers");
  const std::uint32_t count = lengthOf(env, layers, {"layers", "state"});
  if (count > kMostLayers) {
    failExpected(env, "TOO_LARGE", {"layers", "state"}, "at most 255 layers", layers);
  }
  std::vector<LayerArrays> arrays;
  for (std::uint32_t k = 0; k < count; ++k) {
    arrays.emplace_back(env, elementOf(env, layers, k, {"layers", "state"}));
  }

  // ... is behind us: from here on the arrays stay as they are.
  const TrainingLease lease(env, arguments[0]);
  for (const LayerArrays& layer : arrays) state.layers.push_back(layer.copy(env));
  lease.run().restore(state);
  return nullptr;
}

}  // namespace flipside::addon
