// NativeDataset of binding.d.ts.
#pragma once

#include <napi.h>

#include <memory>

#include "network/dataset.h"

namespace flipside::addon {

/// Runs no JavaScript. Throws INVALID_ARGUMENT for anything else.
std::shared_ptr<network::DatasetBase> unwrapDataset(napi_env env, napi_value value,
                                                    const char* name);

/// Whether "float32" was said rather than "float64"; refuses anything else.
bool readSingle(napi_env env, napi_value value);

}  // namespace flipside::addon
