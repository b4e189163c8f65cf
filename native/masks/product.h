// (W o mask) x, where the mask exists a panel at a time.
#pragma once

#include <cstddef>

#include "masks/draws.h"

namespace flipside {

/// All row-major, one row after the other. Element j of row i of the weights has element
/// i columns + j of the mask, which has as many.
template <typename Value>
struct MaskedProduct {
  std::size_t rows = 0;     ///< of the weights and the result
  std::size_t columns = 0;  ///< of the weights, rows of x
  std::size_t width = 0;    ///< columns of x and the result
  const Value* weights = nullptr;
  const Value* x = nullptr;
};

/// out (rows x width) = (weights o mask) x; out must not overlap the others. The result is the same
/// for every number of threads, and for width 1 on every machine. Throws BadValue with the index of
/// a weight or element of x that is not finite, always the same one, and as MaskSource does.
template <typename Value>
void maskedProduct(const MaskDraws& draws, const MaskedProduct<Value>& product, Value* out,
                   const MaskControl& control);

}  // namespace flipside
