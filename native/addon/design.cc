// Every operation of a design on given vectors: for tests.
#include "design/design.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <utility>

#include "addon/arguments.h"
#include "addon/arrays.h"
#include "addon/data_argument.h"
#include "addon/environment.h"
#include "addon/exports.h"
#include "addon/matrix_argument.h"
#include "addon/results.h"
#include "design/block_design.h"
#include "design/standardized.h"

namespace flipside::addon {
namespace {

/// OperationsRequest of binding.d.ts.
struct OperationsRequest {
  std::shared_ptr<const RawMatrix> x;
  std::vector<double> weights;
  Standardization options;
  Storage storage = Storage::dense;
  std::size_t outputs = 1;
  std::vector<double> w;
  std::vector<double> residuals;
  std::vector<std::size_t> left;
  std::vector<std::size_t> right;
  std::vector<double> coefficients;
  std::vector<double> rowWeights;
};

constexpr double kMostOutputs = 64.0;

Storage readStorage(napi_env env, napi_value value) {
  const std::string text = readText(env, value, {"storage"});
  if (text == "dense") return Storage::dense;
  if (text == "compact") return Storage::compact;
  failExpected(env, "INVALID_ARGUMENT", {"storage"}, R"("dense" or "compact")", value);
}

std::vector<std::size_t> copyIndices(napi_env env, napi_value value, const char* key,
                                     std::size_t columns) {
  const auto given = copyElements<std::int32_t>(viewArray(env, value, {key}, {napi_int32_array}));
  std::vector<std::size_t> indices;
  for (std::size_t k = 0; k < given.size(); ++k) {
    if (given[k] < 0 || static_cast<std::size_t>(given[k]) >= columns) {
      throw badElement(key, "the number of a column", k, given[k]);
    }
    indices.push_back(static_cast<std::size_t>(given[k]));
  }
  return indices;
}

/// What the design and the results take.
double bytesOf(const OperationsRequest& request, std::size_t rows, std::size_t columns) {
  const auto n = static_cast<double>(rows);
  const auto p = static_cast<double>(columns);
  const auto left = static_cast<double>(request.left.size());
  const auto right = static_cast<double>(request.right.size());
  const double residuals = static_cast<double>(request.residuals.size()) / n;
  const double held = request.storage == Storage::dense ? n * p : 3.0 * p;
  return 8.0 * (held + n * (left + 2.0 * residuals) + left * right + p * (residuals + 2.0));
}

OperationsRequest readRequest(napi_env env, napi_value value) {
  requireObject(env, value, {"request"}, "an object");
  OperationsRequest request;
  const auto get = [&](const char* key) { return readProperty(env, value, {key}); };

  // Whatever may call the caller's code ...
  const MatrixArgument x = MatrixArgument::read(env, get("x"), "x");
  const napi_value outputs = get("outputs");
  if (!isMissing(env, outputs)) {
    request.outputs = readCount(env, outputs, {"outputs"}, kMostOutputs);
  }
  const std::size_t rows = x.rows() * request.outputs;
  const std::size_t columns = x.columns() * request.outputs;
  VectorArgument weights[] = {{{"weights"}, {x.rows(), "the rows of x"}, request.weights, true},
                              {{"rowWeights"}, {rows, "the rows of x"}, request.rowWeights, true}};
  for (VectorArgument& vector : weights) vector.read(env, value);
  request.options.intercept = readBoolean(env, get("intercept"), {"intercept"});
  request.options.standardize = readBoolean(env, get("standardize"), {"standardize"});
  request.options.fold = readBoolean(env, get("fold"), {"fold"});
  request.storage = readStorage(env, get("storage"));
  const napi_value w = get("w");
  const napi_value residuals = get("residuals");
  const napi_value left = get("left");
  const napi_value right = get("right");
  const napi_value coefficients = get("coefficients");

  // ... is behind us: from here on the arrays stay as they are.
  const double copy = x.bytes(env);
  for (const VectorArgument& vector : weights) vector.copy(env);
  request.w = copyDoubles(env, w, {"w"}, {columns, "the columns of x"});
  request.residuals = copyDoubles(env, residuals, {"residuals"});
  if (request.residuals.empty() || request.residuals.size() % rows != 0) {
    failExpected(env, "LENGTH_MISMATCH", {"residuals"},
                 "a Float64Array whose length is a multiple of the rows of x", residuals);
  }
  request.left = copyIndices(env, left, "left", columns);
  request.right = copyIndices(env, right, "right", columns);
  request.coefficients =
      copyDoubles(env, coefficients, {"coefficients"}, {request.left.size(), "the length of left"});
  requireMemory(copy + bytesOf(request, rows, columns), "this design");
  request.x = std::make_shared<const RawMatrix>(x.copy(env));
  return request;
}

/// A named result, on its way to JavaScript.
using Results = std::vector<std::pair<const char*, std::vector<double>>>;

Results operations(const OperationsRequest& request, const StandardizedDesign& base,
                   const Design& design) {
  const std::size_t rows = design.rows();
  const std::size_t columns = design.columns();
  const std::size_t left = request.left.size();
  const std::size_t right = request.right.size();
  const std::size_t many = request.residuals.size() / rows;
  const std::span<const double> first(request.residuals.data(), rows);
  const auto copyOf = [](std::span<const double> values) {
    return std::vector<double>(values.begin(), values.end());
  };
  Results results = {{"means", copyOf(base.means())},
                     {"scales", copyOf(base.scales())},
                     {"curvature", copyOf(design.curvature())}};
  const auto add = [&](const char* name, std::size_t size, const auto& compute) {
    results.emplace_back(name, std::vector<double>(size));
    compute(results.back().second);
  };
  add("multiply", rows, [&](auto& out) { design.multiply(request.w, out); });
  add("correlate", columns, [&](auto& out) { design.correlate(first, out); });
  add("correlateMany", columns * many, [&](auto& out) {
    design.correlateMany({request.residuals.data(), rows, many, rows},
                         {out.data(), columns, many, columns});
  });
  add("correlateSome", left, [&](auto& out) { design.correlateSome(request.left, first, out); });
  add("combine", rows, [&](auto& out) { design.combine(request.left, request.coefficients, out); });
  add("gather", rows * left, [&](auto& out) {
    design.gather(request.left, {out.data(), rows, left, rows});
  });
  add("products", left * right, [&](auto& out) {
    design.products(request.left, request.right, request.rowWeights,
                    {out.data(), left, right, left});
  });
  return results;
}

}  // namespace

napi_value designOperations(Environment& environment, const Arguments& arguments) {
  const napi_env env = environment.env();
  const OperationsRequest request = readRequest(env, arguments[0]);
  checkData(*request.x, {}, request.weights, {}, nullptr);
  const auto design =
      makeDesign(request.x, request.weights, request.options, request.storage, nullptr);
  napi_value object = nullptr;
  check(napi_create_object(env, &object));
  const BlockDesign blocks(design, request.outputs);
  const Design& whole = request.outputs > 1 ? static_cast<const Design&>(blocks) : *design;
  for (const auto& [name, values] : operations(request, *design, whole)) {
    const NewArray array = newFloat64Array(environment, values.size());
    std::ranges::copy(values, array.values.begin());
    setProperty(env, object, name, array.value);
  }
  setProperty(env, object, "elements", numberToJs(env, whole.elements()));
  setProperty(env, object, "bytes", numberToJs(env, design->bytes()));
  return object;
}

}  // namespace flipside::addon
