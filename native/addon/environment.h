// What one Node environment (the main thread or one worker_thread) owns here. Several may have the
// addon loaded at once; nothing in this folder is shared between them except the pool and the exit
// handler.
#pragma once

#include <napi.h>

#include "addon/jobs.h"

namespace flipside::addon {

class Environment {
 public:
  explicit Environment(napi_env env);
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

  napi_env env() const { return env_; }
  Jobs& jobs() { return jobs_; }

  void setErrorClass(napi_value errorClass);
  /// Null before initialize().
  napi_value errorClass() const;

  /// (buffer) => NativeFit; see results.cc.
  napi_value fitFactory() const;
  /// The environment's own ArrayBuffer constructor: it throws where napi_create_arraybuffer would
  /// end the process for want of memory.
  napi_value arrayBufferClass() const;

 private:
  void shutDown();

  napi_env env_;
  Napi::FunctionReference errorClass_;
  Napi::FunctionReference fitFactory_;
  Napi::FunctionReference arrayBufferClass_;
  Jobs jobs_;
};

}  // namespace flipside::addon
