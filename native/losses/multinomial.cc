// multinomial: phi(z, y) = log sum_k e^(z_k) - z_y, the negative log-likelihood of a class y in
// {0, ..., K - 1} with log odds z_k - z_l; one output per class, whose intercepts, centred, are
// minimised out together. n rows, N = n K entries.
//
// The Hessian in z of a row is diag(p) - p p', the softmax's p. It is at most 1/2 (Boehning 1992)
// and at most diag(2 p_k (1 - p_k)): the difference is diagonally dominant, since sum over l != k
// of p_k p_l is p_k (1 - p_k).
#include <algorithm>
#include <cmath>
#include <limits>

#include "losses/softmax.h"

namespace flipside {
namespace {

class MultinomialLoss final : public Loss {
 public:
  explicit MultinomialLoss(const LossContext& context)
      : context_(context), share_(static_cast<double>(context.outputs)), softmax_(context) {
    for (std::size_t k = 0; k < context.outputs && !context.weights.empty(); ++k) {
      weights_.insert(weights_.end(), context.weights.begin(), context.weights.end());
    }
  }

  std::string_view name() const override { return "multinomial"; }

  double value(std::span<const double> fitted, std::span<const double> y) const override {
    softmax_.moveTo(fitted, y);
    return softmax_.value();
  }

  double evaluate(std::span<const double> fitted, std::span<const double> y,
                  std::span<double> out) const override {
    softmax_.moveTo(fitted, y);
    forEach(y, out, [&](std::size_t i, std::size_t k) {
      const bool own = y[i] == static_cast<double>(k);
      return own ? softmax_.complement(i, k) : -softmax_.probability(i, k);
    });
    return softmax_.value();
  }

  void curvatures(std::span<const double> fitted, std::span<const double> y,
                  std::span<double> out) const override {
    softmax_.moveTo(fitted, y);
    forEach(y, out, [&](std::size_t i, std::size_t k) {
      return 2.0 * softmax_.probability(i, k) * softmax_.complement(i, k);
    });
  }

  void applyHessian(std::span<const double> fitted, std::span<const double> y,
                    std::span<const double> direction, std::span<double> out) const override {
    softmax_.moveTo(fitted, y);
    softmax_.applyHessian(direction, out);
    for (double& value : out) value *= share_;
  }

  bool diagonal() const override { return false; }
  bool relative() const override { return true; }
  bool freeIntercept() const override { return context_.intercept; }
  std::span<const double> rowWeights() const override { return weights_; }
  double rowCurvatureBound() const override { return 0.5 * share_; }
  double curvatureBound() const override {
    const auto& weights = context_.weights;
    return rowCurvatureBound() * (weights.empty() ? 1.0 : *std::ranges::max_element(weights));
  }
  /// |1 - p| and p are at most 1.
  double residualScale(std::span<const double>) const override { return std::sqrt(share_); }

  double intercept(std::span<const double> fitted, std::span<const double> y) const override {
    std::vector<double> all(context_.outputs);
    intercepts(fitted, y, all);
    return all.front();
  }
  void intercepts(std::span<const double> fitted, std::span<const double> y,
                  std::span<double> out) const override {
    softmax_.moveTo(fitted, y);
    std::ranges::copy(softmax_.intercepts(fitted), out.begin());
  }

  /// With q_ik = [y_i = k] - r_ik / (K w_i), a mixture of 1 and p, the conjugate of phi is
  /// sum_k q log q; see PointwiseLoss::dualValue.
  double dualValue(std::span<const double> r, std::span<const double> y) const override {
    const std::size_t n = y.size();
    double sum = 0.0;
    double shift = 0.0;
    for (std::size_t k = 0; k < context_.outputs; ++k) {
      double total = 0.0;
      for (std::size_t i = 0; i < n; ++i) {
        const double residual = r[k * n + i] / share_;
        const double w = softmax_.weight(i);
        if (w == 0.0) continue;
        const double own = y[i] == static_cast<double>(k) ? 1.0 : 0.0;
        const double q = std::clamp(own - residual / w, 0.0, 1.0);
        if (q > 0.0) sum += w * q * (own > 0.0 ? std::log1p(-residual / w) : std::log(q));
        total += residual;
        if (!context_.offset.empty()) shift += residual * context_.offset[k * n + i];
      }
      if (context_.intercept && std::abs(total) > 1e-12 * static_cast<double>(n)) {
        return std::numeric_limits<double>::quiet_NaN();
      }
    }
    return -(sum + shift) / static_cast<double>(n);
  }

 private:
  /// out = N / n times the weight times what `each` says of an entry.
  template <typename Each>
  void forEach(std::span<const double> y, std::span<double> out, const Each& each) const {
    for (std::size_t k = 0; k < context_.outputs; ++k) {
      for (std::size_t i = 0; i < y.size(); ++i) {
        out[k * y.size() + i] = share_ * softmax_.weight(i) * each(i, k);
      }
    }
  }

  LossContext context_;
  double share_;  // N / n
  std::vector<double> weights_;
  mutable Softmax softmax_;
};

/// A row whose class has all of the probability deviates by 0.
double deviance(const Predicted& at) {
  const std::size_t n = at.y.size();
  double sum = 0.0;
  for (std::size_t i = 0; i < n; ++i) {
    if (at.weights[i] == 0.0) continue;
    std::size_t top = 0;
    for (std::size_t k = 1; k < at.outputs; ++k) {
      if (at.z[k * n + i] > at.z[top * n + i]) top = k;
    }
    const double largest = at.z[top * n + i];
    double rest = 0.0;
    for (std::size_t k = 0; k < at.outputs; ++k) {
      if (k != top) rest += std::exp(at.z[k * n + i] - largest);
    }
    const double own = at.z[static_cast<std::size_t>(at.y[i]) * n + i];
    sum += at.weights[i] * ((largest - own) + std::log1p(rest));
  }
  return 2.0 * sum;
}

std::string defect(std::span<const double> y, std::size_t, std::size_t outputs) {
  if (outputs < 2) return "must have at least 2 classes for the multinomial loss, but has 1";
  for (std::size_t i = 0; i < y.size(); ++i) {
    if (y[i] < static_cast<double>(outputs)) continue;
    return "must be classes below " + std::to_string(outputs) + ", but y[" + std::to_string(i) +
           "] is " + std::to_string(static_cast<std::uint64_t>(y[i]));
  }
  return {};
}

const LossEntry entry({
    .name = "multinomial",
    .accepts = [](double y) { return y >= 0.0 && y < 1e9 && y == std::floor(y); },
    .requirement = "the number of a class, an integer from 0 on",
    .make = [](const LossContext& context) { return std::make_unique<MultinomialLoss>(context); },
    .multipleOutputs = true,
    .defect = defect,
    .deviance = deviance,
});

}  // namespace
}  // namespace flipside
