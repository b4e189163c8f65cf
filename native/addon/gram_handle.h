// NativeGram of binding.d.ts: immutable moments of rows that are gone.
#pragma once

#include <napi.h>

#include <memory>

#include "design/gram_moments.h"

namespace flipside::addon {

bool isGram(napi_env env, napi_value value);
/// Throws INVALID_ARGUMENT for anything else.
std::shared_ptr<const GramMoments> unwrapGram(napi_env env, napi_value value, const char* name);

}  // namespace flipside::addon
