// How functions with a job begin one, and cancel.
#include "addon/background.h"

#include "addon/arguments.h"
#include "addon/environment.h"
#include "addon/exports.h"
#include "addon/results.h"

namespace flipside::addon {

Callbacks::Callbacks(Environment& environment, const Arguments& arguments)
    : environment_(environment), settle_(arguments[1]) {
  const napi_env env = environment.env();
  requireFunction(env, settle_, {"settle"});
  if (isMissing(env, arguments[2])) return;
  requireFunction(env, arguments[2], {"progress"});
  progress_ = arguments[2];
}

napi_value Callbacks::submit(std::unique_ptr<Task> task,
                             std::initializer_list<napi_value> written) const {
  const std::uint64_t job =
      environment_.jobs().submit(std::move(task), settle_, progress_, written);
  return numberToJs(environment_.env(), static_cast<double>(job));
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

}  // namespace flipside::addon
