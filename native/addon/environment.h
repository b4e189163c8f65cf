// What one Node environment (the main thread or one worker_thread) owns here. Several may have the
// addon loaded at once; nothing in this folder is shared between them except the pool and the exit
// handler.
#pragma once

#include <napi.h>

#include "addon/jobs.h"

namespace flipside::addon {

class Environment {
 public:
  /// Made for env, and deleted with it.
  static Environment* attach(napi_env env);
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

  napi_env env() const { return env_; }
  Jobs& jobs() { return jobs_; }

  void setErrorClass(napi_value errorClass);
  /// new errorClass(code, message); null before initialize(), when it throws, and inside itself: a
  /// class that is, or calls, a function of this addon must not recurse without end.
  napi_value newError(const napi_value (&arguments)[2]);

  /// (buffer) => NativeFit; see results.cc.
  napi_value fitFactory() const;
  /// The environment's own ArrayBuffer constructor: it throws where napi_create_arraybuffer would
  /// end the process for want of memory.
  napi_value float64ArrayClass() const;

 private:
  explicit Environment(napi_env env);
  void shutDown();

  napi_env env_;
  Napi::FunctionReference errorClass_;
  bool makingError_ = false;
  Napi::FunctionReference fitFactory_;
  Napi::FunctionReference float64ArrayClass_;
  Jobs jobs_;
};

}  // namespace flipside::addon
