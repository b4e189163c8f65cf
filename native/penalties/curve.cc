// Reading a curve (curve.h).
//
// The cell of x is found from its leading bits: the exponent alone, or with some of the mantissa
// while there are no more pieces than twice the cells. A piece that lies in one cell needs no
// search; knots that crowd together, next to a jump say, are searched by halves.
#include "penalties/curve.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>

#include "penalties/parameters.h"

namespace flipside {
namespace {

constexpr std::size_t order = Curve::kTerms;

std::uint64_t bitsOf(double x) { return std::bit_cast<std::uint64_t>(x); }

/// x^exponent, cheap where it is x.
double power(double x, double exponent) { return exponent == 1.0 ? x : std::pow(x, exponent); }

double polynomial(const double* c, double t) {
  double sum = c[order - 1];
  for (std::size_t k = order - 1; k-- > 0;) sum = c[k] + t * sum;
  return sum;
}

/// 1/t times the integral of the polynomial from 0 to t.
double meanOfPolynomial(const double* c, double t) {
  static constexpr double factors[order] = {1.0,       1.0 / 2.0, 1.0 / 3.0, 1.0 / 4.0,
                                            1.0 / 5.0, 1.0 / 6.0, 1.0 / 7.0, 1.0 / 8.0};
  double sum = c[order - 1] * factors[order - 1];
  for (std::size_t k = order - 1; k-- > 0;) sum = c[k] * factors[k] + t * sum;
  return sum;
}

double derivative(const double* c, double t) {
  double sum = static_cast<double>(order - 1) * c[order - 1];
  for (std::size_t k = order - 1; k-- > 1;) sum = static_cast<double>(k) * c[k] + t * sum;
  return sum;
}

void checkFinite(std::span<const double> values, const std::string& name) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    checkedParameter(name + "[" + std::to_string(i) + "]", values[i], std::isfinite(values[i]),
                     "finite");
  }
}

void checkLength(std::size_t length, std::size_t wanted, const std::string& name) {
  if (length == wanted) return;
  throw std::domain_error(name + " must have length " + std::to_string(wanted) + ", not " +
                          std::to_string(length));
}

}  // namespace

Curve::Curve(CurveData data) : data_(std::move(data)) {
  const std::vector<double>& knots = data_.knots;
  if (knots.size() < 2 || knots.size() > kMostCells + 1) {
    throw std::domain_error("knots must have length 2 to " + std::to_string(kMostCells + 1) +
                            ", not " + std::to_string(knots.size()));
  }
  checkLength(data_.values.size(), knots.size() - 1, "values");
  checkLength(data_.coefficients.size(), kTerms * (knots.size() - 1), "coefficients");
  checkNumbers();

  inverseWidths_.reserve(cells());
  for (std::size_t i = 0; i < cells(); ++i) {
    // Finite for the narrowest cells too.
    inverseWidths_.push_back(
        std::min(1.0 / (knots[i + 1] - knots[i]), std::numeric_limits<double>::max()));
  }
  makeDirectory();
  const std::size_t end = cells() - 1;
  valueAtLast_ = data_.values[end] + (last() - knots[end]) * meanOfPolynomial(terms(end), 1.0);
  slopeAtLast_ = slopeAtEnd(end);
  slopeAtZero_ = first() > 0.0 ? headSlope(0.0) : std::max(0.0, data_.coefficients[0]);
}

void Curve::checkNumbers() const {
  const auto& [limit, coefficient, exponent] = data_.head;
  const auto checkOne = [](const char* name, double value) {
    checkedParameter(name, value, std::isfinite(value), "finite");
  };
  checkOne("atZero", data_.atZero);
  checkOne("tailDecay", data_.tailDecay);
  checkOne("head.limit", limit);
  checkOne("head.coefficient", coefficient);
  checkOne("head.exponent", exponent);
  checkedParameter("head.exponent", exponent, exponent > -1.0, "greater than -1");
  checkFinite(data_.knots, "knots");
  checkFinite(data_.values, "values");
  checkFinite(data_.coefficients, "coefficients");
  checkedParameter("knots[0]", first(), first() >= 0.0, "at least 0");
  for (std::size_t i = 1; i < data_.knots.size(); ++i) {
    checkedParameter("knots[" + std::to_string(i) + "]", data_.knots[i],
                     data_.knots[i] > data_.knots[i - 1], "greater than the one before");
  }
}

void Curve::makeDirectory() {
  const std::vector<double>& knots = data_.knots;
  const auto pieces = [&](int shift) {
    return (bitsOf(last()) >> shift) - (bitsOf(knots[1]) >> shift) + 1;
  };
  while (shift_ > 32 && pieces(shift_ - 1) <= 2 * cells()) --shift_;
  firstPiece_ = bitsOf(knots[1]) >> shift_;
  const std::uint64_t count = pieces(shift_);
  std::size_t cell = 0;
  for (std::uint64_t piece = firstPiece_; piece < firstPiece_ + count; ++piece) {
    const auto begin = std::bit_cast<double>(piece << shift_);
    while (cell + 1 < cells() && knots[cell + 1] <= begin) ++cell;
    directory_.push_back(static_cast<std::uint32_t>(cell));
  }
  directory_.push_back(static_cast<std::uint32_t>(cells() - 1));
}

/// first() <= x < last().
std::size_t Curve::cellAt(double x) const {
  const double* knots = data_.knots.data();
  if (x < knots[1]) return 0;
  const std::uint64_t piece = (bitsOf(x) >> shift_) - firstPiece_;
  std::size_t low = directory_[piece];
  std::size_t high = directory_[piece + 1];
  while (low < high) {
    const std::size_t middle = (low + high + 1) / 2;
    if (knots[middle] <= x) {
      low = middle;
    } else {
      high = middle - 1;
    }
  }
  return low;
}

double Curve::fraction(std::size_t cell, double x) const {
  return (x - data_.knots[cell]) * inverseWidths_[cell];
}

double Curve::integral(std::size_t cell, double x) const {
  return (x - data_.knots[cell]) * meanOfPolynomial(terms(cell), fraction(cell, x));
}

double Curve::slopeAtEnd(std::size_t cell) const {
  const double* c = terms(cell);
  double size = 0.0;
  for (std::size_t k = 0; k < kTerms; ++k) size += std::abs(c[k]);
  const double end = polynomial(c, 1.0);
  // What is below the rounding error of the sum is a slope of 0.
  return end > kTerms * std::numeric_limits<double>::epsilon() * size ? end : 0.0;
}

double Curve::headSlope(double x) const {
  const auto& [limit, coefficient, exponent] = data_.head;
  // 0 * infinity at x = 0 otherwise.
  if (coefficient == 0.0) return std::max(0.0, limit);
  return std::max(0.0, limit + coefficient * power(x, exponent));
}

double Curve::headRise(double x) const {
  const auto& [limit, coefficient, exponent] = data_.head;
  const double bend = exponent == 1.0 ? x * x : std::pow(x, 1.0 + exponent);
  return x * limit + coefficient * (bend / (1.0 + exponent));
}

/// The integral of F' from the last knot to x.
double Curve::tailRise(double x) const {
  if (slopeAtLast_ == 0.0) return 0.0;
  const double ratio = x / last();
  const bool overflow = std::isinf(ratio) && !std::isinf(x);
  const double growth = overflow ? std::log(x) - std::log(last()) : std::log(ratio);
  const double rest = 1.0 - data_.tailDecay;
  return slopeAtLast_ * last() * (rest == 0.0 ? growth : std::expm1(rest * growth) / rest);
}

double Curve::value(double x) const {
  if (x < first()) return data_.atZero + headRise(x);
  if (!(x < last())) return valueAtLast_ + tailRise(x);
  const std::size_t cell = cellAt(x);
  return data_.values[cell] + integral(cell, x);
}

double Curve::rise(double x) const {
  if (x < first()) return headRise(x);
  if (!(x < last())) return (valueAtLast_ - data_.atZero) + tailRise(x);
  const std::size_t cell = cellAt(x);
  return (data_.values[cell] - data_.atZero) + integral(cell, x);
}

double Curve::slope(double x) const {
  if (x < first()) return x > 0.0 ? headSlope(x) : slopeAtZero_;
  if (!(x < last())) {
    return slopeAtLast_ == 0.0 ? 0.0 : slopeAtLast_ * power(last() / x, data_.tailDecay);
  }
  const std::size_t cell = cellAt(x);
  return std::max(0.0, polynomial(terms(cell), fraction(cell, x)));
}

double Curve::curvature(double x) const {
  if (x < first()) {
    const auto& [limit, coefficient, exponent] = data_.head;
    const double factor = coefficient * exponent;
    // 0 * infinity at x = 0 otherwise.
    return factor == 0.0 || exponent == 1.0 ? factor : factor * std::pow(x, exponent - 1.0);
  }
  if (!(x < last())) {
    if (slopeAtLast_ == 0.0 || data_.tailDecay == 0.0) return 0.0;
    return -data_.tailDecay * (slopeAtLast_ / last()) * std::pow(last() / x, data_.tailDecay + 1.0);
  }
  const std::size_t cell = cellAt(x);
  return derivative(terms(cell), fraction(cell, x)) * inverseWidths_[cell];
}

}  // namespace flipside
