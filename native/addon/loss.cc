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

std::vector<double> readRows(napi_env env, napi_value request, const char* key, std::size_t rows) {
  const napi_value value = readProperty(env, request, {key});
  if (isMissing(env, value)) return {};
  std::vector<double> values = copyDoubles(env, value, {key}, {rows, "the length of fitted"});
  requireFinite(values, key);
  return values;
}

}  // namespace

napi_value lossAt(Environment& environment, const Arguments& arguments) {
  const napi_env env = environment.env();
  requireObject(env, arguments[0], {"request"}, "an object");
  const auto get = [&](const char* key) { return readProperty(env, arguments[0], {key}); };
  const LossItem* item = findLoss(readText(env, get("loss"), {"loss"}));
  if (item == nullptr) throw Failure("UNSUPPORTED", "loss must be the name of a registered loss");
  const std::vector<double> fitted = copyDoubles(env, get("fitted"), {"fitted"});
  requireFinite(fitted, "fitted");
  const std::size_t rows = fitted.size();
  const std::vector<double> y = readRows(env, arguments[0], "y", rows);
  if (rows == 0 || y.empty()) throw Failure("EMPTY", "fitted and y must not be empty");
  const std::vector<double> weights = readRows(env, arguments[0], "weights", rows);
  requireNonnegative(weights, "weights");
  const std::vector<double> offset = readRows(env, arguments[0], "offset", rows);
  const bool intercept = readBoolean(env, get("intercept"), {"intercept"});
  const double share = readNonnegative(env, get("share"), {"share"});

  const auto loss = item->make({weights, offset, intercept});
  const NewArray result = newFloat64Array(environment, 3 + 2 * rows);
  const auto residual = result.values.subspan(3, rows);
  result.values[0] = loss->evaluate(fitted, y, residual);
  result.values[1] = loss->intercept(fitted, y);
  std::vector<double> part(residual.begin(), residual.end());
  for (double& r : part) r *= share;
  result.values[2] = loss->dualValue(part, y);
  loss->curvatures(fitted, y, result.values.subspan(3 + rows, rows));
  return result.value;
}

}  // namespace flipside::addon
