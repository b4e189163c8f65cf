#include "addon/table_argument.h"

#include <cmath>
#include <stdexcept>
#include <string>

#include "addon/arguments.h"
#include "addon/arrays.h"

namespace flipside::addon {
namespace {

/// A NativeCurve: first its properties, then its arrays.
class CurveArgument {
 public:
  CurveArgument(napi_env env, napi_value value, const char* name)
      : name_(name), headName_(std::string(name) + ".head") {
    requireObject(env, value, {name},
                  "a curve { atZero, knots, values, coefficients, head, tailDecay }");
    data_.atZero = readFinite(env, value, {"atZero", name});
    knots_ = readProperty(env, value, {"knots", name});
    values_ = readProperty(env, value, {"values", name});
    coefficients_ = readProperty(env, value, {"coefficients", name});
    const napi_value head = readProperty(env, value, {"head", name});
    requireObject(env, head, {"head", name}, "an object { limit, coefficient, exponent }");
    data_.head = {.limit = readFinite(env, head, {"limit", headName_.c_str()}),
                  .coefficient = readFinite(env, head, {"coefficient", headName_.c_str()}),
                  .exponent = readFinite(env, head, {"exponent", headName_.c_str()})};
    data_.tailDecay = readFinite(env, value, {"tailDecay", name});
  }

  Curve make(napi_env env) && {
    const Name knots{"knots", name_};
    const std::size_t length = viewArray(env, knots_, knots, {napi_float64_array}).length;
    if (length < 2 || length > Curve::kMostCells + 1) {
      const char* code = length == 0 ? "EMPTY" : length < 2 ? "LENGTH_MISMATCH" : "TOO_LARGE";
      throw Failure(code, knots.text() + " must be a Float64Array of length 2 to " +
                              std::to_string(Curve::kMostCells + 1) + ", but has length " +
                              std::to_string(length));
    }
    const std::size_t cells = length - 1;
    data_.knots = copyFinite(env, knots_, knots, {length, "its own"});
    data_.values = copyFinite(env, values_, {"values", name_}, {cells, "one per cell"});
    data_.coefficients = copyFinite(env, coefficients_, {"coefficients", name_},
                                    {Curve::kTerms * cells, "8 per cell"});
    try {
      return Curve(std::move(data_));
    } catch (const std::domain_error& error) {
      throw Failure("OUT_OF_RANGE", std::string(name_) + "." + error.what());
    }
  }

 private:
  static double readFinite(napi_env env, napi_value object, Name name) {
    const napi_value value = readProperty(env, object, name);
    const double number = readNumber(env, value, name);
    if (!std::isfinite(number)) failExpected(env, "NOT_FINITE", name, "a finite number", value);
    return number;
  }

  static std::vector<double> copyFinite(napi_env env, napi_value value, Name name, Length length) {
    std::vector<double> copy = copyDoubles(env, value, name, length);
    requireFinite(copy, name.text());
    return copy;
  }

  const char* name_;
  std::string headName_;
  CurveData data_;
  napi_value knots_ = nullptr;
  napi_value values_ = nullptr;
  napi_value coefficients_ = nullptr;
};

LambdaScaling readScaling(napi_env env, napi_value value, Name name) {
  const std::string text = readText(env, value, name);
  if (text == "lambdaFree") return LambdaScaling::lambdaFree;
  if (text == "keepProbability") return LambdaScaling::keepProbability;
  if (text == "maskFamily") return LambdaScaling::maskFamily;
  failExpected(env, "INVALID_ARGUMENT", name, R"("lambdaFree", "keepProbability" or "maskFamily")",
               value);
}

}  // namespace

CurvePenaltySpec readTable(napi_env env, napi_value value) {
  requireObject(env, value, {"table"}, "an object { scaling, omega, dual?, convex, monotone }");
  const auto get = [&](Name name) { return readProperty(env, value, name); };

  const Name scalingName{"scaling", "table"};
  const LambdaScaling scaling = readScaling(env, get(scalingName), scalingName);
  CurveArgument omega(env, get({"omega", "table"}), "table.omega");
  const napi_value dualValue = get({"dual", "table"});
  std::optional<CurveArgument> dual;
  if (!isMissing(env, dualValue)) dual.emplace(env, dualValue, "table.dual");
  const Name convexName{"convex", "table"};
  const bool convex = readBoolean(env, get(convexName), convexName);
  const Name monotoneName{"monotone", "table"};
  const bool monotone = readBoolean(env, get(monotoneName), monotoneName);

  CurvePenaltySpec spec{.scaling = scaling,
                        .omega = std::move(omega).make(env),
                        .dual = std::nullopt,
                        .convex = convex,
                        .monotone = monotone};
  if (dual) spec.dual = std::move(*dual).make(env);
  return spec;
}

}  // namespace flipside::addon
