#include "addon/matrix_argument.h"

#include "addon/arguments.h"

namespace flipside::addon {
namespace {

constexpr double kLargestDimension = 2147483647.0;  // BLAS counts in 32 bits
constexpr std::size_t kPoll = std::size_t{1} << 20;

using Layout = RawMatrix::Layout;

Layout readLayout(napi_env env, napi_value value, Name name) {
  const std::string text = readText(env, value, name);
  if (text == "columnMajor") return Layout::columnMajor;
  if (text == "rowMajor") return Layout::rowMajor;
  if (text == "compressedColumns") return Layout::compressedColumns;
  failExpected(env, "INVALID_ARGUMENT", name, R"("rowMajor", "columnMajor" or "compressedColumns")",
               value);
}

[[noreturn]] void failIndex(const std::string& array, std::size_t at, std::int32_t value,
                            const std::string& requirement) {
  throw BadValue("OUT_OF_RANGE", array,
                 array + "[" + std::to_string(at) + "] must be " + requirement + ", but is " +
                     std::to_string(value));
}

}  // namespace

MatrixArgument MatrixArgument::read(napi_env env, napi_value value, const char* name) {
  requireObject(env, value, {name}, "a matrix { data, rows, columns, layout }");
  MatrixArgument matrix;
  matrix.name_ = name;
  matrix.data_ = readProperty(env, value, {"data", name});
  const Name rows{"rows", name};
  matrix.rows_ = readCount(env, readProperty(env, value, rows), rows, kLargestDimension, "EMPTY");
  const Name columns{"columns", name};
  matrix.columns_ =
      readCount(env, readProperty(env, value, columns), columns, kLargestDimension, "EMPTY");
  const Name layout{"layout", name};
  matrix.layout_ = readLayout(env, readProperty(env, value, layout), layout);
  if (matrix.layout_ == Layout::compressedColumns) {
    matrix.rowIndices_ = readProperty(env, value, {"rowIndices", name});
    matrix.columnPointers_ = readProperty(env, value, {"columnPointers", name});
  }
  return matrix;
}

ArrayView MatrixArgument::elements(napi_env env) const {
  const Name name{"data", name_};
  if (layout_ == Layout::compressedColumns) {
    return viewArray(env, data_, name, {napi_float64_array, napi_float32_array});
  }
  // Both are below 2^31: the product fits.
  return viewArray(env, data_, name, {napi_float64_array, napi_float32_array},
                   {rows_ * columns_, "rows * columns"});
}

ArrayView MatrixArgument::indices(napi_env env, napi_value value, const char* key,
                                  Length length) const {
  return viewArray(env, value, {key, name_}, {napi_int32_array}, length);
}

bool MatrixArgument::isColumnMajorDoubles(napi_env env) const {
  return layout_ == Layout::columnMajor && elements(env).type == napi_float64_array;
}

double MatrixArgument::bytes(napi_env env) const {
  const ArrayView values = elements(env);
  const double width = values.type == napi_float64_array ? 8.0 : 4.0;
  double total = width * static_cast<double>(values.length);
  if (layout_ == Layout::compressedColumns) {
    const Length stored{values.length, "the length of data"};
    total += 4.0 * static_cast<double>(indices(env, rowIndices_, "rowIndices", stored).length);
    const Length starts{columns_ + 1, "columns + 1"};
    total +=
        4.0 * static_cast<double>(indices(env, columnPointers_, "columnPointers", starts).length);
  }
  return total;
}

RawMatrix MatrixArgument::shape() const {
  RawMatrix matrix;
  matrix.layout = layout_;
  matrix.rows = rows_;
  matrix.columns = columns_;
  return matrix;
}

RawMatrix MatrixArgument::copy(napi_env env) const {
  RawMatrix matrix = shape();
  const ArrayView values = elements(env);
  if (values.type == napi_float64_array) {
    matrix.doubles = copyElements<double>(values);
  } else {
    matrix.floats = copyElements<float>(values);
  }
  if (layout_ == Layout::compressedColumns) {
    matrix.rowIndices = copyElements<std::int32_t>(
        indices(env, rowIndices_, "rowIndices", {values.length, "the length of data"}));
    matrix.columnPointers = copyElements<std::int32_t>(
        indices(env, columnPointers_, "columnPointers", {columns_ + 1, "columns + 1"}));
  }
  return matrix;
}

void checkIndices(const RawMatrix& matrix, const std::string& name, const Cancellation* cancel) {
  if (matrix.layout != Layout::compressedColumns) return;
  const std::string pointers = name + ".columnPointers";
  const std::string indices = name + ".rowIndices";
  const std::size_t stored = matrix.rowIndices.size();
  std::size_t previous = 0;
  for (std::size_t j = 0; j <= matrix.columns; ++j) {
    const std::int32_t pointer = matrix.columnPointers[j];
    if (j == 0 && pointer != 0) failIndex(pointers, j, pointer, "0");
    if (pointer < 0 || static_cast<std::size_t>(pointer) < previous) {
      failIndex(pointers, j, pointer,
                "no less than the one before (" + std::to_string(previous) + ")");
    }
    if (static_cast<std::size_t>(pointer) > stored) {
      failIndex(pointers, j, pointer,
                "at most the length of data (" + std::to_string(stored) + ")");
    }
    previous = static_cast<std::size_t>(pointer);
  }
  for (std::size_t k = 0; k < stored; ++k) {
    if (cancel != nullptr && k % kPoll == 0) cancel->poll();
    const std::int32_t index = matrix.rowIndices[k];
    if (index < 0 || static_cast<std::size_t>(index) >= matrix.rows) {
      failIndex(indices, k, index, "from 0 to rows - 1 (" + std::to_string(matrix.rows - 1) + ")");
    }
  }
}

}  // namespace flipside::addon
