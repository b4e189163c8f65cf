// The mean is taken over what a mask adds to L(w), with d = s o w - w and r = y - X w:
//     L(s o w) - L(w) = 1/(2n) sum_i (X d)_i ((X d)_i - 2 r_i),
// so that masks which hardly differ from 1 do not drown in the rounding of L. X d is a matrix
// product for a batch of masks at a time.
#include "solvers/expectation.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "masks/mask_variance.h"
#include "solvers/prepared.h"

namespace flipside {
namespace {

// Fixed sizes, so that sums are cut in the same way on any number of threads.
constexpr std::size_t kBatch = 64;  // samples of one matrix product
constexpr std::size_t kTile = 256;  // rows of it
constexpr std::size_t kRound = 32;  // batches between two reports
constexpr double kRareEvents = 30.0;
constexpr std::chrono::milliseconds kProgressInterval(50);

/// Mean and sum of squared deviations of `count` numbers.
struct Moments {
  double count = 0.0;
  double mean = 0.0;
  double squares = 0.0;

  explicit Moments(std::span<const double> values = {})
      : count(static_cast<double>(values.size())) {
    if (values.empty()) return;
    for (const double value : values) mean += value / count;
    for (const double value : values) squares += (value - mean) * (value - mean);
  }

  /// Chan, Golub and LeVeque 1983.
  void add(const Moments& other) {
    const double total = count + other.count;
    const double step = other.mean - mean;
    mean += step * (other.count / total);
    squares += other.squares + step * step * (count * other.count / total);
    count = total;
  }
};

class Sampler {
 public:
  Sampler(const ExpectationRequest& request, const ExpectationControl& control)
      : request_(request),
        control_(control),
        data_(makeDesign(request.x, request.weights, request.standardization, Storage::dense,
                         control.cancel),
              {request.y, request.offset}, "squared"),
        w_(request.coefficients) {
    const StandardizedDesign& design = data_.design();
    for (std::size_t j = 0; j < w_.size(); ++j) w_[j] *= design.scales()[j];
    result_.variances = variances();
    residual_.assign(data_.y().begin(), data_.y().end());
    linalg::multiply(design.dense(), w_, residual_, -1.0, 1.0);
    const auto n = static_cast<double>(design.rows());
    const double size = linalg::norm(residual_);
    result_.loss = size / n * size / 2.0;
    result_.tikhonov = result_.loss;
    for (std::size_t j = 0; j < w_.size(); ++j) {
      if (w_[j] == 0.0 || design.curvature()[j] == 0.0) continue;
      support_.push_back(j);
      result_.tikhonov += addition(j);
    }
    requireFinite(result_.tikhonov);
  }

  Expectation run() {
    std::vector<double> variances;
    for (const std::size_t j : support_) variances.push_back(result_.variances[j]);
    const MasksOfVariance of =
        masksOfVariance(request_.mask, request_.shape, variances, control_.cancel);
    masks_ = of.masks;
    result_.unseen = unseen(of.rarity);
    transpose();
    const Moments added = support_.empty() ? Moments() : sample();
    result_.samples = request_.samples;
    result_.estimate = result_.loss + added.mean;
    const auto count = static_cast<double>(request_.samples);
    result_.standardError = std::sqrt(added.squares / (count - 1.0) / count);
    requireFinite(result_.estimate);
    requireFinite(result_.standardError);
    return std::move(result_);
  }

 private:
  std::vector<double> variances() const {
    std::vector<double> variances = request_.variances;
    if (variances.empty()) {
      const StandardizedDesign& design = data_.design();
      const Penalty& penalty = *request_.penalty;
      variances.resize(w_.size());
      if (request_.lambda > 0.0) {
        penalty.etaHat(w_,
                       {request_.lambda, penalty.needsDesign() ? design.dense() : ConstMatrix{},
                        control_.cancel},
                       variances);
        for (std::size_t j = 0; j < w_.size(); ++j) {
          const double curvature = design.curvature()[j] > 0.0 ? design.curvature()[j] : 1.0;
          variances[j] = request_.lambda / variances[j] / curvature;
        }
      }
    }
    for (std::size_t j = 0; j < w_.size(); ++j) {
      if (std::isfinite(variances[j]) || w_[j] == 0.0) continue;
      throw BadValue("OUT_OF_RANGE", "coefficients",
                     "coefficients[" + std::to_string(j) +
                         "] must be 0 where the variance of its mask is infinite, but is not");
    }
    return variances;
  }

  /// Of column j to the Tikhonov form.
  double addition(std::size_t j) const {
    const double root = w_[j] * std::sqrt(data_.design().curvature()[j]);
    return 0.5 * (root * (root * result_.variances[j]));
  }

  /// An element whose rare outcome never came has a mean of 0 or 1/alpha instead of 1 and a wrong
  /// variance; in L that is at most what is added up here.
  double unseen(std::span<const double> rarity) const {
    std::vector<double> slope(w_.size());
    data_.design().correlate(residual_, slope);
    double sum = 0.0;
    for (std::size_t k = 0; k < support_.size(); ++k) {
      if (static_cast<double>(request_.samples) * rarity[k] >= kRareEvents) continue;
      const std::size_t j = support_[k];
      sum += addition(j) + std::abs(slope[j] * w_[j]) * std::min(1.0, result_.variances[j]);
    }
    return sum;
  }

  /// The columns that count, row by row.
  void transpose() {
    const std::size_t n = data_.design().rows();
    const std::size_t m = support_.size();
    const ConstMatrix x = data_.design().dense();
    rows_.resize(m * n);
    for (std::size_t from = 0; from < n; from += kTile) {
      const std::size_t to = std::min(n, from + kTile);
      for (std::size_t k = 0; k < m; ++k) {
        const double* column = x.column(support_[k]);
        for (std::size_t i = from; i < to; ++i) rows_[i * m + k] = column[i];
      }
      if (control_.cancel != nullptr) control_.cancel->poll();
    }
  }

  Moments sample() const {
    const std::size_t batches = (request_.samples + kBatch - 1) / kBatch;
    Moments total;
    std::vector<Moments> parts(kRound);
    auto reported = std::chrono::steady_clock::now();
    for (std::size_t from = 0; from < batches; from += kRound) {
      const std::size_t count = std::min(kRound, batches - from);
      linalg::parallelFor(
          count, [&](std::size_t b) { parts[b] = batch(from + b); }, control_.cancel);
      for (std::size_t b = 0; b < count; ++b) total.add(parts[b]);
      const auto now = std::chrono::steady_clock::now();
      if (!control_.progress || now - reported < kProgressInterval) continue;
      reported = now;
      control_.progress(std::min(request_.samples, (from + count) * kBatch));
    }
    return total;
  }

  Moments batch(std::size_t number) const {
    const std::size_t first = number * kBatch;
    const std::size_t count = std::min(kBatch, request_.samples - first);
    const std::size_t n = data_.design().rows();
    const std::size_t m = support_.size();
    std::vector<double> changes(m * count);
    for (std::size_t k = 0; k < count; ++k) {
      draw(first + k, std::span(changes).subspan(k * m, m));
    }
    const ConstMatrix d{changes.data(), m, count, m};
    std::vector<double> fitted(count * std::min(kTile, n));
    std::vector<double> added(count);
    for (std::size_t from = 0; from < n; from += kTile) {
      if (control_.cancel != nullptr) control_.cancel->poll();
      const std::size_t width = std::min(kTile, n - from);
      linalg::multiplyMatrices(d, {&rows_[from * m], m, width, m},
                               {fitted.data(), count, width, count});
      for (std::size_t i = 0; i < width; ++i) {
        const double twice = 2.0 * residual_[from + i];
        const double* change = &fitted[i * count];
        for (std::size_t k = 0; k < count; ++k) added[k] += change[k] * (change[k] - twice);
      }
    }
    for (double& value : added) value /= 2.0 * static_cast<double>(n);
    return Moments(added);
  }

  /// s o w - w; for an unscaled mask s o v - w, where w = alpha o v.
  void draw(std::size_t number, std::span<double> out) const {
    masks_.sample({request_.seed, number}, out);
    const bool unscaled = request_.mask == MaskKind::unscaledBernoulli;
    for (std::size_t k = 0; k < out.size(); ++k) {
      const double w = w_[support_[k]];
      const double masked = unscaled ? w / masks_.parameter(k) : w;
      out[k] = out[k] * masked - w;
    }
  }

  static void requireFinite(double value) {
    if (std::isfinite(value)) return;
    throw BadValue("NUMERIC", "coefficients",
                   "coefficients are too large for these data and variances: the loss overflows");
  }

  const ExpectationRequest& request_;
  const ExpectationControl& control_;
  const Prepared data_;
  std::vector<double> w_;  // on the standardised scale
  std::vector<double> residual_;
  std::vector<std::size_t> support_;  // of columns that matter
  MaskVector masks_;                  // of these
  std::vector<double> rows_;          // their elements, row by row
  Expectation result_;
};

}  // namespace

Expectation runExpectation(const ExpectationRequest& request, const ExpectationControl& control) {
  return Sampler(request, control).run();
}

double workspaceBytes(const ExpectationRequest& request) {
  const auto n = static_cast<double>(request.x->rows);
  const auto p = static_cast<double>(request.x->columns);
  const bool sparse = request.x->layout == RawMatrix::Layout::compressedColumns;
  const double batch = static_cast<double>(kBatch * linalg::threadBudget());
  return 8.0 *
         ((sparse ? 2.0 : 3.0) * n * p + batch * (p + static_cast<double>(kTile)) + 20.0 * (n + p));
}

}  // namespace flipside
