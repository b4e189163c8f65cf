// Making and reading a table (table.h).
//
// Coordinate. x = log w on a stretch without end, x = log(w / (to - w)) on one that ends at w = to.
// The latter resolves `to` like 0, on every scale: the slope may come down to 0 there (mcp), or its
// curvature may be about to become infinite when it jumps (hardConcrete). dw/dx = w r with r = 1
// and r = 1 - w/to.
//
// Cells. A quintic matches value, first and second derivative in x at both ends of a cell. For the
// mean slope m = (omega - omega(0)) / w these are known, with d = omega' - m:
//     m' = r d,   m'' = r (r w omega'' - d).
// For L = log omega', L' = r w omega''/omega'; L'' is taken from values and first derivatives at
// three neighbouring grid points (the quintic through all six), whose error is of the order of the
// interpolation's own, step^6.
//
// Outside. Below the grid the head law; beyond it the power law or, before a bound, Taylor's
// polynomial about the last grid point, 1e-11 to away from it.
#include "penalties/table.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace flipside {
namespace {

using Quintic = std::array<double, 6>;

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr std::size_t maximalCells = 4096;

struct Jet {
  double value;
  double first;
  double second;
};

/// The quintic on [0, 1] with these ends.
Quintic hermite(const Jet& a, const Jet& b) {
  const double rise = b.value - a.value;
  return {a.value,
          a.first,
          0.5 * a.second,
          10.0 * rise - 6.0 * a.first - 4.0 * b.first - 1.5 * a.second + 0.5 * b.second,
          -15.0 * rise + 8.0 * a.first + 7.0 * b.first + 1.5 * a.second - b.second,
          6.0 * rise - 3.0 * (a.first + b.first) - 0.5 * (a.second - b.second)};
}

double valueAt(const Quintic& c, double t) {
  return c[0] + t * (c[1] + t * (c[2] + t * (c[3] + t * (c[4] + t * c[5]))));
}

double derivativeAt(const Quintic& c, double t) {
  return c[1] + t * (2.0 * c[2] + t * (3.0 * c[3] + t * (4.0 * c[4] + t * 5.0 * c[5])));
}

/// w^exponent, cheap where it is w.
double power(double w, double exponent) { return exponent == 1.0 ? w : std::pow(w, exponent); }

/// Second derivatives of the quintic through three unit-spaced points, at the first, middle and
/// last.
void fillSecond(std::vector<Jet>& jets) {
  const std::size_t last = jets.size() - 1;
  for (std::size_t i = 1; i < last; ++i) {
    const Jet &a = jets[i - 1], &b = jets[i], &c = jets[i + 1];
    jets[i].second = 2.0 * ((a.value - b.value) + (c.value - b.value)) - 0.5 * (c.first - a.first);
  }
  const auto end = [](const Jet& a, const Jet& b, const Jet& c, double side) {
    return 8.0 * (b.value - a.value) + 3.5 * (c.value - a.value) -
           side * (6.0 * a.first + 8.0 * b.first + c.first);
  };
  jets[0].second = end(jets[0], jets[1], jets[2], 1.0);
  jets[last].second = end(jets[last], jets[last - 1], jets[last - 2], -1.0);
}

}  // namespace

double Table::Stretch::x(double w) const { return std::log(std::isinf(to) ? w : w / (to - w)); }

double Table::Stretch::w(double at) const {
  return std::isinf(to) ? std::exp(at) : to / (1.0 + std::exp(-at));
}

double Table::Stretch::shrink(double w) const { return std::isinf(to) ? 1.0 : (to - w) / to; }

Table::Table(const TableSpec& spec, const Exact& exact) : spec_(spec), first_(spec.bounds.front()) {
  const std::vector<double>& bounds = spec.bounds;
  const bool constantAtEnd = exact(bounds.back()).slope == 0.0;
  for (std::size_t i = 0; i + 1 < bounds.size(); ++i) {
    const bool open = i + 2 == bounds.size() && !constantAtEnd;
    append(bounds[i], open ? infinity : bounds[i + 1],
           open ? bounds[i + 1] : bounds[i + 1] * (1.0 - 1e-11), exact);
  }
  if (constantAtEnd) append(bounds.back(), infinity, infinity, exact);
  prepareLanes();
}

void Table::prepareLanes() {
  const Stretch& stretch = stretches_.front();
  const auto& [limit, coefficient, exponent] = spec_.head;
  const bool endless = std::isinf(stretch.to);
  const bool flatBehind = stretches_.size() == 2 && stretches_.back().count == 0;
  if (stretch.count == 0 || !(limit > 0.0)) return;
  if (endless ? spec_.tailDecay != 1.0 : !flatBehind) return;
  static_assert(sizeof(Cell) == 12 * sizeof(double));
  lanes_ = {.headLimit = limit,
            .headCoefficient = coefficient,
            .headExponent = exponent,
            .first = first_,
            .last = stretch.last,
            .end = stretch.to,
            .lastSlope = stretch.atLast.slope,
            .lastCurvature = stretch.atLast.curvature,
            .origin = stretch.origin,
            .inverseStep = stretch.inverseStep,
            .cells = stretch.count,
            .coefficients = cells_.front().logSlope.data(),
            .stride = sizeof(Cell) / sizeof(double)};
}

void Table::append(double from, double to, double last, const Exact& exact) {
  Stretch stretch{.from = from, .to = to, .last = last};
  stretch.first = cells_.size();
  stretch.atLast = exact(from);
  if (stretch.atLast.slope > 0.0) {
    stretch.atLast = exact(last);
    stretch.origin = stretch.x(from);
    const double width = stretch.x(last) - stretch.origin;
    // Refined by halves while that pays: close to rounding level it no longer does.
    std::vector<Cell> best;
    double error = infinity;
    for (auto count = static_cast<std::size_t>(4.0 * width) + 2; count <= maximalCells;
         count *= 2) {
      Stretch finer = stretch;
      finer.count = count;
      finer.inverseStep = static_cast<double>(count) / width;
      std::vector<Cell> cells;
      fill(finer, cells, exact);
      const double finerError = measure(finer, cells, exact);
      if (!(finerError < error)) break;
      stretch = finer;
      best = std::move(cells);
      error = finerError;
      if (error <= spec_.tolerance) break;
    }
    cells_.insert(cells_.end(), best.begin(), best.end());
    error_ = std::max(error_, error);
  }
  stretches_.push_back(stretch);
}

void Table::fill(Stretch& stretch, std::vector<Cell>& cells, const Exact& exact) const {
  const double step = 1.0 / stretch.inverseStep;
  std::vector<Jet> logSlope(stretch.count + 1);
  std::vector<Jet> mean(stretch.count + 1);
  for (std::size_t i = 0; i <= stretch.count; ++i) {
    const double w = i == 0 ? stretch.from
                     : i == stretch.count
                         ? stretch.last
                         : stretch.w(stretch.origin + step * static_cast<double>(i));
    const TableValues at = exact(w);
    const double r = stretch.shrink(w);
    const double m = (at.omega - spec_.omegaAtZero) / w;
    const double bend = r * w * at.curvature;
    logSlope[i] = {std::log(at.slope), step * bend / at.slope, 0.0};
    mean[i] = {m, step * r * (at.slope - m), step * step * r * (bend - (at.slope - m))};
  }
  fillSecond(logSlope);
  for (std::size_t i = 0; i < stretch.count; ++i) {
    Cell cell{hermite(logSlope[i], logSlope[i + 1]), hermite(mean[i], mean[i + 1])};
    // d log etaHat / dx = r - L' must not be negative; the chord of monotone data never is.
    bool monotone = true;
    for (int k = 0; k <= 8; ++k) {
      const double t = 0.125 * k;
      const double w = stretch.w(stretch.origin + step * (static_cast<double>(i) + t));
      monotone = monotone && derivativeAt(cell.logSlope, t) <= step * stretch.shrink(w);
    }
    if (!monotone) {
      cell.logSlope = {logSlope[i].value, logSlope[i + 1].value - logSlope[i].value};
    }
    cells.push_back(cell);
  }
}

double Table::measure(const Stretch& stretch, const std::vector<Cell>& cells,
                      const Exact& exact) const {
  double worst = 0.0;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    // The error of the values is largest in the middle, that of the second derivatives off it.
    for (const double t : {0.2, 0.5}) {
      const double w =
          stretch.w(stretch.origin + (static_cast<double>(i) + t) / stretch.inverseStep);
      const TableValues at = exact(w);
      const double slope = std::exp(valueAt(cells[i].logSlope, t));
      const double gain = w * valueAt(cells[i].mean, t);
      const double exactGain = at.omega - spec_.omegaAtZero;
      const double conditioning = 1e-14 * w * std::abs(at.curvature / at.slope);
      worst = std::max(
          {worst, std::abs(slope / at.slope - 1.0) - conditioning,
           std::abs(gain - exactGain) / (std::abs(exactGain) + std::abs(spec_.omegaAtZero))});
    }
  }
  return worst;
}

const Table::Stretch& Table::stretchAt(double w) const {
  std::size_t i = 0;
  while (i + 1 < stretches_.size() && w >= stretches_[i + 1].from) ++i;
  return stretches_[i];
}

Table::Place Table::placeAt(const Stretch& stretch, double w) const {
  const double u = std::max(0.0, (stretch.x(w) - stretch.origin) * stretch.inverseStep);
  const std::size_t cell = std::min(static_cast<std::size_t>(u), stretch.count - 1);
  return {cells_[stretch.first + cell], u - static_cast<double>(cell)};
}

TableValues Table::beyond(const Stretch& stretch, double w) const {
  const TableValues& at = stretch.atLast;
  if (stretch.count == 0) return {at.omega, 0.0, 0.0};
  if (!std::isinf(stretch.to)) {
    const double d = w - stretch.last;
    return {at.omega + d * (at.slope + 0.5 * d * at.curvature),
            std::max(0.0, at.slope + d * at.curvature), at.curvature};
  }
  const double ratio = w / stretch.last;
  const double rest = 1.0 - spec_.tailDecay;
  const double gain = rest == 0.0 ? std::log(ratio) : (std::pow(ratio, rest) - 1.0) / rest;
  const double slope = at.slope * (rest == 0.0 ? 1.0 / ratio : std::pow(ratio, -spec_.tailDecay));
  return {at.omega + at.slope * stretch.last * gain, slope, -spec_.tailDecay * slope / w};
}

double Table::omega(double w) const {
  const auto& [limit, coefficient, exponent] = spec_.head;
  if (w == 0.0) return spec_.omegaAtZero;
  if (w < first_) {
    return spec_.omegaAtZero + w * (limit + coefficient * power(w, exponent) / (1.0 + exponent));
  }
  const Stretch& stretch = stretchAt(w);
  if (w >= stretch.last || stretch.count == 0) return beyond(stretch, w).omega;
  const Place at = placeAt(stretch, w);
  return spec_.omegaAtZero + w * valueAt(at.cell.mean, at.t);
}

double Table::slope(double w) const {
  const auto& [limit, coefficient, exponent] = spec_.head;
  if (w < first_) return limit + coefficient * power(w, exponent);
  const Stretch& stretch = stretchAt(w);
  if (w >= stretch.last || stretch.count == 0) return beyond(stretch, w).slope;
  const Place at = placeAt(stretch, w);
  return std::exp(valueAt(at.cell.logSlope, at.t));
}

double Table::etaHat(double w) const {
  // 0/0 at w = 0 for a penalty without a kink.
  if (w < first_ && spec_.head.limit == 0.0) {
    return std::pow(w, 1.0 - spec_.head.exponent) / spec_.head.coefficient;
  }
  return w / slope(w);
}

double Table::curvature(double w) const {
  const auto& [limit, coefficient, exponent] = spec_.head;
  if (w < first_) {
    return coefficient * exponent * (exponent == 1.0 ? 1.0 : std::pow(w, exponent - 1.0));
  }
  const Stretch& stretch = stretchAt(w);
  if (w >= stretch.last || stretch.count == 0) return beyond(stretch, w).curvature;
  const Place at = placeAt(stretch, w);
  const double rate = derivativeAt(at.cell.logSlope, at.t) * stretch.inverseStep;
  return std::exp(valueAt(at.cell.logSlope, at.t)) * (rate / (w * stretch.shrink(w)));
}

}  // namespace flipside
