// Masks by their variance, which is what regularisation asks of them.
#pragma once

#include <span>
#include <vector>

#include "linalg/pool.h"
#include "random/masks.h"

namespace flipside {

struct MasksOfVariance {
  MaskVector masks;
  /// For each element the probability of the rarer of its outcomes, "dropped" and "kept" (for a
  /// hard concrete mask 0 and 1, each against the rest): 1/2 for a Gaussian mask, which has none.
  std::vector<double> rarity;
};

/// Element j has variance variances[j] relative to its squared mean, in [0, infinity]. The location
/// of a hard concrete mask is the log a with E s^2 / (E s)^2 - 1 = variances[j]. std::domain_error
/// for a shape outside its range.
MasksOfVariance masksOfVariance(MaskKind kind, const HardConcreteShape& shape,
                                std::span<const double> variances, const Cancellation* cancel);

}  // namespace flipside
