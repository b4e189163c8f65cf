// The two steps of which reweighting consists, by themselves: for benchmarks and tests.
#include <algorithm>

#include "addon/arguments.h"
#include "addon/arrays.h"
#include "addon/data_argument.h"
#include "addon/environment.h"
#include "addon/exports.h"
#include "addon/matrix_argument.h"
#include "addon/results.h"
#include "linalg/linalg.h"

namespace flipside::addon {
namespace {

/// All of x, column by column.
std::vector<double> expand(const RawMatrix& x) {
  checkIndices(x, "x", nullptr);
  std::vector<double> elements(x.rows * x.columns);
  for (std::size_t j = 0; j < x.columns; ++j) x.readColumn(j, &elements[j * x.rows]);
  return elements;
}

}  // namespace

napi_value gram(Environment& environment, const Arguments& arguments) {
  const napi_env env = environment.env();
  const MatrixArgument x = MatrixArgument::read(env, arguments[0], "x");
  const auto rows = static_cast<double>(x.rows());
  const auto columns = static_cast<double>(x.columns());
  const double copy = x.bytes(env);
  const bool inPlace = x.isColumnMajorDoubles(env);
  requireMemory(8.0 * columns * columns + (inPlace ? 0.0 : copy + 8.0 * rows * columns),
                "this product");

  // The result before the views: making it may call into JavaScript.
  const NewArray result = newFloat64Array(environment, x.columns() * x.columns());
  const MutableMatrix product{result.values.data(), x.columns(), x.columns(), x.columns()};
  const auto multiply = [&](std::span<const double> elements) {
    linalg::gram({elements.data(), x.rows(), x.columns(), x.rows()}, 1.0 / rows, product);
  };
  if (inPlace) {
    multiply(Doubles(x.elements(env)).values());
  } else {
    multiply(expand(x.copy(env)));
  }
  return result.value;
}

napi_value ridge(Environment& environment, const Arguments& arguments) {
  const napi_env env = environment.env();
  const std::vector<double> weights = copyDoubles(env, arguments[1], {"weights"});
  const std::size_t n = weights.size();
  if (n == 0) throw Failure("EMPTY", "weights must not be empty");
  // A length times itself fits: no typed array is anywhere near 2^32 long on both sides.
  const Length square{n * n, "the square of that of weights"};
  std::vector<double> solution =
      copyDoubles(env, arguments[2], {"correlation"}, {n, "that of weights"});
  std::vector<double> matrix = copyDoubles(env, arguments[0], {"gram"}, square);
  requireFinite(weights, "weights");
  requireFinite(solution, "correlation");

  const MutableMatrix factor{matrix.data(), n, n, n};
  for (std::size_t j = 0; j < n; ++j) factor(j, j) += weights[j];
  if (!linalg::cholesky(factor)) {
    throw Failure("NUMERIC", "gram + diag(weights) must be positive definite, but is not");
  }
  linalg::choleskySolve(factor, solution);
  const NewArray result = newFloat64Array(environment, n);
  std::ranges::copy(solution, result.values.begin());
  return result.value;
}

}  // namespace flipside::addon
