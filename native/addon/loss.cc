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

std::vector<double> readRows(napi_env env, napi_value request, const char* key, std::size_t rows,
                             const char* reason = "the length of fitted") {
  const napi_value value = readProperty(env, request, {key});
  if (isMissing(env, value)) return {};
  std::vector<double> values = copyDoubles(env, value, {key}, {rows, reason});
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
  const std::size_t entries = fitted.size();
  const napi_value given = get("outputs");
  const std::size_t outputs =
      isMissing(env, given) ? 1 : readCount(env, given, {"outputs"}, kMostOutputs);
  if (entries % outputs != 0) {
    throw Failure("LENGTH_MISMATCH", "fitted must have an entry per row and output");
  }
  const std::size_t rows = entries / outputs;
  const std::size_t width = item->responseWidth(outputs);
  const std::vector<double> y =
      readRows(env, arguments[0], "y", rows * width, "the rows of fitted");
  if (entries == 0 || y.empty()) throw Failure("EMPTY", "fitted and y must not be empty");
  const std::vector<double> weights = readRows(env, arguments[0], "weights", rows);
  requireNonnegative(weights, "weights");
  const std::vector<double> offset = readRows(env, arguments[0], "offset", entries);
  const std::vector<double> direction = readRows(env, arguments[0], "direction", entries);
  const bool intercept = readBoolean(env, get("intercept"), {"intercept"});
  const double share = readNonnegative(env, get("share"), {"share"});
  const std::string defect = item->defect(y, rows, outputs);
  const bool accepted = !item->accepts || std::ranges::all_of(y, item->accepts);
  if (!accepted || !defect.empty() || (outputs > 1 && !item->multipleOutputs)) {
    throw Failure("INVALID_ARGUMENT", "y and outputs must be what the loss takes");
  }

  const auto loss = item->make({weights, offset, intercept, {}, outputs});
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

}  // namespace flipside::addon
