// NativePenalty of binding.d.ts: an immutable penalty inside a JavaScript object that nobody can
// forge.
#pragma once

#include <napi.h>

#include <memory>

#include "penalties/penalty.h"

namespace flipside::addon {

napi_value wrapPenalty(napi_env env, std::shared_ptr<const Penalty> penalty);

/// Runs no JavaScript. Anything but an object made by wrapPenalty is an INVALID_ARGUMENT.
std::shared_ptr<const Penalty> unwrapPenalty(napi_env env, napi_value value);

}  // namespace flipside::addon
