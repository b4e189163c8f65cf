// fit, cancel and fitSync.
#include "solvers/fit.h"

#include "addon/arguments.h"
#include "addon/environment.h"
#include "addon/exports.h"
#include "addon/fit_request.h"
#include "addon/results.h"

namespace flipside::addon {

napi_value fit(Environment& environment, const Arguments& arguments) {
  const napi_env env = environment.env();
  requireFunction(env, arguments[1], {"settle"});
  const bool reports = !isMissing(env, arguments[2]);
  if (reports) requireFunction(env, arguments[2], {"progress"});
  const std::uint64_t job = environment.jobs().submit(
      readFitRequest(env, arguments[0]), arguments[1], reports ? arguments[2] : nullptr);
  return numberToJs(env, static_cast<double>(job));
}

napi_value cancel(Environment& environment, const Arguments& arguments) {
  const double job = readNumber(environment.env(), arguments[0], {"job"});
  // Anything else is no job's number; converting it could overflow.
  if (job >= 1.0 && job < 9007199254740992.0) {
    const auto number = static_cast<std::uint64_t>(job);
    if (static_cast<double>(number) == job) environment.jobs().cancel(number);
  }
  return nullptr;
}

napi_value fitSync(Environment& environment, const Arguments& arguments) {
  const FitRequest request = readFitRequest(environment.env(), arguments[0]);
  checkValues(request, nullptr);
  return fitsToJs(environment, runFit(request, {}));
}

}  // namespace flipside::addon
