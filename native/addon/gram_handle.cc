// gramOfBlock, gramOfBoth, gramSums and gramFromSums.
#include "addon/gram_handle.h"

#include <algorithm>
#include <cmath>

#include "addon/arguments.h"
#include "addon/background.h"
#include "addon/data_argument.h"
#include "addon/environment.h"
#include "addon/exports.h"
#include "addon/matrix_argument.h"
#include "addon/results.h"
#include "addon/shared_handle.h"

namespace flipside::addon {
namespace {

using Handle = SharedHandle<GramMoments>;

constexpr napi_type_tag kTag = {0x5ac81e77f3b04d92U, 0x8d20c6b14e9f4a5cU};
constexpr double kLargestInteger = 9007199254740991.0;
constexpr double kLargestDimension = 46340.0;  // of which the square fits in 32 bits

napi_value wrap(napi_env env, std::shared_ptr<const GramMoments> gram) {
  const double bytes = GramMoments::bytes(gram->columns());
  return Handle::wrap(env, std::move(gram), kTag, bytes);
}

void requireColumns(std::size_t columns) {
  if (static_cast<double>(columns) < kLargestDimension) return;
  throw Failure("TOO_LARGE",
                "x.columns must be below 46340 for a gram, but is " + std::to_string(columns));
}

struct Block {
  RawMatrix x;
  std::vector<double> y;
  std::vector<double> weights;
};

Block readBlock(napi_env env, napi_value value) {
  requireObject(env, value, {"request"}, "an object");
  Block block;
  const MatrixArgument x = MatrixArgument::read(env, readProperty(env, value, {"x"}), "x");
  const Length rows{x.rows(), "the rows of x"};
  VectorArgument vectors[] = {{{"y"}, rows, block.y}, {{"weights"}, rows, block.weights, true}};
  for (VectorArgument& vector : vectors) vector.read(env, value);
  requireColumns(x.columns());
  requireMemory(x.bytes(env) + 3.0 * GramMoments::bytes(x.columns()), "this block");
  block.x = x.copy(env);
  for (const VectorArgument& vector : vectors) vector.copy(env);
  return block;
}

class BlockTask final : public Task {
 public:
  explicit BlockTask(Block block) : block_(std::move(block)) {}

  Product run(const Cancellation& cancel, const std::function<void(Product)>&) override {
    checkIndices(block_.x, "x", &cancel);
    requireFinite(block_.y, "y");
    requireFinite(block_.weights, "weights");
    requireNonnegative(block_.weights, "weights");
    return
        [gram = std::make_shared<const GramMoments>(block_.x, block_.y, block_.weights, &cancel)](
            const Environment& at) { return wrap(at.env(), gram); };
  }

 private:
  Block block_;
};

class MergeTask final : public Task {
 public:
  MergeTask(std::shared_ptr<const GramMoments> a, std::shared_ptr<const GramMoments> b)
      : a_(std::move(a)), b_(std::move(b)) {}

  Product run(const Cancellation&, const std::function<void(Product)>&) override {
    return [gram = std::make_shared<const GramMoments>(GramMoments::merged(*a_, *b_))](
               const Environment& at) { return wrap(at.env(), gram); };
  }

 private:
  std::shared_ptr<const GramMoments> a_;
  std::shared_ptr<const GramMoments> b_;
};

}  // namespace

bool isGram(napi_env env, napi_value value) { return Handle::find(env, value, kTag) != nullptr; }

std::shared_ptr<const GramMoments> unwrapGram(napi_env env, napi_value value, const char* name) {
  const Handle* handle = Handle::find(env, value, kTag);
  if (handle == nullptr) {
    failExpected(env, "INVALID_ARGUMENT", {name}, "a gram from gramOfBlock", value);
  }
  return handle->object();
}

napi_value gramOfBlock(Environment& environment, const Arguments& arguments) {
  const Callbacks callbacks(environment, arguments);
  return callbacks.submit(std::make_unique<BlockTask>(readBlock(environment.env(), arguments[0])));
}

napi_value gramOfBoth(Environment& environment, const Arguments& arguments) {
  const Callbacks callbacks(environment, arguments);
  const napi_env env = environment.env();
  requireObject(env, arguments[0], {"request"}, "an object");
  const napi_value left = readProperty(env, arguments[0], {"a"});
  const napi_value right = readProperty(env, arguments[0], {"b"});
  const auto a = unwrapGram(env, left, "a");
  const auto b = unwrapGram(env, right, "b");
  if (a->columns() != b->columns()) {
    throw Failure("LENGTH_MISMATCH", "b must have " + std::to_string(a->columns()) +
                                         " columns (as a has), but has " +
                                         std::to_string(b->columns()));
  }
  return callbacks.submit(std::make_unique<MergeTask>(a, b));
}

napi_value gramRows(Environment& environment, const Arguments& arguments) {
  const napi_env env = environment.env();
  return numberToJs(env, unwrapGram(env, arguments[0], "gram")->sums().rows);
}

napi_value gramSums(Environment& environment, const Arguments& arguments) {
  const napi_env env = environment.env();
  const auto gram = unwrapGram(env, arguments[0], "gram");
  const MomentSums& sums = gram->sums();
  napi_value object = nullptr;
  check(napi_create_object(env, &object));
  setProperty(env, object, "columns", numberToJs(env, static_cast<double>(gram->columns())));
  setProperty(env, object, "rows", numberToJs(env, sums.rows));
  setProperty(env, object, "weight", numberToJs(env, sums.weight));
  const auto set = [&](const char* key, std::span<const double> values) {
    const NewArray copy = newFloat64Array(environment, values.size());
    std::ranges::copy(values, copy.values.begin());
    setProperty(env, object, key, copy.value);
  };
  set("origin", sums.origin);
  set("mean", sums.mean);
  const std::size_t size = gram->columns() + 1;
  const NewArray lower = newFloat64Array(environment, size * (size + 1) / 2);
  auto next = lower.values.begin();
  for (std::size_t j = 0; j < size; ++j) {
    const double* column = &sums.scatter[j * size];
    next = std::copy(column + j, column + size, next);
  }
  setProperty(env, object, "scatter", lower.value);
  return object;
}

napi_value gramFromSums(Environment& environment, const Arguments& arguments) {
  const napi_env env = environment.env();
  const napi_value value = arguments[0];
  requireObject(env, value, {"sums"}, "an object");
  const auto get = [&](const char* key) { return readProperty(env, value, {key}); };
  const std::size_t columns = readCount(env, get("columns"), {"columns"}, kLargestDimension - 1.0);
  const std::size_t size = columns + 1;
  MomentSums sums;
  sums.rows = static_cast<double>(readInteger(env, get("rows"), {"rows"}, kLargestInteger));
  sums.weight = readNonnegative(env, get("weight"), {"weight"});
  const napi_value origin = get("origin");
  const napi_value mean = get("mean");
  const napi_value scatter = get("scatter");
  const Length entries{size, "columns + 1"};
  sums.origin = copyDoubles(env, origin, {"origin"}, entries);
  sums.mean = copyDoubles(env, mean, {"mean"}, entries);
  const std::vector<double> lower =
      copyDoubles(env, scatter, {"scatter"}, {size * (size + 1) / 2, "half of (columns + 1)^2"});
  requireFinite(sums.origin, "origin");
  requireFinite(sums.mean, "mean");
  requireFinite(lower, "scatter");
  requireMemory(GramMoments::bytes(columns), "this gram");
  sums.scatter.resize(size * size);
  std::size_t next = 0;
  for (std::size_t j = 0; j < size; ++j) {
    for (std::size_t i = j; i < size; ++i) {
      sums.scatter[i + j * size] = sums.scatter[j + i * size] = lower[next++];
    }
  }
  return wrap(env, std::make_shared<const GramMoments>(columns, std::move(sums)));
}

}  // namespace flipside::addon
