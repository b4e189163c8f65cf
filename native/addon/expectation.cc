// expectation.
#include "solvers/expectation.h"

#include <algorithm>

#include "addon/arguments.h"
#include "addon/background.h"
#include "addon/data_argument.h"
#include "addon/environment.h"
#include "addon/exports.h"
#include "addon/matrix_argument.h"
#include "addon/penalty_handle.h"
#include "addon/results.h"

namespace flipside::addon {
namespace {

constexpr double kLargestInteger = 9007199254740991.0;

void readScalars(napi_env env, napi_value value, ExpectationRequest& request) {
  const auto get = [&](const char* key) { return readProperty(env, value, {key}); };
  request.standardization.intercept = readBoolean(env, get("intercept"), {"intercept"});
  request.standardization.standardize = readBoolean(env, get("standardize"), {"standardize"});
  request.mask = readMask(env, get("mask"), {"mask"},
                          {MaskKind::bernoulli, MaskKind::unscaledBernoulli, MaskKind::gaussian,
                           MaskKind::hardConcrete});
  if (request.mask == MaskKind::hardConcrete) {
    request.shape = {readNumber(env, get("beta"), {"beta"}),
                     readNumber(env, get("gamma"), {"gamma"}),
                     readNumber(env, get("zeta"), {"zeta"})};
  }
  const napi_value samples = get("samples");
  request.samples = readCount(env, samples, {"samples"}, kLargestInteger);
  if (request.samples < 2) {
    failExpected(env, "OUT_OF_RANGE", {"samples"}, "an integer >= 2", samples);
  }
  request.seed = readInteger(env, get("seed"), {"seed"}, kLargestInteger);
}

ExpectationRequest readRequest(napi_env env, napi_value value) {
  requireObject(env, value, {"request"}, "an object");
  ExpectationRequest request;

  // Whatever may call the caller's code ...
  const MatrixArgument x = MatrixArgument::read(env, readProperty(env, value, {"x"}), "x");
  const Length rows{x.rows(), "the rows of x"};
  const Length columns{x.columns(), "the columns of x"};
  VectorArgument vectors[] = {
      {{"y"}, rows, request.y},
      {{"weights"}, rows, request.weights, true},
      {{"offset"}, rows, request.offset, true},
      {{"coefficients"}, columns, request.coefficients},
      {{"variances"}, columns, request.variances, true},
  };
  for (VectorArgument& vector : vectors) vector.read(env, value);
  const napi_value penalty = readProperty(env, value, {"penalty"});
  const napi_value lambda = readProperty(env, value, {"lambda"});
  readScalars(env, value, request);

  // ... is behind us: from here on the arrays stay as they are.
  const double copy = x.bytes(env);
  const RawMatrix shape = x.shape();
  request.x = std::make_shared<const RawMatrix>(shape);
  const bool counted = shape.layout != RawMatrix::Layout::compressedColumns;  // by workspaceBytes
  requireMemory((counted ? 0.0 : copy) + workspaceBytes(request), "this expectation");
  request.x = std::make_shared<const RawMatrix>(x.copy(env));
  for (const VectorArgument& vector : vectors) vector.copy(env);
  if (request.variances.empty()) {
    request.penalty = unwrapPenalty(env, penalty);
    request.lambda = readNonnegative(env, lambda, {"lambda"});
  }
  return request;
}

napi_value toJs(const Environment& environment, const Expectation& result) {
  const napi_env env = environment.env();
  napi_value object = nullptr;
  check(napi_create_object(env, &object));
  const auto set = [&](const char* key, double value) {
    setProperty(env, object, key, numberToJs(env, value));
  };
  set("estimate", result.estimate);
  set("standardError", result.standardError);
  set("samples", static_cast<double>(result.samples));
  set("loss", result.loss);
  set("tikhonov", result.tikhonov);
  set("unseen", result.unseen);
  const NewArray variances = newFloat64Array(environment, result.variances.size());
  std::ranges::copy(result.variances, variances.values.begin());
  setProperty(env, object, "variances", variances.value);
  return object;
}

class ExpectationTask final : public Task {
 public:
  explicit ExpectationTask(ExpectationRequest request) : request_(std::move(request)) {}

  Product run(const Cancellation& cancel, const std::function<void(Product)>& progress) override {
    checkData(*request_.x, request_.y, request_.weights, request_.offset, &cancel);
    requireFinite(request_.coefficients, "coefficients");
    requireNonnegative(request_.variances, "variances");
    ExpectationControl control;
    control.cancel = &cancel;
    if (progress) {
      control.progress = [&progress](std::size_t samples) {
        progress([samples](const Environment& at) {
          return numberToJs(at.env(), static_cast<double>(samples));
        });
      };
    }
    return [result = runExpectation(request_, control)](const Environment& at) {
      return toJs(at, result);
    };
  }

 private:
  ExpectationRequest request_;
};

}  // namespace

napi_value expectation(Environment& environment, const Arguments& arguments) {
  const Callbacks callbacks(environment, arguments);
  return callbacks.submit(
      std::make_unique<ExpectationTask>(readRequest(environment.env(), arguments[0])));
}

}  // namespace flipside::addon
