// fit and fitSync.
#include "solvers/fit.h"

#include "addon/arguments.h"

#include "addon/background.h"
#include "addon/environment.h"
#include "addon/exports.h"
#include "addon/fit_request.h"
#include "addon/penalty_handle.h"
#include "addon/results.h"
#include "solvers/solver.h"

namespace flipside::addon {
namespace {

class FitTask final : public Task {
 public:
  explicit FitTask(FitRequest request) : request_(std::move(request)) {}

  Product run(const Cancellation& cancel, const std::function<void(Product)>& progress) override {
    checkValues(request_, &cancel);
    FitControl control;
    control.cancel = &cancel;
    if (progress) {
      control.progress = [&progress](const FitProgress& state) {
        progress([state](const Environment& at) { return progressToJs(at.env(), state); });
      };
    }
    return [fits = runFit(request_, control)](const Environment& at) { return fitsToJs(at, fits); };
  }

 private:
  FitRequest request_;
};

}  // namespace

napi_value automaticSolver(Environment& environment, const Arguments& arguments) {
  const napi_env env = environment.env();
  const auto penalty = unwrapPenalty(env, arguments[0]);
  const std::string name = readText(env, arguments[1], {"loss"});
  const LossItem* item = findLoss(name);
  if (item == nullptr)
    throw Failure("UNSUPPORTED", "loss must be registered, but " + name + " is not");
  const bool structured = readBoolean(env, arguments[2], {"structured"});
  return textToJs(env, chooseSolver(*penalty, *item->make({}), structured).name);
}

napi_value fit(Environment& environment, const Arguments& arguments) {
  const Callbacks callbacks(environment, arguments);
  return callbacks.submit(
      std::make_unique<FitTask>(readFitRequest(environment.env(), arguments[0])));
}

napi_value fitSync(Environment& environment, const Arguments& arguments) {
  const FitRequest request = readFitRequest(environment.env(), arguments[0]);
  checkValues(request, nullptr);
  return fitsToJs(environment, runFit(request, {}));
}

}  // namespace flipside::addon
