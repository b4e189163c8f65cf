// Native results as JavaScript values.
#pragma once

#include <napi.h>

#include <optional>
#include <span>
#include <vector>

#include "solvers/fit.h"

namespace flipside::addon {

class Environment;

/// The function that fitsToJs calls, made once for an environment.
napi_value makeFitFactory(napi_env env);

/// NativeFit[]; each fit has one ArrayBuffer of its own, which its arrays share.
napi_value fitsToJs(const Environment& environment, const std::vector<FitOutcome>& fits);
/// (NativeFit | null)[]
napi_value fitsToJs(const Environment& environment,
                    const std::vector<std::optional<FitOutcome>>& fits);
/// NativeProgress
napi_value progressToJs(napi_env env, const FitProgress& progress);

napi_value numberToJs(napi_env env, double value);
napi_value textToJs(napi_env env, const std::string& text);
void setProperty(napi_env env, napi_value object, const char* key, napi_value value);

/// A new Float64Array, to be filled through values before JavaScript runs again. OUT_OF_MEMORY when
/// refused.
struct NewArray {
  napi_value value = nullptr;
  napi_value buffer = nullptr;
  std::span<double> values;
};
NewArray newFloat64Array(const Environment& environment, std::size_t length);

}  // namespace flipside::addon
