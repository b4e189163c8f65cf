// The catalogue, and what a penalty says of itself.
#include <algorithm>

#include "addon/arguments.h"
#include "addon/arrays.h"
#include "addon/environment.h"
#include "addon/exports.h"
#include "addon/penalty_handle.h"
#include "addon/results.h"
#include "addon/table_argument.h"
#include "penalties/catalogue.h"
#include "penalties/elastic_net.h"

namespace flipside::addon {
namespace {

napi_value booleanToJs(napi_env env, bool flag) {
  napi_value value = nullptr;
  check(napi_get_boolean(env, flag, &value));
  return value;
}

template <typename Items, typename Convert>
napi_value arrayToJs(napi_env env, const Items& items, Convert convert) {
  napi_value array = nullptr;
  check(napi_create_array_with_length(env, items.size(), &array));
  std::uint32_t index = 0;
  for (const auto& item : items) check(napi_set_element(env, array, index++, convert(item)));
  return array;
}

const CatalogueItem& requireItem(napi_env env, napi_value value) {
  const CatalogueItem* item = findPenalty(readText(env, value, {"name"}));
  if (item != nullptr) return *item;
  std::string known;
  for (const CatalogueItem& candidate : catalogue()) {
    known += (known.empty() ? "" : ", ") + candidate.name;
  }
  failExpected(env, "UNKNOWN_PENALTY", {"name"}, "one of " + known, value);
}

}  // namespace

napi_value listCatalogue(Environment& environment, const Arguments&) {
  const napi_env env = environment.env();
  const auto text = [env](const std::string& name) { return textToJs(env, name); };
  return arrayToJs(env, catalogue(), [&](const CatalogueItem& item) {
    napi_value object = nullptr;
    check(napi_create_object(env, &object));
    setProperty(env, object, "name", text(item.name));
    setProperty(env, object, "parameters", arrayToJs(env, item.parameters, text));
    return object;
  });
}

napi_value createPenalty(Environment& environment, const Arguments& arguments) {
  const napi_env env = environment.env();
  const CatalogueItem& item = requireItem(env, arguments[0]);
  const std::string reason = "the parameters of " + item.name;
  const std::vector<double> parameters =
      copyDoubles(env, arguments[1], {"parameters"}, {item.parameters.size(), reason.c_str()});
  requireFinite(parameters, "parameters");
  return wrapPenalty(env, item.make(parameters));
}

napi_value createTablePenalty(Environment& environment, const Arguments& arguments) {
  const napi_env env = environment.env();
  return wrapPenalty(env, makeCurvePenalty(readTable(env, arguments[0])));
}

napi_value createElasticNet(Environment& environment, const Arguments& arguments) {
  const napi_env env = environment.env();
  const auto penalty = unwrapPenalty(env, arguments[0]);
  return wrapPenalty(env, makeElasticNet(penalty, readNumber(env, arguments[1], {"alpha"})));
}

napi_value isSeparable(Environment& environment, const Arguments& arguments) {
  const napi_env env = environment.env();
  return booleanToJs(env, unwrapPenalty(env, arguments[0])->separable());
}

napi_value isConvex(Environment& environment, const Arguments& arguments) {
  const napi_env env = environment.env();
  return booleanToJs(env, unwrapPenalty(env, arguments[0])->convex());
}

napi_value needsDesign(Environment& environment, const Arguments& arguments) {
  const napi_env env = environment.env();
  return booleanToJs(env, unwrapPenalty(env, arguments[0])->needsDesign());
}

}  // namespace flipside::addon
