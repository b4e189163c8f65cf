#include "addon/failure.h"

#include <new>
#include <stdexcept>

#include "addon/environment.h"
#include "design/raw_matrix.h"
#include "linalg/pool.h"

namespace flipside::addon {
namespace {

constexpr std::size_t kLongestMessage = 1000;

napi_value newString(napi_env env, const std::string& text) {
  napi_value value = nullptr;
  return napi_create_string_utf8(env, text.data(), text.size(), &value) == napi_ok ? value
                                                                                   : nullptr;
}

void attachCause(napi_env env, napi_value error, napi_value cause) {
  napi_property_descriptor property{};
  property.utf8name = "cause";
  property.value = cause;
  property.attributes = static_cast<napi_property_attributes>(napi_writable | napi_configurable);
  if (napi_define_properties(env, error, 1, &property) != napi_ok) takePending(env);
}

}  // namespace

Failure nativeFailure() {
  try {
    throw;
  } catch (const Failure& failure) {
    return failure;
  } catch (const BadValue& bad) {
    return {bad.code, bad.what()};
  } catch (const Cancelled&) {
    return {"ABORTED", "cancelled before there was a result"};
  } catch (const std::domain_error& error) {
    return {"OUT_OF_RANGE", error.what()};
  } catch (const std::bad_alloc&) {
    return {"OUT_OF_MEMORY", "not enough memory for this problem"};
  } catch (const std::length_error& error) {
    return {"OUT_OF_MEMORY", error.what()};
  } catch (const std::exception& error) {
    return {"INTERNAL", error.what()};
  } catch (...) {
    return {"INTERNAL", "an unknown native exception"};
  }
}

napi_value takePending(napi_env env) {
  bool pending = false;
  napi_value thrown = nullptr;
  if (napi_is_exception_pending(env, &pending) != napi_ok || !pending) return nullptr;
  return napi_get_and_clear_last_exception(env, &thrown) == napi_ok ? thrown : nullptr;
}

std::string messageOf(napi_env env, napi_value thrown) {
  napi_value text = nullptr;
  napi_valuetype type = napi_undefined;
  if (napi_typeof(env, thrown, &type) != napi_ok) return "an unknown value";
  if (type == napi_symbol) return "a symbol";
  const bool object = type == napi_object || type == napi_function;
  const napi_status status = object ? napi_get_named_property(env, thrown, "message", &text)
                                    : napi_coerce_to_string(env, thrown, &text);
  if (status != napi_ok) {
    takePending(env);
    return "an object";
  }
  std::size_t length = 0;
  std::string message(kLongestMessage, '\0');
  if (napi_get_value_string_utf8(env, text, message.data(), message.size(), &length) != napi_ok) {
    return "an object without a message";
  }
  message.resize(length);
  return message;
}

napi_value makeError(Environment& environment, const Failure& failure) {
  const napi_env env = environment.env();
  const napi_value arguments[] = {newString(env, failure.code), newString(env, failure.message)};
  if (arguments[0] == nullptr || arguments[1] == nullptr) return nullptr;
  napi_value error = environment.newError(arguments);
  if (error == nullptr) {
    const auto create =
        failure.code == "INVALID_ARGUMENT" ? napi_create_type_error : napi_create_error;
    if (create(env, arguments[0], arguments[1], &error) != napi_ok) return nullptr;
  }
  if (failure.cause != nullptr) attachCause(env, error, failure.cause);
  return error;
}

void throwCurrent(Environment& environment) noexcept {
  const napi_env env = environment.env();
  try {
    try {
      throw;
    } catch (const CallFailed& failed) {
      const napi_value thrown = takePending(env);
      if (thrown == nullptr) return;  // terminating: nothing can be thrown any more
      throw Failure("INTERNAL", std::string(failed.what()) + ": " + messageOf(env, thrown), thrown);
    }
  } catch (...) {
    const Failure failure = nativeFailure();
    const napi_value error = makeError(environment, failure);
    // Refused only while the environment is being terminated.
    if (error != nullptr) napi_throw(env, error);
  }
}

}  // namespace flipside::addon
