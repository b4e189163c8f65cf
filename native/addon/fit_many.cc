// fitMany: many fits on one design, spread over the threads of the pool.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "addon/arguments.h"
#include "addon/background.h"
#include "addon/data_argument.h"
#include "addon/environment.h"
#include "addon/exports.h"
#include "addon/fit_request.h"
#include "addon/results.h"
#include "design/missing.h"
#include "linalg/pool.h"

namespace flipside::addon {
namespace {

constexpr double kMostFits = 1e7;
constexpr std::chrono::milliseconds kProgressInterval(50);

struct ManyRequest {
  FitRequest shared;  ///< data, weights, standardization and loss
  std::vector<std::vector<double>> responses;
  std::vector<FitRequest> fits;
  std::vector<std::size_t> response;  ///< of each fit
};

/// Everything is read before anything is copied, a fit at a time: its getters may change arrays of
/// fits that were copied before, which does no harm.
void readFit(napi_env env, napi_value value, const FitSource& source, std::size_t responses,
             ManyRequest& request) {
  requireObject(env, value, {"fits"}, "an array of objects");
  FitRequest& fit = request.fits.emplace_back();
  VectorArgument vectors[] = {
      {{"offset"}, {source.rows, "the rows of x"}, fit.offset, true},
      {{"start"}, {source.columns, "the columns of x"}, fit.start, true},
  };
  for (VectorArgument& vector : vectors) vector.read(env, value);
  const napi_value response = readProperty(env, value, {"response"});
  fit.lambdas.push_back(readNonnegative(env, readProperty(env, value, {"lambda"}), {"lambda"}));
  readModel(env, value, source, fit);
  request.response.push_back(
      readInteger(env, response, {"response"}, static_cast<double>(responses) - 1.0));
  for (const VectorArgument& vector : vectors) vector.copy(env);
}

ManyRequest readRequest(napi_env env, napi_value value) {
  requireObject(env, value, {"request"}, "an object");
  ManyRequest request;
  const FitSource source = FitSource::read(env, value);
  if (source.gram != nullptr) {
    throw Failure("UNSUPPORTED", "x must be a matrix or a design, but is a gram");
  }
  VectorArgument weights{{"weights"}, {source.rows, "the rows of x"}, request.shared.weights, true};
  weights.read(env, value);
  readSetting(env, value, request.shared);
  const napi_value lossParameters = readProperty(env, value, {"lossParameters"});
  const napi_value responses = readProperty(env, value, {"responses"});
  const napi_value fits = readProperty(env, value, {"fits"});
  const std::uint32_t count = lengthOf(env, fits, {"fits"});
  const std::uint32_t vectors = lengthOf(env, responses, {"responses"});
  if (static_cast<double>(count) > kMostFits) {
    throw Failure("TOO_LARGE", "fits must have at most 1e7 entries");
  }
  for (std::uint32_t k = 0; k < count; ++k) {
    const Napi::HandleScope scope(env);
    readFit(env, elementOf(env, fits, k, {"fits"}), source, vectors, request);
  }
  for (std::uint32_t k = 0; k < vectors; ++k) {
    const Napi::HandleScope scope(env);
    const napi_value y = elementOf(env, responses, k, {"responses"});
    const std::size_t width = responseWidth(request.shared);
    request.responses.push_back(
        copyDoubles(env, y, {"responses"}, {source.rows * width, "the rows of x"}));
  }
  if (!isMissing(env, lossParameters)) {
    request.shared.lossParameters = copyDoubles(env, lossParameters, {"lossParameters"});
  }

  const double copy = source.share(env, request.shared);
  const auto busy = static_cast<double>(std::min<std::size_t>(count, linalg::threadBudget()));
  double work = 0.0;
  for (FitRequest& fit : request.fits) {
    fit.design = request.shared.design;
    work = std::max(work, workspaceBytes(fit, source.rows, source.columns, copy));
  }
  requireMemory(busy * work + resultBytes(count, source.columns), "these fits");
  weights.copy(env);
  if (source.x) request.shared.x = std::make_shared<const RawMatrix>(source.x->copy(env));
  return request;
}

/// The fits that were begun; the others are missing after a cancellation.
using Outcomes = std::vector<std::optional<FitOutcome>>;

class ManyTask final : public Task {
 public:
  explicit ManyTask(ManyRequest request) : request_(std::move(request)) {}

  Product run(const Cancellation& cancel, const std::function<void(Product)>& progress) override {
    prepare(cancel);
    const auto outcomes = std::make_shared<Outcomes>(request_.fits.size());
    badFit_ = request_.fits.size();
    try {
      linalg::parallelFor(
          request_.fits.size(), [&](std::size_t k) { one(k, (*outcomes)[k], cancel, progress); },
          &cancel);
    } catch (const Cancelled&) {
      if (std::ranges::none_of(*outcomes, [](const auto& fit) { return fit.has_value(); })) throw;
    }
    if (bad_) throw *bad_;
    return [outcomes](const Environment& at) { return fitsToJs(at, *outcomes); };
  }

 private:
  void prepare(const Cancellation& cancel) {
    const FitRequest& shared = request_.shared;
    checkValues(shared, &cancel);
    for (const std::vector<double>& y : request_.responses) requireFinite(y, "y");
    if (shared.standardization.imputeMissing && shared.x != nullptr) {
      Imputed imputed = imputeMissing(shared.x, shared.weights, &cancel);
      request_.shared.x = std::move(imputed.x);
      imputed_ = std::move(imputed.values);
    }
    request_.shared.standardization.imputeMissing = false;
    for (FitRequest& fit : request_.fits) {
      requireFinite(fit.offset, "offset");
      requireFinite(fit.start, "start");
      fit.standardization = shared.standardization;
      fit.loss = shared.loss;
      fit.lossParameters = shared.lossParameters;
      if (fit.design == nullptr) fit.design = designFor(fit, cancel);
    }
  }

  /// Of the matrix, made once for each way in which solvers want it.
  std::shared_ptr<const StandardizedDesign> designFor(const FitRequest& fit,
                                                      const Cancellation& cancel) {
    auto& made = designs_[static_cast<std::size_t>(storageFor(fit.solver, *fit.penalty))];
    if (made == nullptr) {
      FitRequest whole = request_.shared;
      whole.solver = fit.solver;
      whole.penalty = fit.penalty;
      made = makeDesign(whole, &cancel);
    }
    return made;
  }

  /// Of several bad fits the first is reported, whichever thread was faster.
  void one(std::size_t k, std::optional<FitOutcome>& outcome, const Cancellation& cancel,
           const std::function<void(Product)>& progress) {
    if (k > badFit_.load()) return;
    FitRequest fit = std::move(request_.fits[k]);
    fit.x = request_.shared.x;
    fit.weights = request_.shared.weights;
    fit.y = request_.responses[request_.response[k]];
    try {
      FitControl control;
      control.cancel = &cancel;
      outcome = std::move(runFit(fit, control).front());
      if (imputed_ != nullptr) outcome->imputed = imputed_;
    } catch (const BadValue& error) {
      const std::lock_guard lock(mutex_);
      if (k >= badFit_.load()) return;
      badFit_ = k;
      bad_.emplace(error.code, error.argument, "fits[" + std::to_string(k) + "]: " + error.what());
      return;
    }
    report(progress);
  }

  void report(const std::function<void(Product)>& progress) {
    const std::lock_guard lock(mutex_);
    ++done_;
    const auto now = std::chrono::steady_clock::now();
    if (!progress || now - reported_ < kProgressInterval) return;
    reported_ = now;
    progress([done = done_](const Environment& at) {
      return numberToJs(at.env(), static_cast<double>(done));
    });
  }

  ManyRequest request_;
  std::shared_ptr<const std::vector<double>> imputed_;
  std::shared_ptr<const StandardizedDesign> designs_[2];
  std::atomic<std::size_t> badFit_ = 0;
  std::mutex mutex_;
  std::optional<BadValue> bad_;
  std::size_t done_ = 0;
  std::chrono::steady_clock::time_point reported_ = std::chrono::steady_clock::now();
};

}  // namespace

napi_value fitMany(Environment& environment, const Arguments& arguments) {
  const Callbacks callbacks(environment, arguments);
  return callbacks.submit(std::make_unique<ManyTask>(readRequest(environment.env(), arguments[0])));
}

}  // namespace flipside::addon
