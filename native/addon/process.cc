// What the process has: threads, and the libraries below.
#include "addon/arguments.h"
#include "addon/environment.h"
#include "addon/exports.h"
#include "addon/results.h"
#include "linalg/linalg.h"

namespace flipside::addon {
namespace {

constexpr double kMostThreads = 1024.0;

}  // namespace

napi_value threads(Environment& environment, const Arguments&) {
  return numberToJs(environment.env(), static_cast<double>(linalg::threadBudget()));
}

napi_value setThreads(Environment& environment, const Arguments& arguments) {
  linalg::setThreadBudget(readCount(environment.env(), arguments[0], {"count"}, kMostThreads));
  return nullptr;
}

napi_value activity(Environment& environment, const Arguments&) {
  const napi_env env = environment.env();
  napi_value object = nullptr;
  check(napi_create_object(env, &object));
  setProperty(env, object, "threads", numberToJs(env, static_cast<double>(linalg::aliveThreads())));
  setProperty(env, object, "jobs",
              numberToJs(env, static_cast<double>(environment.jobs().count())));
  return object;
}

napi_value information(Environment& environment, const Arguments&) {
  const napi_env env = environment.env();
  napi_value object = nullptr;
  check(napi_create_object(env, &object));
  setProperty(env, object, "blas", textToJs(env, linalg::blasName()));
  return object;
}

}  // namespace flipside::addon
