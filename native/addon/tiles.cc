// tileProduct, tileRate, teamTrial: multiplyTile and Team by themselves, for tests and benchmarks.
#include "linalg/tiles.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <stdexcept>
#include <type_traits>
#include <utility>

#include "addon/arguments.h"
#include "addon/arrays.h"
#include "addon/data_argument.h"
#include "addon/environment.h"
#include "addon/exports.h"
#include "addon/results.h"
#include "linalg/team.h"

namespace flipside::addon {
namespace {

constexpr double kLargestSize = 1U << 24U;
constexpr double kLargestStride = 1U << 30U;
constexpr double kMostRepeats = 1e9;
constexpr double kMostPhases = 1e5;
constexpr double kMostIndices = 1024;

/// TileRequest of binding.d.ts, but for its arrays.
struct TileLayout {
  linalg::TileShape shape;
  std::size_t aRow = 0;
  std::size_t aColumn = 0;
  std::size_t bRow = 0;
  std::size_t cRow = 0;
  bool accumulate = false;
};

/// Elements from the first to the last of a matrix with these strides.
std::size_t extent(std::size_t rows, std::size_t rowStride, std::size_t columns,
                   std::size_t columnStride) {
  if (rows == 0 || columns == 0) return 0;
  return (rows - 1) * rowStride + (columns - 1) * columnStride + 1;
}

ArrayView viewLongEnough(napi_env env, napi_value value, Name name, napi_typedarray_type kind,
                         std::size_t length) {
  const ArrayView view = viewArray(env, value, name, {kind});
  if (view.length >= length) return view;
  throw Failure("LENGTH_MISMATCH", name.text() + " must have at least " + std::to_string(length) +
                                       " elements (by its strides), but has " +
                                       std::to_string(view.length));
}

void requireApart(const ArrayView& out, const ArrayView& in, std::size_t elementSize,
                  const char* name) {
  if (out.length == 0 || in.length == 0) return;
  if (out.bytes >= in.bytes + in.length * elementSize) return;
  if (in.bytes >= out.bytes + out.length * elementSize) return;
  throw Failure("INVALID_ARGUMENT", std::string("c must not overlap ") + name + ", but does");
}

template <typename Value>
void multiplyViews(const TileLayout& layout, const ArrayView& a, const ArrayView& b,
                   const ArrayView& c) {
  requireApart(c, a, sizeof(Value), "a");
  requireApart(c, b, sizeof(Value), "b");
  const auto elements = [](const ArrayView& view) {
    return reinterpret_cast<Value*>(const_cast<std::uint8_t*>(view.bytes));
  };
  const linalg::StridedMatrix<Value> left{elements(a), layout.aRow, layout.aColumn};
  linalg::multiplyTile<Value>(layout.shape, left, elements(b), layout.bRow, elements(c),
                              layout.cRow, layout.accumulate);
}

/// RateRequest of binding.d.ts.
struct RateRequest {
  linalg::TileShape shape;
  std::size_t tiles = 1;
  std::size_t repeats = 1;
  bool transposed = false;
  bool blas = false;
  bool pin = false;
};

double secondsSince(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

template <typename Value>
double secondsOf(const RateRequest& request) {
  const linalg::TileShape& shape = request.shape;
  const std::size_t rows = request.tiles * shape.rows;
  std::vector<Value> a(rows * shape.depth);
  std::vector<Value> b(shape.depth * shape.columns);
  std::vector<Value> c(rows * shape.columns);
  const auto fill = [](std::vector<Value>& values) {
    for (std::size_t i = 0; i < values.size(); ++i) {
      values[i] = static_cast<Value>(i * 7 % 64) / 64 - Value{0.5};
    }
  };
  fill(a);
  fill(b);
  const std::size_t aRow = request.transposed ? 1 : shape.depth;
  const std::size_t aColumn = request.transposed ? rows : 1;
  const std::function<void(std::size_t)> tile = [&](std::size_t i) {
    const linalg::StridedMatrix<Value> left{a.data() + i * shape.rows * aRow, aRow, aColumn};
    Value* const result = c.data() + i * shape.rows * shape.columns;
    if (request.blas) {
      linalg::multiplyByBlas(shape, left, b.data(), shape.columns, result, shape.columns);
    } else {
      linalg::multiplyTile<Value>(shape, left, b.data(), shape.columns, result, shape.columns,
                                  false);
    }
  };
  linalg::Team team(request.pin);
  team.run(request.tiles, tile);
  const auto start = std::chrono::steady_clock::now();
  for (std::size_t k = 0; k < request.repeats; ++k) team.run(request.tiles, tile);
  return secondsSince(start);
}

}  // namespace

napi_value tileProduct(Environment& environment, const Arguments& arguments) {
  const napi_env env = environment.env();
  requireObject(env, arguments[0], {"request"}, "an object");
  const auto get = [&](const char* key) { return readProperty(env, arguments[0], {key}); };
  const auto size = [&](const char* key, double largest) {
    return static_cast<std::size_t>(readInteger(env, get(key), {key}, largest));
  };
  TileLayout layout;
  layout.shape = {size("rows", kLargestSize), size("depth", kLargestSize),
                  size("columns", kLargestSize)};
  layout.aRow = size("aRowStride", kLargestStride);
  layout.aColumn = size("aColumnStride", kLargestStride);
  layout.bRow = size("bStride", kLargestStride);
  const napi_value cStride = get("cStride");
  layout.cRow = static_cast<std::size_t>(readInteger(env, cStride, {"cStride"}, kLargestStride));
  layout.accumulate = readBoolean(env, get("accumulate"), {"accumulate"});
  const auto& [rows, depth, columns] = layout.shape;
  if (layout.cRow < columns) {
    failExpected(env, "OUT_OF_RANGE", {"cStride"}, "at least columns", cStride);
  }
  const napi_value a = get("a");
  const napi_value b = get("b");
  const napi_value c = get("c");
  // From here on nothing calls into JavaScript.
  const napi_typedarray_type kind =
      viewArray(env, c, {"c"}, {napi_float32_array, napi_float64_array}).type;
  const ArrayView left =
      viewLongEnough(env, a, {"a"}, kind, extent(rows, layout.aRow, depth, layout.aColumn));
  const ArrayView right =
      viewLongEnough(env, b, {"b"}, kind, extent(depth, layout.bRow, columns, 1));
  const ArrayView out = viewLongEnough(env, c, {"c"}, kind, extent(rows, layout.cRow, columns, 1));
  if (kind == napi_float32_array) {
    multiplyViews<float>(layout, left, right, out);
  } else {
    multiplyViews<double>(layout, left, right, out);
  }
  return nullptr;
}

napi_value tileRate(Environment& environment, const Arguments& arguments) {
  const napi_env env = environment.env();
  requireObject(env, arguments[0], {"request"}, "an object");
  const auto get = [&](const char* key) { return readProperty(env, arguments[0], {key}); };
  const auto count = [&](const char* key, double largest) {
    return readCount(env, get(key), {key}, largest);
  };
  const auto choose = [&](const char* key, const char* first, const char* second) {
    const napi_value value = get(key);
    const std::string text = readText(env, value, {key});
    if (text == second) return true;
    if (text == first) return false;
    const std::string both = std::string("\"") + first + "\" or \"" + second + "\"";
    failExpected(env, "INVALID_ARGUMENT", {key}, both, value);
  };
  RateRequest request;
  request.shape = {count("rows", kLargestSize), count("depth", kLargestSize),
                   count("columns", kLargestSize)};
  request.tiles = count("tiles", kLargestSize);
  request.repeats = count("repeats", kMostRepeats);
  request.transposed = readBoolean(env, get("transposed"), {"transposed"});
  request.blas = choose("kernel", "own", "blas");
  request.pin = readBoolean(env, get("pin"), {"pin"});
  const bool single = choose("precision", "float64", "float32");
  const auto rows = static_cast<double>(request.tiles) * static_cast<double>(request.shape.rows);
  const auto depth = static_cast<double>(request.shape.depth);
  const auto columns = static_cast<double>(request.shape.columns);
  requireMemory(8.0 * (rows * depth + depth * columns + rows * columns), "this product");
  return numberToJs(env, single ? secondsOf<float>(request) : secondsOf<double>(request));
}

napi_value teamTrial(Environment& environment, const Arguments& arguments) {
  const napi_env env = environment.env();
  requireObject(env, arguments[0], {"request"}, "an object");
  const auto get = [&](const char* key) { return readProperty(env, arguments[0], {key}); };
  const std::size_t phases = readCount(env, get("phases"), {"phases"}, kMostPhases);
  const std::size_t count = readCount(env, get("count"), {"count"}, kMostIndices);
  const auto failing =
      static_cast<std::size_t>(readInteger(env, get("failEvery"), {"failEvery"}, kMostPhases));
  const bool pin = readBoolean(env, get("pin"), {"pin"});

  // Plain numbers: that their sums are right is for the team to see to.
  std::vector<double> phase(count);
  std::vector<double> visits(count);
  std::size_t exceptions = 0;
  std::size_t cancellations = 0;
  const auto start = std::chrono::steady_clock::now();
  linalg::Team team(pin);
  for (std::size_t p = 1; p <= phases; ++p) {
    const bool fails = failing != 0 && p % failing == 0;
    const bool cancels = fails && p / failing % 2 == 0;
    Cancellation cancellation;
    std::ranges::fill(phase, 0.0);
    const auto body = [&](std::size_t i) {
      phase[i] += 1.0;
      if (!fails || i != count / 2) return;
      if (!cancels) throw std::runtime_error("as it should");
      cancellation.cancel();
    };
    try {
      team.run(count, body, &cancellation);
    } catch (const Cancelled&) {
      ++cancellations;
    } catch (const std::runtime_error&) {
      ++exceptions;
    }
    if (fails) continue;
    for (std::size_t i = 0; i < count; ++i) visits[i] += phase[i];
  }
  const double seconds = secondsSince(start);

  napi_value object = nullptr;
  check(napi_create_object(env, &object));
  setProperty(env, object, "visits",
              listToJs(env, count, [&](std::size_t i) { return numberToJs(env, visits[i]); }));
  setProperty(env, object, "exceptions", numberToJs(env, static_cast<double>(exceptions)));
  setProperty(env, object, "cancellations", numberToJs(env, static_cast<double>(cancellations)));
  setProperty(env, object, "seconds", numberToJs(env, seconds));
  return object;
}

}  // namespace flipside::addon
