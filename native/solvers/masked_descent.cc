#include "solvers/masked_descent.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "linalg/linalg.h"
#include "random/philox.h"

namespace flipside {
namespace {

constexpr std::size_t kBatch = 32;
constexpr std::size_t kShortestRound = 128;
constexpr std::size_t kPoll = 64;
constexpr int kPowerSteps = 12;
/// Steps number the other streams from 0.
constexpr std::uint64_t kDirectionStream = ~std::uint64_t{0};

}  // namespace

MaskedDescent::MaskedDescent(const Problem& problem) : problem_(problem) {
  const auto h = problem.design.curvature();
  for (std::size_t j = 0; j < h.size(); ++j) {
    if (h[j] > 0.0) columns_.push_back(j);
  }
  const std::size_t n = problem.design.rows();
  const std::size_t p = columns_.size();
  const std::size_t wanted = problem.options.batchSize;
  batch_ = std::min(n, wanted == 0 ? kBatch : wanted);
  roundSteps_ = std::max(kShortestRound, (n + batch_ - 1) / batch_);
  const ConstMatrix x = problem.design.dense();
  rows_.resize(n * p);
  for (std::size_t j = 0; j < p; ++j) {
    curvature_.push_back(h[columns_[j]]);
    for (std::size_t i = 0; i < n; ++i) rows_[i * p + j] = x(i, columns_[j]);
  }
  order_.resize(n);
  std::iota(order_.begin(), order_.end(), std::size_t{0});
  keep_.assign(p, 1.0);
  state_.assign(p, 0.0);
  steps_.assign(p, 1.0);
  uniform_.resize(batch_);
  mask_.resize(p);
  gathered_.resize(batch_ * p);
  masked_.resize(p);
  gradient_.resize(p);
  residual_.resize(batch_);
  direction_.resize(p);
  sampleNormal({problem.options.seed, kDirectionStream}, 0, p, direction_.data());
  masks_ = MaskVector(problem.options.mask, p);
}

void MaskedDescent::moveTo(std::span<const double> w) {
  const bool unscaled = masks_.kind() == MaskKind::unscaledBernoulli;
  for (std::size_t k = 0; k < columns_.size(); ++k) {
    state_[k] = w[columns_[k]] / (unscaled ? keep_[k] : 1.0);
  }
}

void MaskedDescent::setKeepProbability(std::span<const double> keep) {
  for (std::size_t k = 0; k < columns_.size(); ++k) {
    const double alpha = keep[columns_[k]];
    const double variance = (1.0 - alpha) / alpha;
    keep_[k] = alpha;
    steps_[k] = alpha * alpha / curvature_[k];
    switch (masks_.kind()) {
      case MaskKind::unscaledBernoulli:
        masks_.set(k, unscaledBernoulliMask(variance));
        steps_[k] = 1.0 / curvature_[k];
        break;
      case MaskKind::gaussian:
        masks_.set(k, gaussianMask(variance));
        break;
      default:
        masks_.set(k, bernoulliMask(variance));
    }
  }
  total_ = std::accumulate(keep_.begin(), keep_.end(), 0.0);
}

void MaskedDescent::calibrate() {
  // In v the masked rows are z = m o x / sqrt(h) with E m = E m^2 = alpha (Gaussian: E m = alpha,
  // E m^4 <= 3 alpha^2), and steps below 1 / R are stable where E[C^2] <= R E[C], C = mean of z z'
  // over the batch. Of C's own second moment the diagonal gives 1 + sum_l alpha_l corr_jl^2, at
  // most 1 + the largest eigenvalue of sqrt(alpha) corr sqrt(alpha); sampling few rows adds the
  // largest |z|^2 / |B|.
  const std::size_t n = problem_.design.rows(), p = columns_.size();
  if (p == 0) return;
  calibrated_ = total_;
  std::vector<double> full(problem_.design.columns(), 0.0), out(full.size()), fitted(n);
  double largest = 1.0;
  for (int iteration = 0; iteration < kPowerSteps; ++iteration) {
    const double size = linalg::norm(direction_);
    for (std::size_t k = 0; k < p; ++k) {
      full[columns_[k]] = direction_[k] / size * std::sqrt(keep_[k] / curvature_[k]);
    }
    problem_.design.multiply(full, fitted);
    problem_.design.correlate(fitted, out);
    for (std::size_t k = 0; k < p; ++k) {
      direction_[k] = out[columns_[k]] * std::sqrt(keep_[k] / curvature_[k]);
    }
    largest = linalg::norm(direction_);
  }
  double longest = 0.0;
  for (std::size_t i = 0; i < n; ++i) {
    const double* row = rows_.data() + i * p;
    double sum = 0.0;
    for (std::size_t k = 0; k < p; ++k) sum += keep_[k] / curvature_[k] * row[k] * row[k];
    longest = std::max(longest, sum);
  }
  if (batch_ == n) longest = 0.0;
  unit_ =
      1.0 / (1.0 + largest + (longest > 0.0 ? 1.0 + longest : 0.0) / static_cast<double>(batch_));
}

void MaskedDescent::round(double stepSize, std::span<double> average) {
  const std::size_t p = columns_.size();
  std::vector<double> sum(p, 0.0);
  // Between calibrations the largest curvature grows no faster than the number of columns kept.
  const double unit = unit_ * std::min(1.0, calibrated_ / total_);
  for (std::size_t t = 0; t < roundSteps_; ++t, ++step_) {
    if (problem_.cancel != nullptr && t % kPoll == 0) problem_.cancel->poll();
    drawMask(step_);
    drawRows(step_);
    takeStep(stepSize * unit);
    for (std::size_t k = 0; k < p; ++k) sum[k] += state_[k];
  }
  std::ranges::fill(average, 0.0);
  const bool unscaled = masks_.kind() == MaskKind::unscaledBernoulli;
  for (std::size_t k = 0; k < p; ++k) {
    average[columns_[k]] = sum[k] / static_cast<double>(roundSteps_) * (unscaled ? keep_[k] : 1.0);
  }
}

void MaskedDescent::drawMask(std::uint64_t step) {
  masks_.sample({problem_.options.seed, 2 * step}, mask_);
  kept_.clear();
  for (std::size_t k = 0; k < mask_.size(); ++k) {
    if (mask_[k] != 0.0) kept_.push_back(k);
  }
}

void MaskedDescent::drawRows(std::uint64_t step) {
  const std::size_t n = order_.size();
  if (batch_ == n) return;
  Philox(problem_.options.seed, 2 * step + 1).uniforms(uniform_);
  for (std::size_t i = 0; i < batch_; ++i) {
    const auto offset = static_cast<std::size_t>(uniform_[i] * static_cast<double>(n - i));
    std::swap(order_[i], order_[std::min(n - 1, i + offset)]);
  }
}

void MaskedDescent::takeStep(double stepSize) {
  const std::size_t p = columns_.size(), size = kept_.size();
  if (size == 0) return;
  for (std::size_t k = 0; k < size; ++k) masked_[k] = mask_[kept_[k]] * state_[kept_[k]];
  for (std::size_t i = 0; i < batch_; ++i) {
    const double* row = rows_.data() + order_[i] * p;
    double* out = gathered_.data() + i * size;
    for (std::size_t k = 0; k < size; ++k) out[k] = row[kept_[k]];
    residual_[i] = problem_.y[order_[i]];
  }
  const ConstMatrix batch{gathered_.data(), size, batch_, size};
  linalg::multiplyTransposed(batch, std::span(masked_).first(size), residual_, -1.0, 1.0);
  linalg::multiply(batch, residual_, std::span(gradient_).first(size),
                   stepSize / static_cast<double>(batch_));
  for (std::size_t k = 0; k < size; ++k) {
    const std::size_t j = kept_[k];
    state_[j] += steps_[j] * mask_[j] * gradient_[k];
  }
}

}  // namespace flipside
