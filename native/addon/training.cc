// trainEpoch, evaluateTraining, trainedLayers and trainingGradient.
#include "network/training.h"

#include <algorithm>
#include <optional>
#include <string>

#include "addon/arguments.h"
#include "addon/arrays.h"
#include "addon/environment.h"
#include "addon/exports.h"
#include "addon/floats.h"
#include "addon/results.h"
#include "addon/training_task.h"
#include "design/bad_value.h"

namespace flipside::addon {
namespace {

using network::Training;
using Progress = std::function<void(Product)>;

napi_value newObject(napi_env env) {
  napi_value object = nullptr;
  check(napi_create_object(env, &object));
  return object;
}

napi_value toJs(const Environment& environment, const network::EpochOutcome& epoch) {
  const napi_env env = environment.env();
  const napi_value object = newObject(env);
  setProperty(env, object, "loss", numberToJs(env, epoch.loss));
  setProperty(env, object, "penalty", numberToJs(env, epoch.penalty));
  const NewArray nonzero = newFloat64Array(environment, epoch.nonzero.size());
  std::ranges::copy(epoch.nonzero, nonzero.values.begin());
  setProperty(env, object, "nonzero", nonzero.value);
  setProperty(env, object, "steps", numberToJs(env, epoch.steps));
  return object;
}

napi_value toJs(const Environment& environment, const network::TrainedLayer& layer) {
  const napi_env env = environment.env();
  const napi_value object = newObject(env);
  setProperty(env, object, "weights", floatsToJs(environment, layer.weights));
  setProperty(env, object, "keepProbability", floatsToJs(environment, layer.keep));
  setProperty(env, object, "biases", floatsToJs(environment, layer.biases));
  return object;
}

napi_value toJs(const Environment& environment, const network::GradientLayer& layer) {
  const napi_env env = environment.env();
  const napi_value object = newObject(env);
  setProperty(env, object, "weights", floatsToJs(environment, layer.weights));
  setProperty(env, object, "biases", floatsToJs(environment, layer.biases));
  if (layer.theta) setProperty(env, object, "theta", floatsToJs(environment, *layer.theta));
  return object;
}

napi_value toJs(const Environment& environment, const network::GradientOutcome& gradient) {
  const napi_env env = environment.env();
  const napi_value object = newObject(env);
  setProperty(env, object, "loss", numberToJs(env, gradient.loss));
  setProperty(env, object, "penalty", numberToJs(env, gradient.penalty));
  const auto layer = [&](std::size_t k) { return toJs(environment, gradient.layers[k]); };
  setProperty(env, object, "layers", listToJs(env, gradient.layers.size(), layer));
  return object;
}

bool readTrainingRows(napi_env env, napi_value value) {
  const std::string text = readText(env, value, {"rows"});
  if (text == "validation") return true;
  if (text == "training") return false;
  failExpected(env, "INVALID_ARGUMENT", {"rows"}, R"("training" or "validation")", value);
}

std::vector<double> readSchedule(napi_env env, napi_value value, const char* name,
                                 const TrainingLease& lease) {
  auto schedule = copyDoubles(env, value, {name}, {lease.stepsPerEpoch(), "the steps of an epoch"});
  requireFinite(schedule, name);
  requireNonnegative(schedule, name);
  return schedule;
}

}  // namespace

napi_value trainEpoch(Environment& environment, const Arguments& arguments) {
  const Callbacks callbacks(environment, arguments);
  const napi_env env = environment.env();
  requireObject(env, arguments[0], {"request"}, "an object");
  const napi_value training = readProperty(env, arguments[0], {"training"});
  const napi_value rates = readProperty(env, arguments[0], {"learningRates"});
  const napi_value lambdas = readProperty(env, arguments[0], {"lambdas"});
  TrainingLease lease(env, training);
  auto work = [rates = readSchedule(env, rates, "learningRates", lease),
               lambdas = readSchedule(env, lambdas, "lambdas", lease)](
                  Training& run, const Cancellation& cancel, const Progress& progress) -> Product {
    std::function<void(std::size_t)> listener;
    if (progress) {
      listener = [&progress](std::size_t steps) {
        progress([steps](const Environment& at) {
          return numberToJs(at.env(), static_cast<double>(steps));
        });
      };
    }
    return [epoch = run.trainEpoch(rates, lambdas, &cancel, listener)](const Environment& at) {
      return toJs(at, epoch);
    };
  };
  return submitTraining(callbacks, std::move(lease), std::move(work));
}

napi_value evaluateTraining(Environment& environment, const Arguments& arguments) {
  const Callbacks callbacks(environment, arguments);
  const napi_env env = environment.env();
  requireObject(env, arguments[0], {"request"}, "an object");
  const auto get = [&](const char* key) { return readProperty(env, arguments[0], {key}); };
  const napi_value training = get("training");
  const bool validation = readTrainingRows(env, get("rows"));
  const bool prune = readBoolean(env, get("prune"), {"prune"});
  const napi_value given = get("lambda");
  std::optional<double> lambda;
  if (!isMissing(env, given)) lambda = readNonnegative(env, given, {"lambda"});
  auto work = [=](Training& run, const Cancellation& cancel, const Progress&) -> Product {
    const network::EvaluationOutcome result = run.evaluate(validation, prune, lambda, &cancel);
    return [result](const Environment& at) {
      const napi_value object = newObject(at.env());
      setProperty(at.env(), object, "loss", numberToJs(at.env(), result.loss));
      setProperty(at.env(), object, "error", numberToJs(at.env(), result.error));
      return object;
    };
  };
  return submitTraining(callbacks, TrainingLease(env, training), std::move(work));
}

napi_value trainedLayers(Environment& environment, const Arguments& arguments) {
  const Callbacks callbacks(environment, arguments);
  const napi_env env = environment.env();
  requireObject(env, arguments[0], {"request"}, "an object");
  const napi_value training = readProperty(env, arguments[0], {"training"});
  const double lambda =
      readNonnegative(env, readProperty(env, arguments[0], {"lambda"}), {"lambda"});
  auto work = [lambda](Training& run, const Cancellation&, const Progress&) -> Product {
    return [layers = std::make_shared<const std::vector<network::TrainedLayer>>(
                run.trained(lambda))](const Environment& at) {
      return listToJs(at.env(), layers->size(), [&](auto k) { return toJs(at, (*layers)[k]); });
    };
  };
  return submitTraining(callbacks, TrainingLease(env, training), std::move(work));
}

napi_value trainingGradient(Environment& environment, const Arguments& arguments) {
  const Callbacks callbacks(environment, arguments);
  const napi_env env = environment.env();
  requireObject(env, arguments[0], {"request"}, "an object");
  const auto get = [&](const char* key) { return readProperty(env, arguments[0], {key}); };
  const napi_value training = get("training");
  const napi_value given = get("rows");
  const double rate = readNonnegative(env, get("learningRate"), {"learningRate"});
  const double lambda = readNonnegative(env, get("lambda"), {"lambda"});
  TrainingLease lease(env, training);
  auto rows = copyElements<std::int32_t>(viewArray(env, given, {"rows"}, {napi_int32_array}));
  if (rows.empty()) throw Failure("EMPTY", "rows must not be empty, but is");
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (rows[i] >= 0 && static_cast<std::size_t>(rows[i]) < lease.datasetRows()) continue;
    throw badElement("rows", "the number of a row of data", i, rows[i]);
  }
  auto work = [rows = std::move(rows), rate, lambda](Training& run, const Cancellation&,
                                                     const Progress&) -> Product {
    return [gradient = std::make_shared<const network::GradientOutcome>(run.gradient(
                rows, rate, lambda))](const Environment& at) { return toJs(at, *gradient); };
  };
  return submitTraining(callbacks, std::move(lease), std::move(work));
}

}  // namespace flipside::addon
