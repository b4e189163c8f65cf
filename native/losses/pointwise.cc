#include "losses/pointwise.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "linalg/pool.h"

namespace flipside {
namespace {

constexpr int kSteps = 100;
/// After a step so short its square is below rounding: the derivatives are brought along it.
constexpr double kShortStep = 1e-8;
/// Rows whose phi lie in the first cache, rows that are summed as one, and from where on threads
/// pay.
constexpr std::size_t kBlock = 256;
constexpr std::size_t kPart = 8192;
constexpr std::size_t kRowsForThreads = 100000;

/// In four chains, always in this order.
double sumOf(const double* values, std::size_t count) {
  double sums[4] = {};
  for (std::size_t i = 0; i < count; ++i) sums[i % 4] += values[i];
  return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

}  // namespace

double PointwiseLoss::conjugate(double, double) const {
  return std::numeric_limits<double>::quiet_NaN();
}

PointwiseLoss::Sums PointwiseLoss::sumsOf(std::span<const double> fitted, std::span<const double> y,
                                          double b, std::size_t from, std::size_t to,
                                          const Derivatives& out) const {
  double z[kBlock];
  double value[kBlock];
  double first[kBlock];
  double second[kBlock];
  Sums sums;
  for (std::size_t begin = from; begin < to; begin += kBlock) {
    const std::size_t count = std::min(kBlock, to - begin);
    for (std::size_t i = 0; i < count; ++i) z[i] = fitted[begin + i] + b;
    if (!context_.offset.empty()) {
      for (std::size_t i = 0; i < count; ++i) z[i] += context_.offset[begin + i];
    }
    phiOf({{z, count}, y.data() + begin, value, first, second});
    if (!context_.weights.empty()) {
      for (std::size_t i = 0; i < count; ++i) {
        const double w = context_.weights[begin + i];
        // Where phi overflows a weight of 0 still leaves nothing.
        value[i] = w == 0.0 ? 0.0 : w * value[i];
        first[i] = w == 0.0 ? 0.0 : w * first[i];
        second[i] = w == 0.0 ? 0.0 : w * second[i];
      }
    }
    sums.value += sumOf(value, count);
    sums.first += sumOf(first, count);
    sums.second += sumOf(second, count);
    if (!out.first.empty()) std::copy_n(first, count, out.first.data() + begin);
    if (!out.second.empty()) std::copy_n(second, count, out.second.data() + begin);
    for (std::size_t i = 0; i < count; ++i) first[i] = std::abs(first[i]);
    sums.size += sumOf(first, count);
  }
  return sums;
}

PointwiseLoss::Sums PointwiseLoss::sumsAt(std::span<const double> fitted, std::span<const double> y,
                                          double b, const Derivatives& out) const {
  const std::size_t rows = y.size();
  std::vector<Sums> parts((rows + kPart - 1) / kPart);
  const auto part = [&](std::size_t k) {
    parts[k] = sumsOf(fitted, y, b, k * kPart, std::min(rows, (k + 1) * kPart), out);
  };
  if (rows > kRowsForThreads && linalg::threadBudget() > 1) {
    linalg::parallelFor(parts.size(), part);
  } else {
    for (std::size_t k = 0; k < parts.size(); ++k) part(k);
  }
  Sums all;
  for (const Sums& one : parts) {
    all.value += one.value;
    all.first += one.first;
    all.second += one.second;
    all.size += one.size;
  }
  return all;
}

/// Newton's method on the derivative in b, kept in the bracket that its signs have shown. Where
/// every y sits at an end of its range the infimum is at infinity: the steps are limited, and it
/// ends far out.
PointwiseLoss::Minimum PointwiseLoss::minimum(std::span<const double> fitted,
                                              std::span<const double> y,
                                              const Derivatives& wanted) const {
  const auto n = static_cast<double>(y.size());
  if (!context_.intercept) return {sumsAt(fitted, y, 0.0, wanted).value / n, 0.0};
  if (const auto best = bestIntercept(fitted, y, intercept_)) {
    intercept_ = *best;
    return {sumsAt(fitted, y, *best, wanted).value / n, *best};
  }
  Derivatives out = wanted;
  if (!out.first.empty() && out.second.empty()) {
    seconds_.resize(y.size());
    out.second = seconds_;
  }
  double low = -std::numeric_limits<double>::infinity();
  double high = std::numeric_limits<double>::infinity();
  double b = intercept_;
  for (int step = 0;; ++step) {
    const Sums at = sumsAt(fitted, y, b, out);
    intercept_ = b;
    const bool balanced =
        std::abs(at.first) <= 4.0 * std::numeric_limits<double>::epsilon() * at.size;
    if (balanced || step == kSteps) return {at.value / n, b};
    (at.first > 0.0 ? high : low) = b;
    const double longest = longestStep();
    double next = b - std::clamp(at.first / at.second, -longest, longest);
    if (!(next > low && next < high)) {
      next = std::isinf(low) || std::isinf(high) ? b - std::copysign(longest, at.first)
                                                 : 0.5 * (low + high);
    }
    if (next == b || !std::isfinite(next)) return {at.value / n, b};
    const double move = next - b;
    if (std::abs(move) <= kShortStep * longest && wanted.second.empty()) {
      for (std::size_t i = 0; i < out.first.size(); ++i) out.first[i] += move * out.second[i];
      intercept_ = next;
      return {(at.value + 0.5 * move * at.first) / n, next};
    }
    b = next;
  }
}

double PointwiseLoss::intercept(std::span<const double> fitted, std::span<const double> y) const {
  return context_.intercept ? minimum(fitted, y, {}).b : 0.0;
}

double PointwiseLoss::value(std::span<const double> fitted, std::span<const double> y) const {
  return minimum(fitted, y, {}).value;
}

double PointwiseLoss::evaluate(std::span<const double> fitted, std::span<const double> y,
                               std::span<double> out) const {
  const double value = minimum(fitted, y, {out, {}}).value;
  for (double& r : out) r = -r;
  return value;
}

void PointwiseLoss::curvatures(std::span<const double> fitted, std::span<const double> y,
                               std::span<double> out) const {
  minimum(fitted, y, {{}, out});
}

/// With u = -r / n, z the predictors and m the weights of the rows,
///   L*(u) = sup over z and b of u'(z - offset - b) - sum m phi(z, y) / n
///         = -u' offset + sum m phi*(-r / m, y) / n  where sum u = 0 or there is no b.
double PointwiseLoss::dualValue(std::span<const double> r, std::span<const double> y) const {
  const auto n = static_cast<double>(y.size());
  double sum = 0.0;
  double total = 0.0;
  double shift = 0.0;
  double size = n;
  for (std::size_t i = 0; i < y.size(); ++i) {
    const double m = weight(i);
    if (m == 0.0) continue;
    sum += m * conjugate(-r[i] / m, y[i]);
    total += r[i];
    size += m * std::abs(y[i]);
    if (!context_.offset.empty()) shift += r[i] * context_.offset[i];
  }
  // What rounding leaves of a sum of 0 at the best intercept.
  if (context_.intercept && std::abs(total) > 1e-12 * size) {
    return std::numeric_limits<double>::quiet_NaN();
  }
  return -(sum + shift) / n;
}

double PointwiseLoss::curvatureBound() const {
  const auto& weights = context_.weights;
  const double heaviest = weights.empty() ? 1.0 : *std::ranges::max_element(weights);
  return heaviest * largestCurvature();
}

}  // namespace flipside
