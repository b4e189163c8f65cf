// Native results as JavaScript values.
#pragma once

#include <napi.h>

#include <optional>
#include <span>
#include <vector>

#include "addon/failure.h"
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

/// An array of element(k), k < length.
template <typename Element>
napi_value listToJs(napi_env env, std::size_t length, const Element& element) {
  napi_value list = nullptr;
  check(napi_create_array_with_length(env, length, &list));
  for (std::size_t k = 0; k < length; ++k) {
    const Napi::HandleScope scope(env);
    check(napi_set_element(env, list, static_cast<std::uint32_t>(k), element(k)));
  }
  return list;
}
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
