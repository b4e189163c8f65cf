// crossValidate.
#include "solvers/cross_validation.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "addon/arguments.h"
#include "addon/background.h"
#include "addon/data_argument.h"
#include "addon/environment.h"
#include "addon/exports.h"
#include "addon/fit_request.h"
#include "addon/results.h"
#include "linalg/pool.h"

namespace flipside::addon {
namespace {

constexpr double kMostCandidates = 1e5;

double readFoldTolerance(napi_env env, napi_value value) {
  const Name name{"foldTolerance"};
  return readNonnegative(env, readProperty(env, value, name), name);
}

/// The first candidate has been read; calls getters.
void readOthers(napi_env env, napi_value value, CrossRequest& request) {
  const napi_value others = readProperty(env, value, {"others"});
  const std::uint32_t count = lengthOf(env, others, {"others"});
  if (static_cast<double>(count) > kMostCandidates) {
    throw Failure("TOO_LARGE", "others must have at most 1e5 entries");
  }
  for (std::uint32_t k = 0; k < count; ++k) {
    const Napi::HandleScope scope(env);
    const napi_value one = elementOf(env, others, k, {"others"});
    requireObject(env, one, {"others"}, "an array of objects");
    FitRequest candidate = request.candidates.front();
    candidate.options = {};
    readModel(env, one, {}, candidate);
    request.foldTolerances.push_back(readFoldTolerance(env, one));
    request.candidates.push_back(std::move(candidate));
  }
}

void requirePartition(const CrossRequest& request) {
  std::vector<std::size_t> sizes(request.foldCount);
  for (std::size_t i = 0; i < request.folds.size(); ++i) {
    const std::int32_t fold = request.folds[i];
    if (fold < 0 || static_cast<std::size_t>(fold) >= request.foldCount) {
      throw Failure("OUT_OF_RANGE", "folds[" + std::to_string(i) + "] must be from 0 to " +
                                        std::to_string(request.foldCount - 1) + ", but is " +
                                        std::to_string(fold));
    }
    ++sizes[static_cast<std::size_t>(fold)];
  }
  const auto none = std::ranges::find(sizes, std::size_t{0});
  if (none != sizes.end()) {
    throw Failure("EMPTY",
                  "fold " + std::to_string(none - sizes.begin()) + " must have rows, but has none");
  }
}

/// Besides what the path on all rows takes.
void requireMemoryOf(const CrossRequest& request) {
  const FitRequest& first = request.candidates.front();
  const RawMatrix& x = *first.x;
  const double matrix = 8.0 * static_cast<double>(x.doubles.size()) +
                        4.0 * static_cast<double>(x.floats.size() + x.rowIndices.size());
  const auto outputs = static_cast<double>(first.outputs);
  double work = 0.0;
  double results = 0.0;
  for (const FitRequest& candidate : request.candidates) {
    work = std::max(work, workspaceBytes(candidate, x.rows, x.columns, matrix));
    const std::size_t fits = std::max(candidate.lambdas.size(), candidate.pathLength);
    results += resultBytes(fits, x.columns * first.outputs);
    results += 16.0 * static_cast<double>(fits) *
               (5.0 * static_cast<double>(request.foldCount) +
                (request.keep ? outputs * static_cast<double>(x.rows) : 0.0));
  }
  const auto busy = static_cast<double>(
      std::min(request.foldCount + request.candidates.size(), linalg::threadBudget()));
  requireMemory(busy * (work + results) + results, "this cross-validation");
}

CrossRequest readRequest(napi_env env, napi_value value) {
  CrossRequest request;
  request.candidates.push_back(readFitRequest(env, value));
  if (request.candidates.front().x == nullptr) {
    throw Failure("UNSUPPORTED",
                  "x must be a matrix, of which rows can be left out, but is a design or a gram");
  }
  const std::size_t rows = request.candidates.front().x->rows;
  request.foldTolerances.push_back(readFoldTolerance(env, value));
  request.foldCount = readCount(env, readProperty(env, value, {"foldCount"}), {"foldCount"},
                                static_cast<double>(rows));
  if (request.foldCount < 2) throw Failure("OUT_OF_RANGE", "foldCount must be at least 2");
  const Name leeway{"foldLeeway"};
  request.foldLeeway = readNonnegative(env, readProperty(env, value, leeway), leeway);
  request.keep = readBoolean(env, readProperty(env, value, {"keep"}), {"keep"});
  const napi_value folds = readProperty(env, value, {"folds"});
  readOthers(env, value, request);
  request.folds = copyElements<std::int32_t>(
      viewArray(env, folds, {"folds"}, {napi_int32_array}, {rows, "the rows of x"}));
  requirePartition(request);
  requireMemoryOf(request);
  return request;
}

napi_value arrayOf(const Environment& environment, const std::vector<double>& values) {
  const NewArray array = newFloat64Array(environment, values.size());
  std::ranges::copy(values, array.values.begin());
  return array.value;
}

napi_value candidateToJs(const Environment& at, const CandidateOutcome& candidate) {
  napi_value object = nullptr;
  check(napi_create_object(at.env(), &object));
  const auto set = [&](const char* key, napi_value value) {
    setProperty(at.env(), object, key, value);
  };
  set("fits", fitsToJs(at, candidate.path));
  set("scores", arrayOf(at, candidate.scores));
  set("predictors", arrayOf(at, candidate.predictors));
  set("unconverged", arrayOf(at, candidate.unconverged));
  set("stationarity", arrayOf(at, candidate.stationarity));
  return object;
}

napi_value outcomeToJs(const Environment& at, const CrossOutcome& outcome) {
  const napi_env env = at.env();
  napi_value object = nullptr;
  check(napi_create_object(env, &object));
  setProperty(env, object, "measures", listToJs(env, outcome.measures.size(), [&](std::size_t k) {
                return textToJs(env, nameOf(outcome.measures[k]));
              }));
  setProperty(env, object, "foldWeights", arrayOf(at, outcome.foldWeights));
  setProperty(env, object, "candidates",
              listToJs(env, outcome.candidates.size(),
                       [&](std::size_t k) { return candidateToJs(at, outcome.candidates[k]); }));
  return object;
}

class CrossTask final : public Task {
 public:
  explicit CrossTask(CrossRequest request) : request_(std::move(request)) {}

  Product run(const Cancellation& cancel, const std::function<void(Product)>& progress) override {
    checkValues(request_.candidates.front(), &cancel);
    CrossControl control;
    control.cancel = &cancel;
    if (progress) {
      control.progress = [&progress](std::size_t done) {
        progress([done](const Environment& at) {
          return numberToJs(at.env(), static_cast<double>(done));
        });
      };
    }
    const auto outcome =
        std::make_shared<const CrossOutcome>(flipside::crossValidate(request_, control));
    return [outcome](const Environment& at) { return outcomeToJs(at, *outcome); };
  }

 private:
  CrossRequest request_;
};

}  // namespace

napi_value crossValidate(Environment& environment, const Arguments& arguments) {
  const Callbacks callbacks(environment, arguments);
  return callbacks.submit(
      std::make_unique<CrossTask>(readRequest(environment.env(), arguments[0])));
}

}  // namespace flipside::addon
