// Keep probabilities and mask variances of many weights, for penalties whose etaHat has a closed
// form. Each computes v = lambda / etaHat(|w|) without cancellation, and alpha = 1 / (1 + v): both
// to 1e-15 relative wherever they are normal numbers and lambda and the parameters are well above
// the least normal one, whether or not etaHat is in the range of a double.
#pragma once

#include <span>

#include "penalties/penalty.h"

namespace flipside {

/// Weights in, one number for each out; w and out have one length and may be the same memory.
struct MaskElements {
  std::span<const double> w;
  MaskQuantity quantity;
  std::span<double> out;
};

/// etaHat = w (w + epsilon); lambda, epsilon > 0. Like all of these at lambda > 0.
void logSumMask(const MaskElements& elements, double lambda, double epsilon);

/// etaHat = (w^2 + epsilon) / 2.
void logSumSquaresMask(const MaskElements& elements, double lambda, double epsilon);

/// etaHat = w where that is below d lambda w / (a lambda - w), which comes before w = a lambda,
/// from where etaHat is infinite: mcp with d = a, scad with d = a - 1.
void clippedMask(const MaskElements& elements, double lambda, double a, double d);

/// etaHat = w^exponent, 0 < exponent < 2.
void powerMask(const MaskElements& elements, double lambda, double exponent);

/// etaHat = lambda e^w.
void sigmoidMask(const MaskElements& elements);

}  // namespace flipside
