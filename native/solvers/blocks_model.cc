#include "solvers/blocks_model.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace flipside {
namespace {

constexpr std::size_t kSweeps = 4;    // between two Newton steps
constexpr std::size_t kRounds = 100;  // of both
constexpr std::size_t kIdle = 6;      // without progress
constexpr std::size_t kInner = 8;     // steps within one group

/// At least the largest eigenvalue.
double largestEigenvalue(std::vector<double> matrix, std::size_t size) {
  double trace = 0.0;
  for (std::size_t k = 0; k < size; ++k) trace += matrix[k * (size + 1)];
  for (double& value : matrix) value = -value;
  std::vector<double> vector(size);
  const double smallest = linalg::smallestEigenpair({matrix.data(), size, size, size}, vector);
  return std::min(trace, -smallest * (1.0 + 1e-6));
}

}  // namespace

void BlockModel::begin(std::span<double> w, std::span<double> gradient,
                       std::span<const double> extra) {
  w_ = w;
  gradient_ = gradient;
  extra_ = extra;
  measure();
}

bool BlockModel::newtonStep(std::span<double> w, std::span<double> gradient,
                            std::span<const double> extra) {
  begin(w, gradient, extra);
  return newton();
}

void BlockModel::minimise(std::span<double> w, std::span<double> gradient,
                          std::span<const double> extra, double tolerance) {
  begin(w, gradient, extra);
  double least = std::numeric_limits<double>::infinity();
  std::size_t idle = 0;
  for (std::size_t round = 0; round < kRounds && idle < kIdle; ++round) {
    // At least one: 0 may be stationary where there is a better place.
    for (std::size_t i = 0; i < kSweeps; ++i) {
      sweep(tolerance);
      if (worst() <= tolerance) return;
    }
    newton();
    const double left = worst();
    idle = left < 0.9 * least ? 0 : idle + 1;
    least = std::min(least, left);
  }
}

void BlockModel::measure() {
  const ConstMatrix hessian = work_.hessian();
  bounds_.resize(work_.groups().size());
  groupOf_.resize(work_.size());
  std::vector<double> block;
  for (std::size_t k = 0; k < bounds_.size(); ++k) {
    const std::size_t from = begin(k);
    const std::size_t size = count(k);
    std::fill_n(groupOf_.begin() + static_cast<std::ptrdiff_t>(from), size, k);
    if (size == 1) {
      bounds_[k] = hessian(from, from) + extra_[from];
      continue;
    }
    block.resize(size * size);
    for (std::size_t b = 0; b < size; ++b) {
      for (std::size_t a = 0; a < size; ++a) block[a + b * size] = hessian(from + a, from + b);
      block[b * (size + 1)] += extra_[from + b];
    }
    bounds_[k] = largestEigenvalue(block, size);
  }
}

double BlockModel::worst() const {
  double most = 0.0;
  for (std::size_t k = 0; k < bounds_.size(); ++k) {
    most = std::max(most, blocks_.violation(group(k), w_.subspan(begin(k), count(k)),
                                            gradient_.subspan(begin(k), count(k))));
  }
  return most;
}

void BlockModel::sweep(double tolerance) {
  if (cancel_ != nullptr) cancel_->poll();
  for (std::size_t k = 0; k < bounds_.size(); ++k) visit(k, tolerance);
}

/// The gradient after a step in these coordinates.
void BlockModel::apply(std::span<const std::size_t> at, std::span<const double> step) {
  const ConstMatrix hessian = work_.hessian();
  for (std::size_t i = 0; i < at.size(); ++i) {
    if (step[i] == 0.0) continue;
    linalg::axpy(-step[i], {hessian.column(at[i]), work_.size()}, gradient_);
    gradient_[at[i]] -= extra_[at[i]] * step[i];
  }
}

void BlockModel::visit(std::size_t k, double tolerance) {
  const std::size_t from = begin(k);
  const std::size_t size = count(k);
  const double h = bounds_[k];
  if (!(h > 0.0)) return;
  const ConstMatrix hessian = work_.hessian();
  if (size == 1) {
    double t = w_[from] + gradient_[from] / h;
    blocks_.prox(group(k), {&t, 1}, h);
    const double step = t - w_[from];
    if (step == 0.0) return;
    w_[from] = t;
    apply({&from, 1}, {&step, 1});
    return;
  }
  before_.assign(w_.begin() + static_cast<std::ptrdiff_t>(from),
                 w_.begin() + static_cast<std::ptrdiff_t>(from + size));
  rest_.assign(gradient_.begin() + static_cast<std::ptrdiff_t>(from),
               gradient_.begin() + static_cast<std::ptrdiff_t>(from + size));
  after_ = before_;
  double first = 0.0;
  for (std::size_t inner = 0; inner < kInner; ++inner) {
    std::vector<double> next(size);
    for (std::size_t a = 0; a < size; ++a) next[a] = after_[a] + rest_[a] / h;
    blocks_.prox(group(k), next, h);
    double moved = 0.0;
    for (std::size_t a = 0; a < size; ++a) {
      const double step = next[a] - after_[a];
      moved = std::hypot(moved, step);
      if (step == 0.0) continue;
      for (std::size_t b = 0; b < size; ++b) rest_[b] -= step * hessian(from + b, from + a);
      rest_[a] -= step * extra_[from + a];
    }
    after_ = next;
    if (inner == 0) first = moved;
    if (h * moved <= std::max(0.1 * h * first, 0.5 * tolerance)) break;
  }
  std::vector<std::size_t> at(size);
  std::iota(at.begin(), at.end(), from);
  for (std::size_t a = 0; a < size; ++a) {
    w_[from + a] = after_[a];
    after_[a] -= before_[a];
  }
  apply(at, after_);
}

}  // namespace flipside
