// Reading and checking JavaScript values that are not arrays.
//
// Reading a property may run code of the caller (getters, proxies), which may change or detach any
// buffer. So a request is read in two steps: first all its properties, then, without a call into
// JavaScript in between, the elements of its arrays (arrays.h).
#pragma once

#include <napi.h>

#include <cstdint>
#include <string>

#include "addon/describe.h"
#include "addon/failure.h"

namespace flipside::addon {

/// object[name.key]. What a getter throws becomes the cause of an INVALID_ARGUMENT.
napi_value readProperty(napi_env env, napi_value object, Name name);

/// undefined or null
bool isMissing(napi_env env, napi_value value);
void requireObject(napi_env env, napi_value value, Name name, const char* requirement);
void requireFunction(napi_env env, napi_value value, Name name);

bool readBoolean(napi_env env, napi_value value, Name name);
/// Any number, NaN and infinities too.
double readNumber(napi_env env, napi_value value, Name name);
/// A finite number >= 0.
double readNonnegative(napi_env env, napi_value value, Name name);
/// An integer from 1 to largest; 0 is EMPTY where that says more than OUT_OF_RANGE.
std::size_t readCount(napi_env env, napi_value value, Name name, double largest,
                      const char* codeOfZero = "OUT_OF_RANGE");
/// An integer from 0 to largest.
std::uint64_t readInteger(napi_env env, napi_value value, Name name, double largest);
/// A string, of a long one only the beginning.
std::string readText(napi_env env, napi_value value, Name name);

/// Of a JavaScript array.
std::uint32_t lengthOf(napi_env env, napi_value value, Name name);
/// What a getter throws becomes the cause of an INVALID_ARGUMENT.
napi_value elementOf(napi_env env, napi_value array, std::uint32_t k, Name name);

}  // namespace flipside::addon
