// Arrays in one of two precisions, as networks have them.
#pragma once

#include <napi.h>

#include <vector>

#include "addon/arrays.h"
#include "network/training.h"

namespace flipside::addon {

class Environment;

/// napi_float32_array or napi_float64_array.
template <typename Value>
constexpr napi_typedarray_type floatKind() {
  return sizeof(Value) == sizeof(float) ? napi_float32_array : napi_float64_array;
}

/// A new Float32Array or Float64Array with these elements; OUT_OF_MEMORY when refused.
template <typename Value>
napi_value newFloats(const Environment& environment, const std::vector<Value>& values);
napi_value floatsToJs(const Environment& environment, const network::Floats& values);

/// A copy of a view of floats.
network::Floats copyFloats(const ArrayView& view);

/// The same rounded to Value. A number beyond the range of Value becomes infinite.
template <typename Value>
std::vector<Value> roundFloats(const ArrayView& view);

/// The memory of a view of floats, which must be aligned.
network::FloatView floatView(const ArrayView& view);

}  // namespace flipside::addon
