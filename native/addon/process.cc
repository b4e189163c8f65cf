// What the process has: threads, the libraries below, and the instructions in use.
#include "addon/arguments.h"
#include "addon/environment.h"
#include "addon/exports.h"
#include "addon/results.h"
#include "linalg/linalg.h"
#include "simd/simd.h"

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

napi_value simd(Environment& environment, const Arguments& arguments) {
  const napi_env env = environment.env();
  if (!isMissing(env, arguments[0])) {
    const std::string name = readText(env, arguments[0], {"target"});
    bool done = false;
    for (const SimdTarget target : {SimdTarget::baseline, SimdTarget::avx2, SimdTarget::avx512}) {
      if (name == simdTargetName(target)) done = forceSimdTarget(target);
    }
    if (!done) {
      failExpected(env, "UNSUPPORTED", {"target"},
                   R"("baseline", "avx2" or "avx512", and one that this machine has)",
                   arguments[0]);
    }
  }
  napi_value object = nullptr;
  check(napi_create_object(env, &object));
  setProperty(env, object, "inUse", textToJs(env, std::string(simdTargetName(simdTarget()))));
  setProperty(env, object, "best", textToJs(env, std::string(simdTargetName(bestSimdTarget()))));
  return object;
}

}  // namespace flipside::addon
