// The exact moments of mask elements.
#pragma once

#include <cstddef>
#include <optional>
#include <span>

#include "masks/draws.h"
#include "penalties/hard_concrete_family.h"
#include "random/masks.h"

namespace flipside {

/// mean[i] and variance[i] of draw i, count of each. Throws as MaskSource does.
void maskMoments(const MaskDraws& draws, double* mean, double* variance,
                 const MaskControl& control);

/// The same of one distribution after the other.
class MaskMoments {
 public:
  /// What is known of each element.
  enum class By {
    parameter,  ///< alpha, sigma or log a, by kind
    variance,   ///< the variance relative to the squared mean, in [0, +infinity]
  };

  /// std::domain_error for the shape of a hard concrete mask outside its range.
  MaskMoments(MaskKind kind, By by, const HardConcreteShape& shape);

  /// mean[i] and variance[i] of the element with numbers[i], both 0 where it is always 0; a moment
  /// beyond the range of a double is infinite. Of the mask as it is drawn: a hard concrete one has
  /// mean E s, an unscaled Bernoulli one alpha. Returns the index of the first number outside its
  /// range, or kAllValid. On any thread.
  std::size_t of(std::span<const double> numbers, double* mean, double* variance) const;

 private:
  struct Pair {
    double mean;
    double variance;
  };
  Pair ofParameter(double parameter) const;
  Pair ofVariance(double variance) const;

  MaskKind kind_;
  By by_;
  std::optional<HardConcreteFamily> family_;
};

}  // namespace flipside
