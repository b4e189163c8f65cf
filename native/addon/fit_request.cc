#include "addon/fit_request.h"

#include <algorithm>
#include <cmath>

#include "addon/arguments.h"
#include "addon/data_argument.h"
#include "addon/matrix_argument.h"
#include "addon/penalty_handle.h"
#include "design/bad_value.h"

namespace flipside::addon {
namespace {

constexpr double kLargestInteger = 9007199254740991.0;

void readScalars(napi_env env, napi_value value, FitRequest& request) {
  const auto get = [&](const char* key) { return readProperty(env, value, {key}); };
  request.standardization.intercept = readBoolean(env, get("intercept"), {"intercept"});
  request.standardization.standardize = readBoolean(env, get("standardize"), {"standardize"});
  request.tolerance = readNonnegative(env, get("tolerance"), {"tolerance"});
  request.maxIterations = readCount(env, get("maxIterations"), {"maxIterations"}, kLargestInteger);
}

/// Each solver's own options are read for that solver only.
void readSolver(napi_env env, napi_value value, FitRequest& request) {
  const auto get = [&](const char* key) { return readProperty(env, value, {key}); };
  request.loss = readText(env, get("loss"), {"loss"});
  request.solver = readText(env, get("solver"), {"solver"});
  if (request.solver == "proximal") {
    request.options.accelerated = readBoolean(env, get("accelerated"), {"accelerated"});
  } else if (request.solver == "dropout") {
    SolverOptions& options = request.options;
    options.seed = readInteger(env, get("seed"), {"seed"}, kLargestInteger);
    options.mask = readMask(env, get("mask"), {"mask"},
                            {MaskKind::bernoulli, MaskKind::unscaledBernoulli, MaskKind::gaussian});
    options.batchSize = readInteger(env, get("batchSize"), {"batchSize"}, kLargestInteger);
    options.stepSize = readNonnegative(env, get("stepSize"), {"stepSize"});
    options.stepDecay = readNonnegative(env, get("stepDecay"), {"stepDecay"});
  }
}

/// pathLength and pathRatio say something only when there are no lambdas.
void readGrid(napi_env env, napi_value pathLength, napi_value pathRatio, FitRequest& request) {
  if (!request.lambdas.empty()) {
    for (std::size_t k = 0; k < request.lambdas.size(); ++k) {
      const double lambda = request.lambdas[k];
      if (std::isfinite(lambda) && lambda >= 0.0) continue;
      throw Failure(std::isfinite(lambda) ? "OUT_OF_RANGE" : "NOT_FINITE",
                    "lambdas[" + std::to_string(k) + "] must be a finite number >= 0, but is " +
                        numberText(lambda));
    }
    readNumber(env, pathLength, {"pathLength"});
    readNumber(env, pathRatio, {"pathRatio"});
    return;
  }
  request.pathLength = readCount(env, pathLength, {"pathLength"}, kLargestInteger);
  request.pathRatio = readNonnegative(env, pathRatio, {"pathRatio"});
  if (request.pathRatio <= 0.0 || request.pathRatio > 1.0) {
    failExpected(env, "OUT_OF_RANGE", {"pathRatio"}, "a number > 0 and <= 1", pathRatio);
  }
}

/// Outcomes are there twice while they are handed over: as vectors and as typed arrays.
double resultBytes(const FitRequest& request, std::size_t columns) {
  const std::size_t fits = std::max(request.lambdas.size(), request.pathLength);
  return 2.0 * static_cast<double>(fits) *
         (24.0 * static_cast<double>(columns) + sizeof(FitOutcome));
}

}  // namespace

FitRequest readFitRequest(napi_env env, napi_value value) {
  requireObject(env, value, {"request"}, "an object");
  FitRequest request;

  // Whatever may call the caller's code ...
  const MatrixArgument x = MatrixArgument::read(env, readProperty(env, value, {"x"}), "x");
  const Length rows{x.rows(), "the rows of x"};
  VectorArgument vectors[] = {
      {{"y"}, rows, request.y},
      {{"weights"}, rows, request.weights, true},
      {{"offset"}, rows, request.offset, true},
      {{"start"}, {x.columns(), "the columns of x"}, request.start, true},
  };
  for (VectorArgument& vector : vectors) vector.read(env, value);
  request.penalty = unwrapPenalty(env, readProperty(env, value, {"penalty"}));
  const napi_value lambdas = readProperty(env, value, {"lambdas"});
  const napi_value pathLength = readProperty(env, value, {"pathLength"});
  const napi_value pathRatio = readProperty(env, value, {"pathRatio"});
  readScalars(env, value, request);
  readSolver(env, value, request);

  // ... is behind us: from here on the arrays stay as they are.
  const RawMatrix shape = x.shape();
  request.lambdas = copyDoubles(env, lambdas, {"lambdas"});
  readGrid(env, pathLength, pathRatio, request);
  const double copy = x.bytes(env);
  const bool counted = shape.layout != RawMatrix::Layout::compressedColumns;  // by workspaceBytes
  requireMemory((counted ? 0.0 : copy) +
                    workspaceBytes(request, shape.rows, shape.columns, !counted) +
                    resultBytes(request, shape.columns),
                "this fit");
  request.x = std::make_shared<const RawMatrix>(x.copy(env));
  for (const VectorArgument& vector : vectors) vector.copy(env);
  return request;
}

void checkValues(const FitRequest& request, const Cancellation* cancel) {
  checkData(*request.x, request.y, request.weights, request.offset, cancel);
  requireFinite(request.start, "start");
}

}  // namespace flipside::addon
