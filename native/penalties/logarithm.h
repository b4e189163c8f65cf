// Logarithms that keep their relative accuracy where the plain formula cancels.
#pragma once

#include <cmath>

namespace flipside {

/// log(a + b + carry) for a, b >= 0 and |carry| below an ulp of a or b. The rounding error of the
/// sum is put back to first order: it decides the result when the sum is next to 1.
inline double logOfSum(double a, double b, double carry = 0.0) {
  const double sum = a + b;
  if (std::isinf(sum)) return sum;
  const double high = a > b ? a : b;
  const double low = a > b ? b : a;
  return std::log(sum) + (low - (sum - high) + carry) / sum;
}

/// -log(1 - v) - v = v^2/2 + v^3/3 + ... for 0 <= v < 1.
inline double logRemainder(double v) {
  if (v > 0.25) return -std::log1p(-v) - v;
  double power = v * v;
  double sum = 0.0;
  for (double k = 2.0; power > 0.0; ++k) {
    const double next = sum + power / k;
    if (next == sum) break;
    sum = next;
    power *= v;
  }
  return sum;
}

}  // namespace flipside
