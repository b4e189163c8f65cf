#include "losses/softmax.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "linalg/linalg.h"
#include "losses/exponentials.h"

namespace flipside {
namespace {

constexpr int kSteps = 200;
/// After a step so short its square is below rounding: the probabilities are brought along it.
constexpr double kShortStep = 1e-8;
constexpr double kFirstRadius = 4.0;
/// e to minus this is below the unit roundoff.
constexpr double kFarOut = 40.0;
/// Rows whose numbers lie in the first cache, rows that are summed as one, and from how many
/// entries on threads pay.
constexpr std::size_t kBlock = 256;
constexpr std::size_t kPart = 4096;
constexpr std::size_t kEntriesForThreads = 100000;
constexpr double kEpsilon = std::numeric_limits<double>::epsilon();

double largestOf(std::span<const double> values) {
  double largest = 0.0;
  for (const double value : values) largest = std::max(largest, std::abs(value));
  return largest;
}

}  // namespace

/// Weighted sums over rows: phi, p_k - [y = k] and its size.
struct Softmax::Sums {
  explicit Sums(std::size_t outputs) : slope(outputs), size(outputs) {}

  bool balanced() const {
    for (std::size_t k = 0; k < slope.size(); ++k) {
      if (std::abs(slope[k]) > 4.0 * kEpsilon * size[k]) return false;
    }
    return true;
  }

  double value = 0.0;
  std::vector<double> slope;
  std::vector<double> size;
};

Softmax::Softmax(const LossContext& context)
    : outputs_(context.outputs),
      weights_(context.weights),
      offset_(context.offset),
      intercept_(context.intercept),
      b_(outputs_) {}

bool Softmax::known(std::span<const double> fitted, std::span<const double> y) const {
  return std::ranges::equal(fitted, fitted_) && std::ranges::equal(y, y_);
}

void Softmax::moveTo(std::span<const double> fitted, std::span<const double> y) {
  if (known(fitted, y)) return;
  factorised_ = false;
  fitted_.clear();
  if (rows_ != y.size() || !std::ranges::equal(y, y_)) {
    rows_ = y.size();
    p_.resize(rows_ * outputs_);
    top_.resize(rows_);
    miss_.resize(rows_);
    normaliser_.resize(rows_);
    y_.assign(y.begin(), y.end());
    findClasses(y);
  }
  if (intercept_) {
    minimise(fitted, y);
  } else {
    value_ = evaluate(fitted, y).value / static_cast<double>(rows_);
  }
  fitted_.assign(fitted.begin(), fitted.end());
}

/// Intercepts begin at the logarithms of the frequencies.
void Softmax::findClasses(std::span<const double> y) {
  present_.assign(outputs_, 1);
  std::ranges::fill(b_, 0.0);
  if (!intercept_) return;
  std::vector<double> count(outputs_);
  for (std::size_t i = 0; i < rows_; ++i) count[static_cast<std::size_t>(y[i])] += weight(i);
  double sum = 0.0;
  double classes = 0.0;
  for (std::size_t k = 0; k < outputs_; ++k) {
    present_[k] = count[k] > 0.0 ? 1 : 0;
    if (present_[k] == 0) continue;
    b_[k] = std::log(count[k]);
    sum += b_[k];
    classes += 1.0;
  }
  for (std::size_t k = 0; k < outputs_; ++k) {
    if (present_[k] != 0) b_[k] -= sum / classes;
  }
}

Softmax::Sums Softmax::evaluate(std::span<const double> fitted, std::span<const double> y) {
  std::vector<Sums> parts((rows_ + kPart - 1) / kPart, Sums(outputs_));
  const auto part = [&](std::size_t a) {
    evaluatePart(fitted, y, a * kPart, std::min(rows_, (a + 1) * kPart), parts[a]);
  };
  if (rows_ * outputs_ > kEntriesForThreads && linalg::threadBudget() > 1) {
    linalg::parallelFor(parts.size(), part);
  } else {
    for (std::size_t a = 0; a < parts.size(); ++a) part(a);
  }
  Sums all(outputs_);
  for (const Sums& one : parts) {
    all.value += one.value;
    linalg::axpy(1.0, one.slope, all.slope);
    linalg::axpy(1.0, one.size, all.size);
  }
  return all;
}

void Softmax::evaluatePart(std::span<const double> fitted, std::span<const double> y,
                           std::size_t from, std::size_t to, Sums& sums) {
  double largest[kBlock];
  double chosen[kBlock];
  double rest[kBlock];
  for (std::size_t begin = from; begin < to; begin += kBlock) {
    const std::size_t count = std::min(kBlock, to - begin);
    std::fill_n(largest, count, -std::numeric_limits<double>::infinity());
    std::fill_n(chosen, count, 0.0);
    for (std::size_t k = 0; k < outputs_; ++k) {
      double* z = &p_[k * rows_ + begin];
      if (present_[k] == 0) {
        std::fill_n(z, count, 0.0);
        continue;
      }
      const std::size_t place = k * rows_ + begin;
      for (std::size_t i = 0; i < count; ++i) {
        z[i] = fitted[place + i] + b_[k];
        if (!offset_.empty()) z[i] += offset_[place + i];
        if (z[i] > largest[i]) {
          largest[i] = z[i];
          top_[begin + i] = static_cast<std::uint32_t>(k);
        }
        if (y[begin + i] == static_cast<double>(k)) chosen[i] = z[i];
      }
    }
    std::fill_n(rest, count, 0.0);
    for (std::size_t k = 0; k < outputs_; ++k) {
      if (present_[k] == 0) continue;
      double* z = &p_[k * rows_ + begin];
      for (std::size_t i = 0; i < count; ++i) z[i] -= largest[i];
      exponentials({z, count});
      for (std::size_t i = 0; i < count; ++i) rest[i] += top_[begin + i] == k ? 0.0 : z[i];
    }
    for (std::size_t i = 0; i < count; ++i) {
      const double logarithm = std::log1p(rest[i]);
      miss_[begin + i] = rest[i] / (1.0 + rest[i]);
      normaliser_[begin + i] = largest[i] + logarithm;
      const double w = weight(begin + i);
      if (w > 0.0) sums.value += w * ((largest[i] - chosen[i]) + logarithm);
    }
    for (std::size_t k = 0; k < outputs_; ++k) {
      if (present_[k] == 0) continue;
      double* p = &p_[k * rows_ + begin];
      double slope = 0.0;
      double size = 0.0;
      for (std::size_t i = 0; i < count; ++i) {
        p[i] /= 1.0 + rest[i];
        const bool own = y[begin + i] == static_cast<double>(k);
        const double s = weight(begin + i) * (own ? -complement(begin + i, k) : p[i]);
        slope += s;
        size += std::abs(s);
      }
      sums.slope[k] += slope;
      sums.size[k] += size;
    }
  }
}

/// The Hessian in b, of weighted sums, on the classes that occur; 11' is added, which lifts its
/// null space and leaves a solution that sums to 0 as it is.
bool Softmax::factorise() {
  if (factorised_) return true;
  std::vector<double> scaled(p_);
  if (!weights_.empty()) {
    for (std::size_t k = 0; k < outputs_; ++k) {
      for (std::size_t i = 0; i < rows_; ++i) scaled[k * rows_ + i] *= std::sqrt(weights_[i]);
    }
  }
  factor_.resize(outputs_ * outputs_);
  const MutableMatrix h{factor_.data(), outputs_, outputs_, outputs_};
  linalg::gram({scaled.data(), rows_, outputs_, rows_}, -1.0, h);
  double trace = 0.0;
  for (std::size_t k = 0; k < outputs_; ++k) {
    // p (1 - p), so that classes that are nearly certain do not cancel.
    double sum = 0.0;
    for (std::size_t i = 0; i < rows_; ++i) {
      sum += weight(i) * probability(i, k) * complement(i, k);
    }
    h(k, k) = sum;
    trace += sum;
  }
  const double lift = trace / static_cast<double>(outputs_);
  if (!(lift > 0.0)) return false;
  for (std::size_t k = 0; k < outputs_; ++k) {
    for (std::size_t l = 0; l < outputs_; ++l) {
      if (present_[k] != 0 && present_[l] != 0) h(l, k) += lift;
    }
    if (present_[k] == 0) h(k, k) = 1.0;
  }
  factorised_ = linalg::cholesky(h);
  return factorised_;
}

/// Newton's method within a radius, and by the bound n/2 on the Hessian (Boehning 1992) where that
/// is not positive definite to working precision; no step raises the sum.
void Softmax::minimise(std::span<const double> fitted, std::span<const double> y) {
  const auto n = static_cast<double>(rows_);
  double radius = kFirstRadius;
  Sums at = evaluate(fitted, y);
  std::vector<double> d(outputs_);
  for (int count = 0; count < kSteps && !at.balanced(); ++count) {
    factorised_ = false;
    for (std::size_t k = 0; k < outputs_; ++k) d[k] = -at.slope[k];
    if (factorise()) {
      linalg::choleskySolve({factor_.data(), outputs_, outputs_, outputs_}, d);
    } else {
      for (double& value : d) value *= 2.0 / n;
    }
    double size = largestOf(d);
    if (!(size > 0.0) || !std::isfinite(size)) break;
    if (size <= kShortStep) {
      step(d);
      at.value += 0.5 * linalg::dot(at.slope, d);
      break;
    }
    const double shrink = std::min(1.0, radius / size);
    for (double& value : d) value *= shrink;
    size *= shrink;
    const std::vector<double> before = b_;
    const double highest = at.value + 1e-14 * (at.value + n);
    for (;; size *= 0.25) {
      for (std::size_t k = 0; k < outputs_; ++k) b_[k] = before[k] + d[k];
      at = evaluate(fitted, y);
      if (at.value <= highest || size <= kShortStep) break;
      for (double& value : d) value *= 0.25;
    }
    radius = 2.0 * size;
  }
  factorised_ = false;
  value_ = at.value / n;
}

/// b and the probabilities along a step whose square does not count.
void Softmax::step(std::span<const double> d) {
  for (std::size_t k = 0; k < outputs_; ++k) b_[k] += d[k];
  for (std::size_t i = 0; i < rows_; ++i) {
    const std::size_t top = top_[i];
    double others = 0.0;
    for (std::size_t k = 0; k < outputs_; ++k) {
      if (k != top) others += probability(i, k) * d[k];
    }
    const double likely = probability(i, top);
    const double mean = likely * d[top] + others;
    for (std::size_t k = 0; k < outputs_; ++k) p_[k * rows_ + i] *= 1.0 + (d[k] - mean);
    miss_[i] -= likely * (miss_[i] * d[top] - others);
    normaliser_[i] += mean;
  }
}

void Softmax::applyHessian(std::span<const double> d, std::span<double> out) {
  std::vector<double> shift(outputs_);
  // First as if the intercepts stayed, then for their part.
  for (int round = 0; round < 2; ++round) {
    std::vector<double> sums(outputs_);
    for (std::size_t i = 0; i < rows_; ++i) {
      const std::size_t top = top_[i];
      // Against the most likely class, so that a common part of d takes no digits.
      const double origin = d[top * rows_ + i] + shift[top];
      double mean = 0.0;
      for (std::size_t k = 0; k < outputs_; ++k) {
        mean += probability(i, k) * (d[k * rows_ + i] + shift[k] - origin);
      }
      for (std::size_t k = 0; k < outputs_; ++k) {
        const std::size_t at = k * rows_ + i;
        out[at] = weight(i) * p_[at] * (d[at] + shift[k] - origin - mean);
        sums[k] += out[at];
      }
    }
    if (!intercept_ || round == 1 || !factorise()) return;
    linalg::choleskySolve({factor_.data(), outputs_, outputs_, outputs_}, sums);
    for (std::size_t k = 0; k < outputs_; ++k) shift[k] = present_[k] != 0 ? -sums[k] : 0.0;
  }
}

std::vector<double> Softmax::intercepts(std::span<const double> fitted) const {
  std::vector<double> b = b_;
  if (!intercept_) return b;
  double sum = 0.0;
  for (std::size_t k = 0; k < outputs_; ++k) {
    if (present_[k] == 0) {
      double lowest = std::numeric_limits<double>::infinity();
      for (std::size_t i = 0; i < rows_; ++i) {
        if (!(weight(i) > 0.0)) continue;
        const std::size_t at = k * rows_ + i;
        const double z = fitted[at] + (offset_.empty() ? 0.0 : offset_[at]);
        lowest = std::min(lowest, normaliser_[i] - z);
      }
      b[k] = lowest - kFarOut;
    }
    sum += b[k];
  }
  for (double& value : b) value -= sum / static_cast<double>(outputs_);
  return b;
}

}  // namespace flipside
