#include "addon/results.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "addon/environment.h"
#include "addon/failure.h"

namespace flipside::addon {
namespace {

/// Property writes and typed arrays cost several us through Node-API, and a tenth of it when
/// JavaScript makes them from one buffer: for a small problem as much as the fit. The buffer starts
/// with a header of doubles, the lengths of the arrays and the numbers; then come the arrays.
constexpr std::string_view kFitFactory = R"js(
((Float64Array) => {
  "use strict";
  const none = new Float64Array(0);
  return (buffer, reason) => {
    const header = new Float64Array(buffer, 0, 31);
    let offset = 31 * 8;
    const next = (length) => {
      const array = new Float64Array(buffer, offset, length);
      offset += 8 * length;
      return array;
    };
    return {
      lambda: header[8],
      coefficients: next(header[0]),
      eta: next(header[1]),
      keepProbability: next(header[2]),
      intercept: header[9],
      objective: header[10],
      loss: header[11],
      stationarity: header[12],
      nonzero: header[13],
      iterations: header[14],
      objectiveMargin: header[15],
      reason,
      objectiveHistory: next(header[3]),
      secondsHistory: next(header[4]),
      nonzeroHistory: next(header[5]),
      workingSetSizes: header[6] > 0 ? next(header[6]) : none,
      support: header[16] > 0 ? next(header[7]) : undefined,
      etaAtZero: header[17],
      keepAtZero: header[18],
      passes: header[19],
      dualityGap: header[20],
      locallyConvex: header[21],
      starts: header[22],
      worstObjective: header[23],
      intercepts: header[24] > 0 ? next(header[24]) : undefined,
      lambdaMax: header[25],
      smallestMargin: header[26],
      largestMargin: header[27],
      saturatedRows: header[28],
      constantCount: header[29],
      constantColumns: header[30] > 0 ? next(header[30]) : none,
    };
  };
})(Float64Array)
)js";
constexpr std::size_t kHeader = 31;

/// Above this, memory is asked for in the way that can fail.
constexpr std::size_t kLargeArray = std::size_t{1} << 20;

/// What stands for missing values, of the first fit and so of all; null where those are refused.
napi_value imputedToJs(const Environment& environment, const FitOutcome* fit) {
  if (fit == nullptr || fit->imputed == nullptr) return nullptr;
  const NewArray array = newFloat64Array(environment, fit->imputed->size());
  std::ranges::copy(*fit->imputed, array.values.begin());
  return array.value;
}

napi_value fitToJs(const Environment& environment, napi_value factory, const FitOutcome& fit,
                   napi_value imputed) {
  const napi_env env = environment.env();
  const ConvergenceRecord& record = fit.record;
  const std::array lengths = {fit.coefficients.size(),       fit.eta.size(),
                              fit.keepProbability.size(),    fit.objectiveHistory.size(),
                              fit.secondsHistory.size(),     fit.nonzeroHistory.size(),
                              record.workingSetSizes.size(), fit.support.size()};
  const std::array numbers = {fit.lambda,
                              fit.intercept,
                              fit.objective,
                              fit.loss,
                              fit.stationarity,
                              static_cast<double>(fit.nonzero),
                              static_cast<double>(fit.iterations),
                              fit.objectiveMargin,
                              fit.sparse ? 1.0 : 0.0,
                              fit.etaAtZero,
                              fit.keepAtZero,
                              record.passes,
                              record.dualityGap,
                              static_cast<double>(record.locallyConvex),
                              static_cast<double>(record.starts),
                              record.worstObjective,
                              static_cast<double>(fit.intercepts.size()),
                              fit.diagnosis.lambdaMax,
                              fit.diagnosis.smallestMargin,
                              fit.diagnosis.largestMargin,
                              fit.diagnosis.saturatedRows,
                              static_cast<double>(fit.diagnosis.constantCount),
                              static_cast<double>(fit.diagnosis.constantColumns.size())};
  static_assert(lengths.size() + numbers.size() == kHeader);
  std::size_t count = kHeader + fit.intercepts.size() + fit.diagnosis.constantColumns.size();
  for (const std::size_t length : lengths) count += length;
  NewArray packed = newFloat64Array(environment, count);
  double* next = packed.values.data();
  const auto append = [&next](const auto& values) {
    for (const auto value : values) *next++ = static_cast<double>(value);
  };
  append(lengths);
  append(numbers);
  append(fit.coefficients);
  append(fit.eta);
  append(fit.keepProbability);
  append(fit.objectiveHistory);
  append(fit.secondsHistory);
  append(fit.nonzeroHistory);
  append(record.workingSetSizes);
  append(fit.support);
  append(fit.intercepts);
  append(fit.diagnosis.constantColumns);

  const napi_value arguments[] = {packed.buffer, textToJs(env, fit.reason)};
  napi_value receiver = nullptr;
  napi_value result = nullptr;
  check(napi_get_undefined(env, &receiver));
  check(napi_call_function(env, receiver, factory, 2, arguments, &result));
  if (imputed != nullptr) setProperty(env, result, "imputed", imputed);
  return result;
}

}  // namespace

napi_value makeFitFactory(napi_env env) {
  napi_value source = nullptr;
  napi_value factory = nullptr;
  check(napi_create_string_utf8(env, kFitFactory.data(), kFitFactory.size(), &source));
  check(napi_run_script(env, source, &factory));
  return factory;
}

napi_value fitsToJs(const Environment& environment, const std::vector<FitOutcome>& fits) {
  const napi_value imputed = imputedToJs(environment, fits.empty() ? nullptr : fits.data());
  return listToJs(environment.env(), fits.size(), [&, factory = environment.fitFactory()](auto k) {
    return fitToJs(environment, factory, fits[k], imputed);
  });
}

napi_value fitsToJs(const Environment& environment,
                    const std::vector<std::optional<FitOutcome>>& fits) {
  napi_value null = nullptr;
  check(napi_get_null(environment.env(), &null));
  const auto begun = std::ranges::find_if(fits, [](const auto& fit) { return fit.has_value(); });
  const napi_value imputed = imputedToJs(environment, begun == fits.end() ? nullptr : &**begun);
  return listToJs(environment.env(), fits.size(), [&, factory = environment.fitFactory()](auto k) {
    return fits[k] ? fitToJs(environment, factory, *fits[k], imputed) : null;
  });
}

napi_value progressToJs(napi_env env, const FitProgress& progress) {
  napi_value state = nullptr;
  check(napi_create_object(env, &state));
  const auto set = [&](const char* key, double value) {
    setProperty(env, state, key, numberToJs(env, value));
  };
  set("lambdaIndex", static_cast<double>(progress.lambdaIndex));
  set("lambdaCount", static_cast<double>(progress.lambdaCount));
  set("iteration", static_cast<double>(progress.iteration));
  set("objective", progress.objective);
  set("stationarity", progress.stationarity);
  set("nonzero", static_cast<double>(progress.nonzero));
  return state;
}

napi_value numberToJs(napi_env env, double value) {
  napi_value number = nullptr;
  check(napi_create_double(env, value, &number));
  return number;
}

napi_value textToJs(napi_env env, const std::string& text) {
  napi_value string = nullptr;
  check(napi_create_string_utf8(env, text.data(), text.size(), &string));
  return string;
}

void setProperty(napi_env env, napi_value object, const char* key, napi_value value) {
  check(napi_set_named_property(env, object, key, value));
}

NewArray newFloat64Array(const Environment& environment, std::size_t length) {
  const napi_env env = environment.env();
  const std::size_t bytes = length * sizeof(double);
  NewArray array;
  void* memory = nullptr;
  if (bytes <= kLargeArray) {
    check(napi_create_arraybuffer(env, bytes, &memory, &array.buffer));
    check(napi_create_typedarray(env, napi_float64_array, length, array.buffer, 0, &array.value));
  } else {
    const napi_value size = numberToJs(env, static_cast<double>(length));
    if (napi_new_instance(env, environment.float64ArrayClass(), 1, &size, &array.value) !=
        napi_ok) {
      if (takePending(env) == nullptr) throw CallFailed();
      throw Failure("OUT_OF_MEMORY",
                    "a result of " + std::to_string(length) + " numbers could not be allocated");
    }
    napi_typedarray_type type = napi_uint8_array;
    std::size_t actual = 0;
    check(napi_get_typedarray_info(env, array.value, &type, &actual, &memory, &array.buffer,
                                   nullptr));
    if (type != napi_float64_array || actual != length) {
      throw Failure("INTERNAL", "Float64Array has been replaced");
    }
  }
  array.values = {static_cast<double*>(memory), length};
  return array;
}

}  // namespace flipside::addon
