// The numbers of a MaskHeader of binding.d.ts.
#pragma once

#include <napi.h>

#include "masks/draws.h"

namespace flipside::addon {

struct MaskHeader {
  MaskDraws draws;  ///< without arrays and penalty
  bool packed = false;
  std::size_t xColumns = 0;
};

/// Refuses whatever does not fit together. With a structure the draws are its units; maskedProduct
/// takes the shape of its weights with or without units.
MaskHeader readMaskHeader(napi_env env, napi_value numbers);

}  // namespace flipside::addon
