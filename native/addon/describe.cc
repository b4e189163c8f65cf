#include "addon/describe.h"

#include <array>

#include "addon/failure.h"
#include "design/bad_value.h"

namespace flipside::addon {
namespace {

constexpr std::size_t kLongestText = 60;

std::string quoted(napi_env env, napi_value value) {
  std::array<char, kLongestText + 1> text;
  std::size_t length = 0;
  std::size_t total = 0;
  check(napi_get_value_string_utf8(env, value, nullptr, 0, &total));
  check(napi_get_value_string_utf8(env, value, text.data(), text.size(), &length));
  return '"' + std::string(text.data(), length) + (length < total ? "…\"" : "\"") + " (string)";
}

using Test = napi_status (*)(napi_env, napi_value, bool*);

bool is(Test test, napi_env env, napi_value value) {
  bool result = false;
  check(test(env, value, &result));
  return result;
}

std::string describeObject(napi_env env, napi_value value) {
  if (is(napi_is_array, env, value)) {
    std::uint32_t length = 0;
    check(napi_get_array_length(env, value, &length));
    return "an array of length " + std::to_string(length);
  }
  if (is(napi_is_typedarray, env, value)) {
    napi_typedarray_type type = napi_biguint64_array;
    std::size_t length = 0;
    check(napi_get_typedarray_info(env, value, &type, &length, nullptr, nullptr, nullptr));
    const std::string kind = kindName(type);
    return (kind[0] == 'I' ? "an " : "a ") + kind + " of length " + std::to_string(length);
  }
  if (is(napi_is_arraybuffer, env, value)) return "an ArrayBuffer";
  if (is(napi_is_dataview, env, value)) return "a DataView";
  if (is(napi_is_promise, env, value)) return "a Promise";
  if (is(napi_is_error, env, value)) return "an Error";
  return "an object";
}

}  // namespace

std::string Name::text() const { return owner == nullptr ? key : std::string(owner) + '.' + key; }

std::string describe(napi_env env, napi_value value) {
  napi_valuetype type = napi_undefined;
  check(napi_typeof(env, value, &type));
  switch (type) {
    case napi_undefined:
      return "undefined";
    case napi_null:
      return "null";
    case napi_boolean: {
      bool flag = false;
      check(napi_get_value_bool(env, value, &flag));
      return flag ? "true (boolean)" : "false (boolean)";
    }
    case napi_number: {
      double number = 0.0;
      check(napi_get_value_double(env, value, &number));
      return numberText(number) + " (number)";
    }
    case napi_string:
      return quoted(env, value);
    case napi_bigint:
      return "a bigint";
    case napi_symbol:
      return "a symbol";
    case napi_function:
      return "a function";
    case napi_external:
      return "an external value";
    case napi_object:
      break;
  }
  return describeObject(env, value);
}

const char* kindName(napi_typedarray_type type) {
  static constexpr std::array names = {"Int8Array",     "Uint8Array",     "Uint8ClampedArray",
                                       "Int16Array",    "Uint16Array",    "Int32Array",
                                       "Uint32Array",   "Float32Array",   "Float64Array",
                                       "BigInt64Array", "BigUint64Array", "Float16Array"};
  const auto index = static_cast<std::size_t>(type);
  return index < names.size() ? names[index] : "TypedArray";
}

void failExpected(napi_env env, const char* code, Name name, const std::string& requirement,
                  napi_value value) {
  throw Failure(code, name.text() + " must be " + requirement + ", but is " + describe(env, value));
}

}  // namespace flipside::addon
