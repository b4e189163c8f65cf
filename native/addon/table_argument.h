// NativeTable of binding.d.ts, on its way to a penalty.
#pragma once

#include <napi.h>

#include "penalties/curve_penalty.h"

namespace flipside::addon {

/// Reads, checks every kind, length and number, and copies. Messages name the argument as
/// table.omega.knots and the like.
CurvePenaltySpec readTable(napi_env env, napi_value value);

}  // namespace flipside::addon
