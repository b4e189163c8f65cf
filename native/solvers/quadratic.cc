#include "solvers/quadratic.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace flipside {
namespace {

/// A squared pivot of the unit-diagonal matrix below this is rounding, not information.
constexpr double kPivot = 1e-13;
/// The dual form divides by d: curvature below this part of H_jj is replaced by it, which is a
/// proximal step for that coordinate and lowers the objective as well.
constexpr double kDualFloor = 1e-7;
/// H is worth its memory somewhat beyond n coordinates: Newton's matrix may be indefinite, where
/// the dual form does not exist.
constexpr std::size_t kGramPerRow = 3;
constexpr std::size_t kGramBeyondRows = 1500;
constexpr std::size_t kGramAlways = 400;

}  // namespace

ActiveQuadratic::ActiveQuadratic(const Design& design, std::span<const double> y,
                                 const Cancellation* cancel)
    : design_(design), y_(y), cancel_(cancel), residual_(y.size()) {}

void ActiveQuadratic::activate(const std::vector<std::size_t>& index) {
  if (hasGram_ && index == index_) return;
  const std::size_t n = design_.rows();
  const std::size_t size = index.size();
  const std::vector<std::size_t> previous = std::move(index_);
  const std::size_t previousSize = hasGram_ ? previous.size() : 0;
  const std::vector<double> previousGram = hasGram_ ? std::move(gram_) : std::vector<double>();
  index_ = index;
  if (size == design_.columns()) {
    columns_ = design_.dense();
  } else {
    gathered_.resize(n * size);
    design_.gather(index_, {gathered_.data(), n, size, n});
    columns_ = {gathered_.data(), n, size, n};
  }
  curvature_.resize(size);
  for (std::size_t k = 0; k < size; ++k) curvature_[k] = design_.curvature()[index_[k]];
  hasGram_ = size <= std::max({n, std::min(kGramPerRow * n, kGramBeyondRows), kGramAlways});
  gram_.clear();
  if (hasGram_) {
    gram_.resize(size * size);
    updateGram(previous, {previousGram.data(), previousSize, previousSize, previousSize});
  }
  reference_.assign(size, 0.0);
  referenceGradient_.resize(size);
  step_.resize(size);
  product_.resize(size);
  scale_.resize(size);
}

void ActiveQuadratic::updateGram(const std::vector<std::size_t>& previous,
                                 ConstMatrix previousGram) {
  const std::size_t n = design_.rows();
  const std::size_t size = index_.size();
  const double scale = 1.0 / static_cast<double>(n);
  std::vector<std::size_t> known;  // position in previous, or its size for a new column
  std::vector<std::size_t> fresh;
  for (std::size_t k = 0; k < size; ++k) {
    const auto at = previousGram.columns == 0
                        ? previous.end()
                        : std::lower_bound(previous.begin(), previous.end(), index_[k]);
    const bool found = at != previous.end() && *at == index_[k];
    known.push_back(found ? static_cast<std::size_t>(at - previous.begin()) : previous.size());
    if (!found) fresh.push_back(k);
  }
  const MutableMatrix target{gram_.data(), size, size, size};
  if (2 * fresh.size() >= size) {
    linalg::gram(columns_, scale, target, cancel_);
    return;
  }
  for (std::size_t j = 0; j < size; ++j) {
    if (known[j] == previous.size()) continue;
    for (std::size_t i = 0; i < size; ++i) {
      if (known[i] != previous.size()) target(i, j) = previousGram(known[i], known[j]);
    }
  }
  for (const std::size_t k : fresh) {
    linalg::multiplyTransposed(columns_, {columns_.column(k), n}, {target.column(k), size}, scale);
    for (std::size_t i = 0; i < size; ++i) target(k, i) = target(i, k);
  }
}

void ActiveQuadratic::residualAt(std::span<const double> w) {
  std::copy(y_.begin(), y_.end(), residual_.begin());
  if (!w.empty()) linalg::multiply(columns_, w, residual_, -1.0, 1.0);
}

void ActiveQuadratic::rebase(std::span<const double> w) {
  const auto n = static_cast<double>(design_.rows());
  residualAt(w);
  std::copy(w.begin(), w.end(), reference_.begin());
  if (!w.empty()) linalg::multiplyTransposed(columns_, residual_, referenceGradient_, 1.0 / n);
  referenceLoss_ = linalg::dot(residual_, residual_) / (2.0 * n);
}

double ActiveQuadratic::evaluate(std::span<const double> w, std::span<double> gradient) {
  const std::size_t size = index_.size();
  if (!hasGram_) {
    rebase(w);
    std::copy(referenceGradient_.begin(), referenceGradient_.end(), gradient.begin());
    return referenceLoss_;
  }
  if (size == 0) return referenceLoss_;
  for (std::size_t k = 0; k < size; ++k) step_[k] = w[k] - reference_[k];
  linalg::multiply({gram_.data(), size, size, size}, step_, product_);
  double change = 0.0;
  for (std::size_t k = 0; k < size; ++k) {
    change += step_[k] * (0.5 * product_[k] - referenceGradient_[k]);
    gradient[k] = referenceGradient_[k] - product_[k];
  }
  return referenceLoss_ + change;
}

bool ActiveQuadratic::assemble(std::span<const double> d, ConstMatrix extra) {
  const std::size_t size = index_.size();
  factor_.resize(size * size);
  for (std::size_t k = 0; k < size; ++k) {
    const double diagonal = gram_[k * size + k] + d[k] + (extra.data ? extra(k, k) : 0.0);
    if (!(diagonal > 0.0)) return false;
    scale_[k] = 1.0 / std::sqrt(diagonal);
  }
  for (std::size_t j = 0; j < size; ++j) {
    const double* from = &gram_[j * size];
    double* to = &factor_[j * size];
    to[j] = 1.0;
    if (extra.data) {
      for (std::size_t i = j + 1; i < size; ++i) {
        to[i] = (from[i] + extra(i, j)) * scale_[i] * scale_[j];
      }
    } else {
      const double scale = scale_[j];
      for (std::size_t i = j + 1; i < size; ++i) to[i] = from[i] * scale_[i] * scale;
    }
  }
  return true;
}

bool ActiveQuadratic::solve(std::span<const double> d, ConstMatrix extra,
                            std::span<const double> rhs, std::span<double> out) {
  if (index_.empty()) return true;
  const bool dual = index_.size() > design_.rows() && extra.data == nullptr &&
                    std::all_of(d.begin(), d.end(), [](double value) { return value >= 0.0; });
  if (dual) return solveDual(d, rhs, out);
  return hasGram_ && solvePrimal(d, extra, rhs, out);
}

bool ActiveQuadratic::solvePrimal(std::span<const double> d, ConstMatrix extra,
                                  std::span<const double> rhs, std::span<double> out) {
  const std::size_t size = index_.size();
  if (!assemble(d, extra)) return false;
  const MutableMatrix factor{factor_.data(), size, size, size};
  if (!linalg::cholesky(factor, cancel_)) return false;
  for (std::size_t k = 0; k < size; ++k) {
    if (!(factor(k, k) * factor(k, k) > kPivot)) return false;
    out[k] = rhs[k] * scale_[k];
  }
  linalg::choleskySolve(factor, out);
  for (std::size_t k = 0; k < size; ++k) out[k] *= scale_[k];
  return true;
}

bool ActiveQuadratic::solveDual(std::span<const double> d, std::span<const double> rhs,
                                std::span<double> out) {
  // Woodbury: (X'X/n + D)^-1 b = D^-1 (b - X' K^-1 X D^-1 b / n),  K = I + X D^-1 X' / n.
  const std::size_t n = design_.rows();
  const std::size_t size = index_.size();
  const double reciprocal = 1.0 / static_cast<double>(n);
  std::vector<double> inverse(size);
  std::vector<double> weighted(n * size);
  for (std::size_t k = 0; k < size; ++k) {
    inverse[k] = 1.0 / std::max(d[k], kDualFloor * curvature_[k]);
    const double root = std::sqrt(inverse[k]);
    const double* from = columns_.column(k);
    for (std::size_t i = 0; i < n; ++i) weighted[k * n + i] = from[i] * root;
  }
  factor_.resize(n * n);
  const MutableMatrix kernel{factor_.data(), n, n, n};
  linalg::outerGram({weighted.data(), n, size, n}, reciprocal, kernel, cancel_);
  for (std::size_t i = 0; i < n; ++i) kernel(i, i) += 1.0;
  if (!linalg::cholesky(kernel, cancel_)) return false;
  std::vector<double> scaled(size);
  for (std::size_t k = 0; k < size; ++k) scaled[k] = inverse[k] * rhs[k];
  std::vector<double> image(n);
  linalg::multiply(columns_, scaled, image, reciprocal);
  linalg::choleskySolve(kernel, image);
  linalg::multiplyTransposed(columns_, image, out);
  for (std::size_t k = 0; k < size; ++k) out[k] = inverse[k] * (rhs[k] - out[k]);
  return true;
}

double ActiveQuadratic::smallestCurvature(std::span<const double> d, std::span<double> direction) {
  const std::size_t size = index_.size();
  // Scaled by |H_jj + d_j|: the sign of the diagonal is what is asked here.
  factor_.resize(size * size);
  for (std::size_t k = 0; k < size; ++k) {
    const double diagonal = std::abs(gram_[k * size + k] + d[k]);
    scale_[k] = 1.0 / std::sqrt(std::max(diagonal, 1e-3 * curvature_[k]));
  }
  for (std::size_t j = 0; j < size; ++j) {
    for (std::size_t i = 0; i < size; ++i) {
      const double entry = gram_[i + j * size] + (i == j ? d[j] : 0.0);
      factor_[i + j * size] = entry * scale_[i] * scale_[j];
    }
  }
  const double value =
      linalg::smallestEigenpair({factor_.data(), size, size, size}, direction, cancel_);
  for (std::size_t k = 0; k < size; ++k) direction[k] *= scale_[k];
  return value;
}

}  // namespace flipside
