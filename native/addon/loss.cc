// A loss evaluated at fitted values.
#include "losses/loss.h"

#include <algorithm>

#include "addon/arguments.h"
#include "addon/arrays.h"
#include "addon/environment.h"
#include "addon/exports.h"
#include "addon/results.h"

namespace flipside::addon {
namespace {

constexpr double kMostOutputs = 65536.0;

std::vector<double> readSome(napi_env env, napi_value request, const char* key, Length length) {
  const napi_value value = readProperty(env, request, {key});
  if (isMissing(env, value)) return {};
  std::vector<double> values = copyDoubles(env, value, {key}, length);
  requireFinite(values, key);
  return values;
}

std::vector<double> readParameters(napi_env env, napi_value request, const LossItem& item) {
  const std::size_t count = item.parameters.size();
  std::vector<double> values =
      readSome(env, request, "parameters", {count, "the parameters of the loss"});
  for (std::size_t k = 0; k < values.size(); ++k) {
    const LossParameter& parameter = item.parameters[k];
    if (parameter.accepts(values[k])) continue;
    throw Failure("OUT_OF_RANGE", parameter.name + " must be " + parameter.requirement);
  }
  for (std::size_t k = values.size(); k < count; ++k) values.push_back(item.parameters[k].usual);
  return values;
}

const LossItem& requireItem(napi_env env, napi_value request) {
  const LossItem* item = findLoss(readText(env, readProperty(env, request, {"loss"}), {"loss"}));
  if (item == nullptr) throw Failure("UNSUPPORTED", "loss must be the name of a registered loss");
  return *item;
}

/// y, rows x responseWidth, checked as a fit checks it.
std::vector<double> readResponse(napi_env env, napi_value request, const LossItem& item,
                                 std::size_t rows, std::size_t outputs, const char* other) {
  const std::size_t size = rows * item.responseWidth(outputs);
  std::vector<double> y = readSome(env, request, "y", {size, "the numbers per row of the loss"});
  if (y.empty()) throw Failure("EMPTY", std::string(other) + " and y must not be empty");
  for (const double value : y) {
    if (!item.accepts || item.accepts(value)) continue;
    throw Failure("OUT_OF_RANGE", "y must have entries that are " + item.requirement);
  }
  const std::string defect = item.defect(y, rows, outputs);
  if (!defect.empty()) throw Failure("INVALID_ARGUMENT", "y " + defect);
  return y;
}

}  // namespace

napi_value lossAt(Environment& environment, const Arguments& arguments) {
  const napi_env env = environment.env();
  requireObject(env, arguments[0], {"request"}, "an object");
  const napi_value request = arguments[0];
  const auto get = [&](const char* key) { return readProperty(env, request, {key}); };
  const LossItem& item = requireItem(env, request);
  const std::vector<double> fitted = copyDoubles(env, get("fitted"), {"fitted"});
  requireFinite(fitted, "fitted");
  const napi_value given = get("outputs");
  const std::size_t outputs =
      isMissing(env, given) ? 1 : readCount(env, given, {"outputs"}, kMostOutputs);
  const std::size_t entries = fitted.size();
  if (entries % outputs != 0 || (outputs > 1 && !item.multipleOutputs)) {
    throw Failure("LENGTH_MISMATCH", "fitted must have an entry per row and output of the loss");
  }
  const std::size_t rows = entries / outputs;
  const Length length{entries, "the length of fitted"};
  const std::vector<double> y = readResponse(env, request, item, rows, outputs, "fitted");
  const std::vector<double> weights =
      readSome(env, request, "weights", {rows, "the rows of fitted"});
  requireNonnegative(weights, "weights");
  const std::vector<double> offset = readSome(env, request, "offset", length);
  const std::vector<double> parameters = readParameters(env, request, item);
  const std::vector<double> direction = readSome(env, request, "direction", length);
  const bool intercept = readBoolean(env, get("intercept"), {"intercept"});
  const double share = readNonnegative(env, get("share"), {"share"});

  const auto loss = item.make({weights, offset, intercept, parameters, outputs});
  const std::size_t more = outputs > 1 ? outputs : 0;
  const NewArray result = newFloat64Array(environment, 3 + 2 * entries + direction.size() + more);
  const auto residual = result.values.subspan(3, entries);
  result.values[0] = loss->evaluate(fitted, y, residual);
  result.values[1] = loss->intercept(fitted, y);
  std::vector<double> part(residual.begin(), residual.end());
  for (double& r : part) r *= share;
  result.values[2] = loss->dualValue(part, y);
  loss->curvatures(fitted, y, result.values.subspan(3 + entries, entries));
  const auto rest = result.values.subspan(3 + 2 * entries);
  if (!direction.empty()) loss->applyHessian(fitted, y, direction, rest.first(entries));
  if (more > 0) loss->intercepts(fitted, y, rest.last(more));
  return result.value;
}

napi_value lossDeviance(Environment& environment, const Arguments& arguments) {
  const napi_env env = environment.env();
  requireObject(env, arguments[0], {"request"}, "an object");
  const napi_value request = arguments[0];
  const LossItem& item = requireItem(env, request);
  if (item.deviance == nullptr) throw Failure("UNSUPPORTED", "loss must be one with a deviance");
  const std::vector<double> z = copyDoubles(env, readProperty(env, request, {"z"}), {"z"});
  requireFinite(z, "z");
  const std::vector<double> y = readResponse(env, request, item, z.size(), 1, "z");
  std::vector<double> weights = readSome(env, request, "weights", {z.size(), "the length of z"});
  requireNonnegative(weights, "weights");
  if (weights.empty()) weights.assign(z.size(), 1.0);
  const std::vector<double> parameters = readParameters(env, request, item);
  return numberToJs(env, item.deviance({z, y, weights, parameters}));
}

}  // namespace flipside::addon
