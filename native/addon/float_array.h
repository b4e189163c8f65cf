// Numbers of either precision between JavaScript and C++.
#pragma once

#include <napi.h>

#include <vector>

#include "addon/arrays.h"

namespace flipside::addon {

class Environment;

/// A new Float32Array or Float64Array with these elements; OUT_OF_MEMORY when refused.
template <typename Value>
napi_value newFloats(const Environment& environment, const std::vector<Value>& values);

/// The elements of a Float32Array or Float64Array, rounded to Value. A number beyond the range of
/// Value becomes infinite.
template <typename Value>
std::vector<Value> copyFloats(const ArrayView& view);

/// napi_float32_array or napi_float64_array.
template <typename Value>
constexpr napi_typedarray_type floatKind() {
  return sizeof(Value) == sizeof(float) ? napi_float32_array : napi_float64_array;
}

}  // namespace flipside::addon
