// Making and reading a table (table.h).
//
// A quintic matches value, first and second derivative in x = log w at both ends of a cell. For the
// mean slope m = (omega - omega(0)) / w these are exact: m' = omega' - m and m'' = w omega'' - m'.
// For L = log omega', L' = w omega''/omega'; L'' is taken from the values and first derivatives of
// three neighbouring grid points (the quintic through all six), whose error is of the order of the
// interpolation's own, step^6.
#include "penalties/table.h"

#include <algorithm>
#include <cmath>

namespace flipside {
namespace {

using Quintic = std::array<double, 6>;

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

/// Second derivatives of the quintic through three unit-spaced points, at its first, middle and
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

/// True when etaHat = w / omega' grows along the cell: L' <= 1 in x.
bool monotone(const Quintic& logSlope, double inverseStep) {
  for (int k = 0; k <= 8; ++k) {
    if (derivativeAt(logSlope, 0.125 * k) * inverseStep > 1.0) return false;
  }
  return true;
}

constexpr std::size_t maximalCells = 4096;

}  // namespace

Table::Table(const TableSpec& spec, const std::function<TableValues(double)>& exact)
    : spec_(spec), first_(spec.bounds.front()), last_(spec.bounds.back()) {
  for (std::size_t i = 0; i + 1 < spec.bounds.size(); ++i) {
    append(spec.bounds[i], spec.bounds[i + 1], exact);
  }
  end_ = exact(last_);
}

void Table::append(double from, double to, const std::function<TableValues(double)>& exact) {
  const TableValues start = exact(from);
  if (start.slope == 0.0) {
    stretches_.push_back({.from = from, .omega = start.omega});
    return;
  }
  // Refined by halves while that pays: close to rounding level it no longer does.
  auto count = static_cast<std::size_t>(std::ceil(4.0 * std::log(to / from))) + 2;
  std::vector<Cell> cells;
  Stretch stretch = fill(from, to, count, cells, exact);
  double error = measure(stretch, cells, exact);
  while (error > spec_.tolerance && 2 * count <= maximalCells) {
    count *= 2;
    std::vector<Cell> finer;
    const Stretch next = fill(from, to, count, finer, exact);
    const double nextError = measure(next, finer, exact);
    if (nextError >= error) break;
    stretch = next;
    cells = std::move(finer);
    error = nextError;
  }
  stretch.first = cells_.size();
  cells_.insert(cells_.end(), cells.begin(), cells.end());
  stretches_.push_back(stretch);
  error_ = std::max(error_, error);
}

Table::Stretch Table::fill(double from, double to, std::size_t count, std::vector<Cell>& cells,
                           const std::function<TableValues(double)>& exact) const {
  const double origin = std::log(from);
  const double step = (std::log(to) - origin) / static_cast<double>(count);
  std::vector<Jet> logSlope(count + 1);
  std::vector<Jet> mean(count + 1);
  for (std::size_t i = 0; i <= count; ++i) {
    // The last point belongs to this side of a jump.
    const double w = i == 0       ? from
                     : i == count ? std::nextafter(to, 0.0)
                                  : std::exp(origin + step * static_cast<double>(i));
    const TableValues at = exact(w);
    const double m = (at.omega - spec_.omegaAtZero) / w;
    const double bend = w * at.curvature;
    logSlope[i] = {std::log(at.slope), step * bend / at.slope, 0.0};
    mean[i] = {m, step * (at.slope - m), step * step * (bend - (at.slope - m))};
  }
  fillSecond(logSlope);
  for (std::size_t i = 0; i < count; ++i) {
    Cell cell{hermite(logSlope[i], logSlope[i + 1]), hermite(mean[i], mean[i + 1])};
    if (!monotone(cell.logSlope, 1.0 / step)) {
      cell.logSlope = {logSlope[i].value, logSlope[i + 1].value - logSlope[i].value};
    }
    cells.push_back(cell);
  }
  return {.from = from, .origin = origin, .inverseStep = 1.0 / step, .count = count};
}

double Table::measure(const Stretch& stretch, const std::vector<Cell>& cells,
                      const std::function<TableValues(double)>& exact) const {
  double worst = 0.0;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    // The error of the values is largest in the middle, that of the second derivatives off it.
    for (const double t : {0.2, 0.5}) {
      const double w =
          std::exp(stretch.origin + (static_cast<double>(i) + t) / stretch.inverseStep);
      const TableValues at = exact(w);
      const double slope = std::exp(valueAt(cells[i].logSlope, t));
      const double gain = w * valueAt(cells[i].mean, t);
      const double exactGain = at.omega - spec_.omegaAtZero;
      worst = std::max({worst, std::abs(slope / at.slope - 1.0),
                        std::abs(gain - exactGain) / std::abs(exactGain)});
    }
  }
  return worst;
}

Table::Place Table::locate(double w) const {
  const Stretch* stretch = stretches_.data();
  for (std::size_t i = 1; i < stretches_.size() && w >= stretches_[i].from; ++i) ++stretch;
  if (stretch->count == 0) return {nullptr, 0.0, 0.0, stretch->omega};
  const double u = std::max(0.0, (std::log(w) - stretch->origin) * stretch->inverseStep);
  const std::size_t cell = std::min(static_cast<std::size_t>(u), stretch->count - 1);
  return {&cells_[stretch->first + cell], u - static_cast<double>(cell), stretch->inverseStep, 0.0};
}

double Table::omega(double w) const {
  if (w < first_) {
    const HeadLaw& head = spec_.head;
    const double power = head.exponent == 1.0 ? w * w : std::pow(w, 1.0 + head.exponent);
    return spec_.omegaAtZero + head.limit * w + head.coefficient * power / (1.0 + head.exponent);
  }
  if (w >= last_) {
    if (end_.slope == 0.0) return end_.omega;
    const double rest = 1.0 - spec_.tailDecay;
    const double ratio = w / last_;
    return end_.omega + end_.slope * last_ *
                            (rest == 0.0 ? std::log(ratio) : (std::pow(ratio, rest) - 1.0) / rest);
  }
  const Place at = locate(w);
  return at.cell ? spec_.omegaAtZero + w * valueAt(at.cell->mean, at.t) : at.omega;
}

double Table::slope(double w) const {
  if (w < first_) {
    const HeadLaw& head = spec_.head;
    return head.limit + head.coefficient * (head.exponent == 1.0 ? w : std::pow(w, head.exponent));
  }
  if (w >= last_) {
    if (end_.slope == 0.0 || std::isinf(w)) return 0.0;
    return end_.slope *
           (spec_.tailDecay == 1.0 ? last_ / w : std::pow(w / last_, -spec_.tailDecay));
  }
  const Place at = locate(w);
  return at.cell ? std::exp(valueAt(at.cell->logSlope, at.t)) : 0.0;
}

double Table::etaHat(double w) const {
  if (w < first_ && spec_.head.limit == 0.0) {
    return std::pow(w, 1.0 - spec_.head.exponent) / spec_.head.coefficient;
  }
  const double s = slope(w);
  return s > 0.0 ? w / s : std::numeric_limits<double>::infinity();
}

double Table::curvature(double w) const {
  if (w < first_) {
    const auto& [limit, coefficient, exponent] = spec_.head;
    return coefficient * exponent * (exponent == 1.0 ? 1.0 : std::pow(w, exponent - 1.0));
  }
  if (w >= last_) return end_.slope == 0.0 ? 0.0 : -spec_.tailDecay * slope(w) / w;
  const Place at = locate(w);
  if (!at.cell) return 0.0;
  return slope(w) / w * derivativeAt(at.cell->logSlope, at.t) * at.inverseStep;
}

}  // namespace flipside
