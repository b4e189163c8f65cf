// The words of error messages: what an argument is called and what came instead of it.
#pragma once

#include <napi.h>

#include <string>

namespace flipside::addon {

/// How messages call an argument: "y", or "x.rows" for the key rows of x.
struct Name {
  const char* key;
  const char* owner = nullptr;
  std::string text() const;
};

/// Such as "-1 (number)" or "a Float32Array of length 3"; runs no code of the caller.
std::string describe(napi_env env, napi_value value);

/// Float64Array and the like.
const char* kindName(napi_typedarray_type type);

/// Throws "<name> must be <requirement>, but is <value>".
[[noreturn]] void failExpected(napi_env env, const char* code, Name name,
                               const std::string& requirement, napi_value value);

}  // namespace flipside::addon
