// Arrays in one of two precisions, as networks have them.
#pragma once

#include <napi.h>

#include "addon/arrays.h"
#include "network/training.h"

namespace flipside::addon {

class Environment;

/// A new Float32Array or Float64Array. OUT_OF_MEMORY when refused.
napi_value floatsToJs(const Environment& environment, const network::Floats& values);

/// A copy of a view of floats.
network::Floats copyFloats(const ArrayView& view);

/// The memory of a view of floats, which must be aligned.
network::FloatView floatView(const ArrayView& view);

}  // namespace flipside::addon
