#include "addon/fit_request.h"

#include <algorithm>
#include <cmath>

#include "addon/arguments.h"
#include "addon/data_argument.h"
#include "addon/gram_handle.h"
#include "addon/penalty_handle.h"
#include "addon/structure_argument.h"
#include "design/bad_value.h"
#include "losses/loss.h"

namespace flipside::addon {
namespace {

constexpr double kLargestInteger = 9007199254740991.0;
constexpr double kMostOutputs = 65536.0;
constexpr double kMostStarts = 100000.0;

/// Each solver's own options are read for that solver only.
void readSolver(napi_env env, napi_value value, FitRequest& request) {
  const auto get = [&](const char* key) { return readProperty(env, value, {key}); };
  request.solver = readText(env, get("solver"), {"solver"});
  if (request.solver == "proximal") {
    request.options.accelerated = readBoolean(env, get("accelerated"), {"accelerated"});
  } else if (request.solver == "workingSet") {
    request.options.starts = readCount(env, get("starts"), {"starts"}, kMostStarts);
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

}  // namespace

FitSource FitSource::read(napi_env env, napi_value request) {
  FitSource source;
  const napi_value x = readProperty(env, request, {"x"});
  if (!isMissing(env, x)) {
    source.x = MatrixArgument::read(env, x, "x");
    source.rows = source.x->rows();
    source.columns = source.x->columns();
    return source;
  }
  const napi_value design = readProperty(env, request, {"design"});
  if (!isMissing(env, design)) {
    source.prepared = unwrapDesign(env, design);
    source.rows = source.prepared->design->rows();
    source.columns = source.prepared->design->columns();
    return source;
  }
  const napi_value gram = readProperty(env, request, {"gram"});
  if (!isGram(env, gram)) {
    failExpected(env, "INVALID_ARGUMENT", {"x"}, "a matrix { data, rows, columns, layout }", x);
  }
  source.gram = unwrapGram(env, gram, "gram");
  source.columns = source.gram->columns();
  return source;
}

double FitSource::share(napi_env env, FitRequest& request) const {
  if (prepared != nullptr) request.design = prepared->design;
  request.gram = gram;
  return x ? x->bytes(env) : 0.0;
}

void readModel(napi_env env, napi_value value, const FitSource& source, FitRequest& request) {
  const auto get = [&](const char* key) { return readProperty(env, value, {key}); };
  request.penalty = unwrapPenalty(env, get("penalty"));
  request.tolerance = readNonnegative(env, get("tolerance"), {"tolerance"});
  request.maxIterations = readCount(env, get("maxIterations"), {"maxIterations"}, kLargestInteger);
  readSolver(env, value, request);
  if (source.prepared != nullptr) {
    requireServed(*source.prepared, request.solver, *request.penalty);
  }
}

void readSetting(napi_env env, napi_value value, FitRequest& request) {
  const auto get = [&](const char* key) { return readProperty(env, value, {key}); };
  request.standardization.intercept = readBoolean(env, get("intercept"), {"intercept"});
  request.standardization.standardize = readBoolean(env, get("standardize"), {"standardize"});
  const napi_value impute = get("imputeMissing");
  request.standardization.imputeMissing =
      !isMissing(env, impute) && readBoolean(env, impute, {"imputeMissing"});
  request.loss = readText(env, get("loss"), {"loss"});
  const napi_value outputs = get("outputs");
  if (!isMissing(env, outputs)) {
    request.outputs = readCount(env, outputs, {"outputs"}, kMostOutputs);
  }
}

std::size_t responseWidth(const FitRequest& request) {
  const LossItem* item = findLoss(request.loss);
  return item == nullptr ? 1 : item->responseWidth(request.outputs);
}

/// Outcomes are there twice while they are handed over: as vectors and as typed arrays.
double resultBytes(std::size_t fits, std::size_t columns) {
  return 2.0 * static_cast<double>(fits) *
         (24.0 * static_cast<double>(columns) + sizeof(FitOutcome));
}

FitRequest readFitRequest(napi_env env, napi_value value) {
  requireObject(env, value, {"request"}, "an object");
  FitRequest request;

  // Whatever may call the caller's code ...
  const FitSource source = FitSource::read(env, value);
  readSetting(env, value, request);
  const bool hasRows = source.gram == nullptr;
  const std::size_t width = responseWidth(request);
  VectorArgument vectors[] = {
      {{"y"}, {source.rows * width, "the rows of x"}, request.y, !hasRows},
      {{"weights"}, {source.rows, "the rows of x"}, request.weights, true},
      {{"offset"}, {source.rows * request.outputs, "the rows of x"}, request.offset, true},
      {{"start"}, {source.columns * request.outputs, "the columns of x"}, request.start, true},
  };
  for (VectorArgument& vector : vectors) vector.read(env, value);
  StructureArgument structure(env, value, source.columns, request.structure);
  const napi_value lossParameters = readProperty(env, value, {"lossParameters"});
  const napi_value lambdas = readProperty(env, value, {"lambdas"});
  const napi_value pathLength = readProperty(env, value, {"pathLength"});
  const napi_value pathRatio = readProperty(env, value, {"pathRatio"});
  readModel(env, value, source, request);

  // ... is behind us: from here on the arrays stay as they are.
  request.lambdas = copyDoubles(env, lambdas, {"lambdas"});
  if (!isMissing(env, lossParameters)) {
    request.lossParameters = copyDoubles(env, lossParameters, {"lossParameters"});
  }
  structure.copy(env);
  readGrid(env, pathLength, pathRatio, request);
  const double copy = source.share(env, request);
  const std::size_t fits = std::max(request.lambdas.size(), request.pathLength);
  requireMemory(workspaceBytes(request, source.rows, source.columns, copy) +
                    resultBytes(fits, source.columns * request.outputs),
                "this fit");
  for (const VectorArgument& vector : vectors) vector.copy(env);
  if (source.x) request.x = std::make_shared<const RawMatrix>(source.x->copy(env));
  return request;
}

void checkValues(const FitRequest& request, const Cancellation* cancel) {
  static const RawMatrix none;
  checkData(request.x != nullptr ? *request.x : none, request.y, request.weights, request.offset,
            cancel);
  requireFinite(request.start, "start");
}

}  // namespace flipside::addon
