// prepareDesign and closeDesign.
#include "addon/design_handle.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "addon/arguments.h"
#include "addon/background.h"
#include "addon/data_argument.h"
#include "addon/environment.h"
#include "addon/exports.h"
#include "addon/matrix_argument.h"
#include "addon/results.h"
#include "addon/shared_handle.h"
#include "solvers/prepared.h"
#include "solvers/solver.h"

namespace flipside::addon {
namespace {

using Handle = SharedHandle<PreparedDesign>;
using Layout = RawMatrix::Layout;

constexpr napi_type_tag kTag = {0x3f0c9a1bd7e24c68U, 0xb2e45d1790a64f03U};

struct DesignRequest {
  std::shared_ptr<RawMatrix> x;
  std::vector<double> weights;
  Standardization options;
  Storage storage = Storage::dense;
  bool floats = false;  ///< of a compact one: doubles are rounded first
};

DesignRequest readRequest(napi_env env, napi_value value) {
  requireObject(env, value, {"request"}, "an object");
  DesignRequest request;
  const MatrixArgument x = MatrixArgument::read(env, readProperty(env, value, {"x"}), "x");
  VectorArgument weights{{"weights"}, {x.rows(), "the rows of x"}, request.weights, true};
  weights.read(env, value);
  const auto get = [&](const char* key) { return readProperty(env, value, {key}); };
  request.options.intercept = readBoolean(env, get("intercept"), {"intercept"});
  request.options.standardize = readBoolean(env, get("standardize"), {"standardize"});
  const napi_value impute = get("imputeMissing");
  request.options.imputeMissing =
      !isMissing(env, impute) && readBoolean(env, impute, {"imputeMissing"});
  request.options.fold = foldsWeights(readText(env, get("loss"), {"loss"}));
  const napi_value given = get("storage");
  const std::string storage = readText(env, given, {"storage"});
  request.floats = storage == "float32";
  if (storage == "float32" || storage == "sparse") request.storage = Storage::compact;
  const bool sparse = x.shape().layout == Layout::compressedColumns;
  if (storage != "float64" && !request.floats && !(storage == "sparse" && sparse)) {
    failExpected(env, "UNSUPPORTED", {"storage"},
                 R"("float64", "float32" or, for compressed columns, "sparse")", given);
  }

  const double size = static_cast<double>(x.rows()) * static_cast<double>(x.columns());
  const double copy = x.bytes(env);
  const double made = request.storage == Storage::compact && sparse ? copy : 8.0 * size;
  requireMemory((request.options.imputeMissing ? 2.0 : 1.0) * copy + made, "this design");
  request.x = std::make_shared<RawMatrix>(x.copy(env));
  weights.copy(env);
  return request;
}

void roundToFloats(RawMatrix& x) {
  x.floats.resize(x.doubles.size());
  for (std::size_t k = 0; k < x.doubles.size(); ++k) {
    x.floats[k] = static_cast<float>(x.doubles[k]);
    if (std::isfinite(x.doubles[k]) && !std::isfinite(x.floats[k])) {
      throw BadValue("OUT_OF_RANGE", "x",
                     "x must be within the range of float32, but has an element " +
                         numberText(x.doubles[k]) + "; rescale it or use the storage float64");
    }
  }
  x.doubles = {};
}

napi_value toJs(const Environment& environment, std::shared_ptr<const PreparedDesign> prepared) {
  const napi_env env = environment.env();
  const StandardizedDesign& design = *prepared->design;
  napi_value object = nullptr;
  check(napi_create_object(env, &object));
  for (const auto& [key, source] :
       {std::pair{"means", design.means()}, {"scales", design.scales()}}) {
    const NewArray copy = newFloat64Array(environment, source.size());
    std::ranges::copy(source, copy.values.begin());
    setProperty(env, object, key, copy.value);
  }
  if (design.imputed() != nullptr) {
    const NewArray copy = newFloat64Array(environment, design.imputed()->size());
    std::ranges::copy(*design.imputed(), copy.values.begin());
    setProperty(env, object, "imputed", copy.value);
  }
  const double bytes = design.bytes();
  setProperty(env, object, "bytes", numberToJs(env, bytes));
  setProperty(env, object, "handle", Handle::wrap(env, std::move(prepared), kTag, bytes));
  return object;
}

class DesignTask final : public Task {
 public:
  explicit DesignTask(DesignRequest request) : request_(std::move(request)) {}

  Product run(const Cancellation& cancel, const std::function<void(Product)>&) override {
    checkData(*request_.x, {}, request_.weights, {}, &cancel);
    if (request_.floats && request_.x->floats.empty()) roundToFloats(*request_.x);
    const auto prepared = std::make_shared<PreparedDesign>();
    prepared->storage = request_.storage;
    prepared->design = makeDesign(std::exchange(request_.x, nullptr), request_.weights,
                                  request_.options, request_.storage, &cancel);
    return [prepared](const Environment& at) { return toJs(at, prepared); };
  }

 private:
  DesignRequest request_;
};

Handle& requireHandle(napi_env env, napi_value value) {
  Handle* handle = Handle::find(env, value, kTag);
  if (handle == nullptr) {
    failExpected(env, "INVALID_ARGUMENT", {"design"}, "a design from prepareDesign", value);
  }
  return *handle;
}

}  // namespace

bool isDesign(napi_env env, napi_value value) { return Handle::find(env, value, kTag) != nullptr; }

std::shared_ptr<const PreparedDesign> unwrapDesign(napi_env env, napi_value value) {
  const auto& design = requireHandle(env, value).object();
  if (design != nullptr) return design;
  throw Failure("CLOSED", "the design must be open, but close() has been called");
}

void requireServed(const PreparedDesign& prepared, const std::string& solver,
                   const Penalty& penalty) {
  if (prepared.storage == Storage::dense) return;
  const SolverItem* item = findSolver(solver);
  const bool columnwise = item == nullptr || item->columnwise;  // an unknown one is refused later
  if (columnwise && !penalty.needsDesign()) return;
  const std::string who = columnwise ? "this penalty" : "the solver " + solver;
  throw BadValue("UNSUPPORTED", "x",
                 "x must be a design with storage float64 for " + who +
                     ", but is held as floats or sparse columns: prepare it with { storage: "
                     "\"float64\" }");
}

napi_value prepareDesign(Environment& environment, const Arguments& arguments) {
  const Callbacks callbacks(environment, arguments);
  return callbacks.submit(
      std::make_unique<DesignTask>(readRequest(environment.env(), arguments[0])));
}

napi_value closeDesign(Environment& environment, const Arguments& arguments) {
  requireHandle(environment.env(), arguments[0]).release(environment.env());
  return nullptr;
}

}  // namespace flipside::addon
