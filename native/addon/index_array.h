// Lists of indices as JavaScript values.
#pragma once

#include <napi.h>

#include "masks/kept.h"

namespace flipside::addon {

class Environment;

/// A new Uint32Array; a long list becomes its memory, without a copy.
napi_value newUint32Array(const Environment& environment, IndexList list);

}  // namespace flipside::addon
