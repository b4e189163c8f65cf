// createDataset and fillDataset.
#include "addon/dataset.h"

#include <string>

#include "addon/arguments.h"
#include "addon/data_argument.h"
#include "addon/environment.h"
#include "addon/exports.h"
#include "addon/floats.h"
#include "addon/mask_request.h"
#include "addon/shared_handle.h"

namespace flipside::addon {
namespace {

/// Row numbers are Int32; widths as well.
constexpr double kLargestDimension = 2147483647.0;

struct Holder {
  std::shared_ptr<network::DatasetBase> data;
};
using Handle = SharedHandle<Holder>;

constexpr napi_type_tag kTag = {0x6be1d9c4f07a4b12U, 0x8c3d5e92a7f14460U};

}  // namespace

bool readSingle(napi_env env, napi_value value) {
  const std::string text = readText(env, value, {"precision"});
  if (text == "float32") return true;
  if (text == "float64") return false;
  failExpected(env, "UNSUPPORTED", {"precision"}, R"("float32" or "float64")", value);
}

std::shared_ptr<network::DatasetBase> unwrapDataset(napi_env env, napi_value value,
                                                    const char* name) {
  const Handle* handle = Handle::find(env, value, kTag);
  if (handle == nullptr) {
    failExpected(env, "INVALID_ARGUMENT", {name}, "a data set from createDataset", value);
  }
  return handle->object()->data;
}

napi_value createDataset(Environment& environment, const Arguments& arguments) {
  const napi_env env = environment.env();
  const napi_value request = arguments[0];
  requireObject(env, request, {"request"}, "an object");
  const auto get = [&](const char* key) { return readProperty(env, request, {key}); };
  network::DatasetShape shape;
  shape.rows = readCount(env, get("rows"), {"rows"}, kLargestDimension, "EMPTY");
  shape.inputs = readCount(env, get("inputs"), {"inputs"}, kLargestDimension, "EMPTY");
  shape.outputs = readCount(env, get("outputs"), {"outputs"}, kLargestDimension, "EMPTY");
  shape.labels = readBoolean(env, get("labels"), {"labels"});
  const bool single = readSingle(env, get("precision"));
  const double bytes = network::datasetBytes(shape, single);
  requireMemory(bytes, "this data set");
  auto holder = std::make_shared<Holder>();
  holder->data = network::makeDataset(shape, single);
  return Handle::wrap(env, std::move(holder), kTag, bytes);
}

napi_value fillDataset(Environment& environment, const Arguments& arguments) {
  const napi_env env = environment.env();
  const auto data = unwrapDataset(env, arguments[0], "dataset");
  const network::DatasetShape& shape = data->shape();
  const auto first = static_cast<std::size_t>(
      readInteger(env, arguments[1], {"firstRow"}, static_cast<double>(shape.rows)));
  const ArrayView x = viewFloats(env, arguments[2], {"x"});
  if (x.length == 0 || x.length % shape.inputs != 0) {
    throw Failure("LENGTH_MISMATCH", "x must be whole rows of " + std::to_string(shape.inputs) +
                                         " inputs, but has length " + std::to_string(x.length));
  }
  const std::size_t rows = x.length / shape.inputs;
  if (rows > shape.rows - first) {
    throw Failure("OUT_OF_RANGE", "x must end within the " + std::to_string(shape.rows) +
                                      " rows of the data set, but has " + std::to_string(rows) +
                                      " rows from row " + std::to_string(first));
  }
  if (shape.labels) {
    const ArrayView y =
        viewArray(env, arguments[3], {"y"}, {napi_int32_array}, {rows, "the rows of x"});
    data->fill(first, floatView(x), {}, copyElements<std::int32_t>(y));
  } else {
    const ArrayView y = viewFloats(env, arguments[3], {"y"},
                                   {rows * shape.outputs, "the rows of x times the outputs"});
    data->fill(first, floatView(x), floatView(y), {});
  }
  return nullptr;
}

}  // namespace flipside::addon
