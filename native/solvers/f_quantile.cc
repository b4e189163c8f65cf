#include "solvers/f_quantile.h"

#include <cmath>
#include <limits>

namespace flipside {
namespace {

/// The continued fraction of the incomplete beta function (NIST's Digital Library of Mathematical
/// Functions, 8.17.22), by Lentz's method.
double betaFraction(double a, double b, double x) {
  constexpr double tiny = 1e-300;
  const auto away = [](double value) { return std::abs(value) < tiny ? tiny : value; };
  double c = 1.0;
  double d = 1.0 / away(1.0 - (a + b) * x / (a + 1.0));
  double value = d;
  for (int i = 1; i < 10000; ++i) {
    const double m = i;
    const double even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
    d = 1.0 / away(1.0 + even * d);
    c = away(1.0 + even / c);
    value *= d * c;
    const double odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
    d = 1.0 / away(1.0 + odd * d);
    c = away(1.0 + odd / c);
    value *= d * c;
    if (std::abs(d * c - 1.0) < std::numeric_limits<double>::epsilon()) break;
  }
  return value;
}

/// The regularised incomplete beta function I_x(a, b).
double incompleteBeta(double a, double b, double x) {
  if (x <= 0.0) return 0.0;
  if (x >= 1.0) return 1.0;
  const double front = std::exp(std::lgamma(a + b) - std::lgamma(a) - std::lgamma(b) +
                                a * std::log(x) + b * std::log1p(-x));
  if (x < (a + 1.0) / (a + b + 2.0)) return front * betaFraction(a, b, x) / a;
  return 1.0 - front * betaFraction(b, a, 1.0 - x) / b;
}

}  // namespace

double fQuantile(double probability, double above, double below) {
  double low = -700.0, high = 700.0;  // of log x
  while (high - low > 1e-10) {
    const double middle = 0.5 * (low + high);
    const double ratio = above / below * std::exp(middle);
    const double reached = incompleteBeta(0.5 * above, 0.5 * below, ratio / (1.0 + ratio));
    (reached < probability ? low : high) = middle;
  }
  return std::exp(0.5 * (low + high));
}

}  // namespace flipside
