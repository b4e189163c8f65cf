#include "addon/environment.h"

#include <memory>

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
  napi_value float64Array = nullptr;
  check(napi_get_global(env, &global));
  check(napi_get_named_property(env, global, "Float64Array", &float64Array));
  float64ArrayClass_ = Napi::Persistent(Napi::Function(env, float64Array));
  fitFactory_ = Napi::Persistent(Napi::Function(env, makeFitFactory(env)));
}

Environment* Environment::attach(napi_env env) {
  std::unique_ptr<Environment> owned(new Environment(env));
  check(napi_set_instance_data(
      env, owned.get(), [](napi_env, void* data, void*) { delete static_cast<Environment*>(data); },
      nullptr));
  Environment* const environment = owned.release();
  // Runs before the references and the thread-safe function go, on exit and on worker.terminate()
  // alike.
  check(napi_add_env_cleanup_hook(
      env, [](void* self) { static_cast<Environment*>(self)->shutDown(); }, environment));
  return environment;
}

void Environment::shutDown() {
  jobs_.shutDown();
  errorClass_.Reset();
  fitFactory_.Reset();
  float64ArrayClass_.Reset();
}

void Environment::setErrorClass(napi_value errorClass) {
  errorClass_ = Napi::Persistent(Napi::Function(env_, errorClass));
}

napi_value Environment::newError(const napi_value (&arguments)[2]) {
  const napi_value errorClass = valueOf(env_, errorClass_);
  if (errorClass == nullptr || makingError_) return nullptr;
  makingError_ = true;
  napi_value error = nullptr;
  const napi_status status = napi_new_instance(env_, errorClass, 2, arguments, &error);
  makingError_ = false;
  if (status == napi_ok) return error;
  takePending(env_);
  return nullptr;
}

napi_value Environment::fitFactory() const { return valueOf(env_, fitFactory_); }
napi_value Environment::float64ArrayClass() const { return valueOf(env_, float64ArrayClass_); }

}  // namespace flipside::addon
