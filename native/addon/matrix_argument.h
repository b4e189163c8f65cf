// A NativeMatrix of binding.d.ts: read, checked, and copied or viewed.
#pragma once

#include <napi.h>

#include "addon/arrays.h"
#include "design/raw_matrix.h"
#include "linalg/linalg.h"

namespace flipside::addon {

/// The properties of a NativeMatrix; the elements are still where JavaScript has them.
class MatrixArgument {
 public:
  /// Calls getters.
  static MatrixArgument read(napi_env env, napi_value value, const char* name);

  std::size_t rows() const { return rows_; }
  std::size_t columns() const { return columns_; }

  /// What copy() will take, in bytes. Checks kinds and lengths of the arrays.
  double bytes(napi_env env) const;
  /// rows, columns and layout only.
  RawMatrix shape() const;
  RawMatrix copy(napi_env env) const;
  /// Elements that can be used where they are: column-major and double.
  bool isColumnMajorDoubles(napi_env env) const;
  ArrayView elements(napi_env env) const;

 private:
  ArrayView indices(napi_env env, napi_value value, const char* key, Length length) const;

  const char* name_ = nullptr;
  std::size_t rows_ = 0;
  std::size_t columns_ = 0;
  RawMatrix::Layout layout_ = RawMatrix::Layout::columnMajor;
  napi_value data_ = nullptr;
  napi_value rowIndices_ = nullptr;
  napi_value columnPointers_ = nullptr;
};

/// Throws BadValue unless the pointers and indices of compressed columns stay inside the matrix.
void checkIndices(const RawMatrix& matrix, const std::string& name, const Cancellation* cancel);

}  // namespace flipside::addon
