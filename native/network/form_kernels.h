// lambda / etaHat of a block of weights in float32, for penalties with a formula (MaskForm).
#pragma once

#include <cstddef>

#include "penalties/mask_form.h"

namespace flipside::network {

/// Whether the formula at this lambda has nothing in it that leaves the range of a float.
bool formServed(const MaskForm& form, double lambda);

/// out = lambda omega'(|w|) = |w| lambda / etaHat(|w|), to 3e-7 relative for normal numbers; 0 at
/// 0.
void formSlopes(const MaskForm& form, double lambda, std::size_t count, const float* w, float* out);

/// out = lambda / etaHat(|w|), to the same; at w = 0 it is atZero.
void formVariances(const MaskForm& form, double lambda, double atZero, std::size_t count,
                   const float* w, float* out);

}  // namespace flipside::network
