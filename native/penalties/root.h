// The zero of an increasing function inside a bracket.
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

namespace flipside {

struct ValueAndDerivative {
  double value;
  double derivative;
};

/// The x in [low, high] where the increasing function(x).value passes through 0: Newton's method,
/// with a bisection wherever it would leave the bracket or does not halve the last step. Ends when
/// a step is at rounding level.
template <class Function>
double increasingRoot(const Function& function, double low, double high, double start) {
  constexpr double epsilon = std::numeric_limits<double>::epsilon();
  double x = std::clamp(start, low, high);
  double lastStep = high - low;
  for (int iteration = 0; iteration < 200; ++iteration) {
    const ValueAndDerivative at = function(x);
    if (at.value == 0.0) return x;
    (at.value < 0.0 ? low : high) = x;
    double next = x - at.value / at.derivative;
    const bool newton =
        next >= low && next <= high && 2.0 * std::abs(next - x) <= std::abs(lastStep);
    if (!newton) next = low + 0.5 * (high - low);
    lastStep = next - x;
    x = next;
    if (std::abs(lastStep) <= epsilon * std::max(1.0, std::abs(x))) break;
  }
  return x;
}

/// Of two nonnegative numbers: as many doubles lie below it as above it. `low` when there is none
/// between them.
inline double middleDouble(double low, double high) {
  const auto from = std::bit_cast<std::uint64_t>(low);
  const auto to = std::bit_cast<std::uint64_t>(high);
  return std::bit_cast<double>(from + (to - from) / 2);
}

/// The x between 0 <= low < high where the increasing function(x).value passes through 0, to the
/// last digits whatever its size: Newton's method, with a middleDouble wherever it would leave the
/// bracket or does not halve the last step. `low` when there is no double between.
template <class Function>
double positiveRoot(const Function& function, double low, double high) {
  constexpr double epsilon = std::numeric_limits<double>::epsilon();
  double x = middleDouble(low, high);
  double lastStep = high - low;
  while (low < x && x < high) {
    const ValueAndDerivative at = function(x);
    if (at.value == 0.0) return x;
    (at.value < 0.0 ? low : high) = x;
    double next = x - at.value / at.derivative;
    const bool newton = next > low && next < high && 2.0 * std::abs(next - x) <= lastStep;
    if (!newton) next = middleDouble(low, high);
    lastStep = std::abs(next - x);
    x = next;
    if (newton && lastStep <= epsilon * x) break;
  }
  return x;
}

}  // namespace flipside
