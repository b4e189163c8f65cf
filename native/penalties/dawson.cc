// D(s) = e^(-s^2) int_0^s e^(t^2) dt solves D' = 1 - 2 s D with D(0) = 0 (differentiate it).
//
// s < 8: Taylor series about the next lower multiple of 1/4. The equation gives its coefficients,
//     c_1 = 1 - 2 s c_0,   c_(n+1) = -2 (s c_n + c_(n-1)) / (n + 1),
// and an error in c_0 dies like e^(-s^2) in the direction of growing s; this is also how the values
// at the multiples are made. About 0 it is the power series; below 1e-4 two of its terms are
// enough.
//
// s >= 8: asymptotic series with u = 1 / (2 s^2) (put it into the equation),
//     D = A / (2s),   A = sum_k (2k-1)!! u^k,      s D' = -B / (2s),   B = sum_k (2k+1)!! u^k,
//     int_0^s D = 1/2 log s + (gamma + 2 log 2)/4 - 1/4 sum_(k>=1) (2k-1)!! u^k / k,
// whose terms fall below 1e-18 before they grow. The constant is that of the integral's expansion
// (s^2/2) 2F2(1, 1; 3/2, 2; -s^2) ~ 1/4 (log(4 s^2) + gamma).
#include "penalties/dawson.h"

#include <array>
#include <cmath>
#include <numbers>

namespace flipside {
namespace {

constexpr double spacing = 0.25;
constexpr int nodeCount = 32;
constexpr int maximalTerms = 60;

struct Node {
  double value;
  double integral;
};

Dawson expand(double centre, Node node, double h) {
  double before = node.value;
  double coefficient = 1.0 - 2.0 * centre * node.value;
  double power = h;
  Dawson sum{before + coefficient * h, 0.0, node.integral + h * (before + 0.5 * coefficient * h)};
  double bend = centre * coefficient - node.value;  // s D' - D = centre D' + (h D' - D)
  double lastSize = 1.0;  // two small terms in a row end the series: about 0 every other one is 0
  for (int n = 1; n < maximalTerms; ++n) {
    const double next = -2.0 * (centre * coefficient + before) / (n + 1);
    before = coefficient;
    coefficient = next;
    const double slopeTerm = (n + 1) * next * power;
    power *= h;
    const double term = next * power;
    sum.value += term;
    sum.integral += term * h / (n + 2);
    bend += centre * slopeTerm + n * term;
    const double size = std::abs(slopeTerm) + std::abs(term);
    if (size + lastSize < 1e-18 * sum.value) break;
    lastSize = size;
  }
  sum.bend = bend / sum.value;
  return sum;
}

std::array<Node, nodeCount> march() {
  std::array<Node, nodeCount> nodes{};
  for (std::size_t k = 1; k < nodes.size(); ++k) {
    const Dawson step = expand(spacing * static_cast<double>(k - 1), nodes[k - 1], spacing);
    nodes[k] = {step.value, step.integral};
  }
  return nodes;
}

Dawson asymptotic(double s) {
  const double u = 0.5 / s / s;
  double a = 0.0;
  double b = 0.0;
  double integral = 0.0;
  double term = 1.0;  // (2k-1)!! u^k
  for (int k = 0; k < 40 && term > 1e-19; ++k) {
    a += term;
    b += term * (2 * k + 1);
    if (k > 0) integral += term / k;
    term *= (2 * k + 1) * u;
  }
  constexpr double constant = 0.25 * (std::numbers::egamma + 2.0 * std::numbers::ln2);
  return {0.5 * a / s, -b / a - 1.0, 0.5 * std::log(s) + constant - 0.25 * integral};
}

}  // namespace

Dawson dawson(double s) {
  if (std::isnan(s)) return {s, s, s};
  static const std::array<Node, nodeCount> nodes = march();
  if (s >= spacing * nodeCount) return asymptotic(s);
  if (s < 1e-4) {
    const double square = s * s;
    return {s * (1.0 - square * (2.0 / 3.0)), -square * (4.0 / 3.0) * (1.0 - square * (2.0 / 15.0)),
            0.5 * square * (1.0 - square / 3.0)};
  }
  const auto k = static_cast<std::size_t>(s / spacing);
  const double centre = spacing * static_cast<double>(k);
  return expand(centre, nodes[k], s - centre);
}

}  // namespace flipside
