#include "addon/environment.h"

#include "addon/failure.h"
#include "addon/results.h"

namespace flipside::addon {
namespace {

napi_value valueOf(napi_env env, napi_ref reference) {
  napi_value value = nullptr;
  if (reference != nullptr) napi_get_reference_value(env, reference, &value);
  return value;
}

}  // namespace

Environment::Environment(napi_env env) : env_(env), jobs_(*this) {
  napi_value global = nullptr;
  napi_value arrayBuffer = nullptr;
  check(napi_get_global(env, &global));
  check(napi_get_named_property(env, global, "ArrayBuffer", &arrayBuffer));
  arrayBufferClass_ = Napi::Persistent(Napi::Function(env, arrayBuffer));
  fitFactory_ = Napi::Persistent(Napi::Function(env, makeFitFactory(env)));
  // Runs before the references and the thread-safe function go, on exit and on worker.terminate()
  // alike.
  check(napi_add_env_cleanup_hook(
      env, [](void* self) { static_cast<Environment*>(self)->shutDown(); }, this));
}

void Environment::shutDown() {
  jobs_.shutDown();
  errorClass_.Reset();
  fitFactory_.Reset();
  arrayBufferClass_.Reset();
}

void Environment::setErrorClass(napi_value errorClass) {
  errorClass_ = Napi::Persistent(Napi::Function(env_, errorClass));
}

napi_value Environment::errorClass() const { return valueOf(env_, errorClass_); }
napi_value Environment::fitFactory() const { return valueOf(env_, fitFactory_); }
napi_value Environment::arrayBufferClass() const { return valueOf(env_, arrayBufferClass_); }

}  // namespace flipside::addon
