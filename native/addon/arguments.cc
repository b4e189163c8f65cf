#include "addon/arguments.h"

#include <array>
#include <cmath>

#include "design/bad_value.h"

namespace flipside::addon {
namespace {

napi_valuetype typeOf(napi_env env, napi_value value) {
  napi_valuetype type = napi_undefined;
  check(napi_typeof(env, value, &type));
  return type;
}

}  // namespace

napi_value readProperty(napi_env env, napi_value object, Name name) {
  napi_value value = nullptr;
  if (napi_get_named_property(env, object, name.key, &value) == napi_ok) return value;
  const napi_value thrown = takePending(env);
  if (thrown == nullptr) throw CallFailed();
  throw Failure("INVALID_ARGUMENT", "reading " + name.text() + " threw: " + messageOf(env, thrown),
                thrown);
}

bool isMissing(napi_env env, napi_value value) {
  const napi_valuetype type = typeOf(env, value);
  return type == napi_undefined || type == napi_null;
}

void requireObject(napi_env env, napi_value value, Name name, const char* requirement) {
  if (typeOf(env, value) != napi_object) {
    failExpected(env, "INVALID_ARGUMENT", name, requirement, value);
  }
}

void requireFunction(napi_env env, napi_value value, Name name) {
  if (typeOf(env, value) != napi_function) {
    failExpected(env, "INVALID_ARGUMENT", name, "a function", value);
  }
}

bool readBoolean(napi_env env, napi_value value, Name name) {
  bool flag = false;
  if (napi_get_value_bool(env, value, &flag) != napi_ok) {
    failExpected(env, "INVALID_ARGUMENT", name, "true or false", value);
  }
  return flag;
}

double readNumber(napi_env env, napi_value value, Name name) {
  double number = 0.0;
  if (napi_get_value_double(env, value, &number) != napi_ok) {
    failExpected(env, "INVALID_ARGUMENT", name, "a number", value);
  }
  return number;
}

double readNonnegative(napi_env env, napi_value value, Name name) {
  const double number = readNumber(env, value, name);
  if (std::isfinite(number) && number >= 0.0) return number;
  failExpected(env, std::isfinite(number) ? "OUT_OF_RANGE" : "NOT_FINITE", name,
               "a finite number >= 0", value);
}

std::size_t readCount(napi_env env, napi_value value, Name name, double largest,
                      const char* codeOfZero) {
  const double number = readNumber(env, value, name);
  const char* code = nullptr;
  if (!std::isfinite(number)) {
    code = "NOT_FINITE";
  } else if (number == 0.0) {
    code = codeOfZero;
  } else if (number < 0.0 || std::floor(number) != number) {
    code = "OUT_OF_RANGE";
  } else if (number > largest) {
    code = "TOO_LARGE";
  }
  if (code != nullptr) {
    failExpected(env, code, name, "an integer from 1 to " + numberText(largest), value);
  }
  return static_cast<std::size_t>(number);
}

std::uint64_t readInteger(napi_env env, napi_value value, Name name, double largest) {
  const double number = readNumber(env, value, name);
  if (number >= 0.0 && number <= largest && std::floor(number) == number) {
    return static_cast<std::uint64_t>(number);
  }
  failExpected(env, std::isfinite(number) ? "OUT_OF_RANGE" : "NOT_FINITE", name,
               "an integer from 0 to " + numberText(largest), value);
}

std::string readText(napi_env env, napi_value value, Name name) {
  std::array<char, 64> text;
  std::size_t length = 0;
  if (napi_get_value_string_utf8(env, value, text.data(), text.size(), &length) != napi_ok) {
    failExpected(env, "INVALID_ARGUMENT", name, "a string", value);
  }
  return {text.data(), length};
}

std::uint32_t lengthOf(napi_env env, napi_value value, Name name) {
  bool array = false;
  check(napi_is_array(env, value, &array));
  if (!array) failExpected(env, "INVALID_ARGUMENT", name, "an array", value);
  std::uint32_t length = 0;
  check(napi_get_array_length(env, value, &length));
  return length;
}

napi_value elementOf(napi_env env, napi_value array, std::uint32_t k, Name name) {
  napi_value value = nullptr;
  if (napi_get_element(env, array, k, &value) == napi_ok) return value;
  const napi_value thrown = takePending(env);
  if (thrown == nullptr) throw CallFailed();
  throw Failure("INVALID_ARGUMENT", "reading " + name.text() + " threw: " + messageOf(env, thrown),
                thrown);
}

}  // namespace flipside::addon
