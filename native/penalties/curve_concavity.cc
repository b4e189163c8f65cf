// The largest -F'' of a curve. On a cell it is a polynomial of degree 6, which its coefficients in
// Bernstein's basis enclose: the first and the last are values, and none of its values is above the
// largest. Cells are halved until that tells.
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "penalties/curve.h"

namespace flipside {
namespace {

constexpr std::size_t terms = Curve::kTerms - 1;
constexpr double infinity = std::numeric_limits<double>::infinity();

using Bernstein = std::array<double, terms>;

double binomial(std::size_t n, std::size_t k) {
  double value = 1.0;
  for (std::size_t i = 0; i < k; ++i) {
    value *= static_cast<double>(n - i) / static_cast<double>(i + 1);
  }
  return value;
}

/// Of -scale times the derivative of the polynomial with these coefficients.
Bernstein negativeDerivative(const double* c, double scale) {
  Bernstein b{};
  for (std::size_t i = 0; i < terms; ++i) {
    for (std::size_t k = 0; k <= i; ++k) {
      const double power = -scale * static_cast<double>(k + 1) * c[k + 1];
      b[i] += power * (binomial(i, k) / binomial(terms - 1, k));
    }
  }
  return b;
}

/// The largest value and `least`, or up to 1e-6 more.
double largestValue(Bernstein b, double least, int depth) {
  double reached = std::max({least, b.front(), b.back()});
  const double bound = *std::ranges::max_element(b);
  if (!(bound > reached * (1.0 + 1e-6)) || depth == 0) return std::max(reached, bound);
  // de Casteljau's halves: what is left of b at the end is the right one.
  Bernstein left{};
  for (std::size_t k = 0; k < terms; ++k) {
    left[k] = b[0];
    for (std::size_t i = 0; i + 1 < terms - k; ++i) b[i] = 0.5 * (b[i] + b[i + 1]);
  }
  reached = largestValue(left, reached, depth - 1);
  return largestValue(b, reached, depth - 1);
}

/// In the head F' = limit + coefficient x^exponent.
double ofHead(const HeadLaw& head, double first) {
  const double bend = -head.coefficient * head.exponent;
  if (!(first > 0.0) || !(bend > 0.0)) return 0.0;
  return head.exponent < 1.0 ? infinity : bend * std::pow(first, head.exponent - 1.0);
}

}  // namespace

double Curve::concavity() const {
  double largest = std::max(ofHead(data_.head, first()), -curvature(last()));
  double before = first() > 0.0 ? headSlope(first()) : slope(0.0);
  for (std::size_t cell = 0; cell < cells(); ++cell) {
    if (slope(data_.knots[cell]) < before * (1.0 - 1e-6)) return infinity;
    largest = largestValue(
        negativeDerivative(&data_.coefficients[kTerms * cell], inverseWidths_[cell]), largest, 24);
    before = slopeAtEnd(cell);
  }
  return largest;
}

}  // namespace flipside
