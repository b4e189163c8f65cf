// From C++ exceptions to coded JavaScript errors. No exception crosses the boundary: every export
// runs in `guarded`, every callback of Node in a function that catches all.
#pragma once

#include <napi.h>

#include <exception>
#include <string>

namespace flipside::addon {

class Environment;

/// What becomes `new FlipsideError(code, message)`. cause lives in the handle scope of the running
/// call.
struct Failure : std::exception {
  Failure(std::string code_, std::string message_, napi_value cause_ = nullptr)
      : code(std::move(code_)), message(std::move(message_)), cause(cause_) {}
  const char* what() const noexcept override { return message.c_str(); }

  std::string code;
  std::string message;
  napi_value cause;
};

/// A call of Node-API failed: JavaScript threw, or this environment is being terminated and runs no
/// more of it. Napi::Error is not used for this, since building one in the second case ends the
/// process.
struct CallFailed : std::exception {
  const char* what() const noexcept override { return "a call into JavaScript failed"; }
};

inline void check(napi_status status) {
  if (status != napi_ok) throw CallFailed();
}

/// The exception being handled, as a coded failure; for native exceptions only, on any thread.
Failure nativeFailure();

/// The JavaScript exception that is pending, cleared; null when there is none.
napi_value takePending(napi_env env);

/// A sentence for something that was thrown; runs no code that could throw out of here.
std::string messageOf(napi_env env, napi_value thrown);

/// An instance of the registered class, or a plain Error with `code` when there is none (or it
/// throws); null when this environment runs no more JavaScript.
napi_value makeError(Environment& environment, const Failure& failure);

/// Throws the C++ exception being handled into JavaScript.
void throwCurrent(Environment& environment) noexcept;

struct Arguments {
  napi_value values[6];  // Node fills up with undefined
  napi_value operator[](std::size_t i) const { return values[i]; }
};

using Export = napi_value (*)(Environment&, const Arguments&);

template <Export body>
napi_value guarded(napi_env env, napi_callback_info info) noexcept {
  Arguments arguments;
  std::size_t count = 6;
  void* environment = nullptr;
  if (napi_get_cb_info(env, info, &count, arguments.values, nullptr, &environment) != napi_ok) {
    return nullptr;
  }
  try {
    return body(*static_cast<Environment*>(environment), arguments);
  } catch (...) {
    throwCurrent(*static_cast<Environment*>(environment));
    return nullptr;
  }
}

}  // namespace flipside::addon
