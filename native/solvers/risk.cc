#include "solvers/risk.h"

#include <algorithm>
#include <cmath>

#include "solvers/curvature_scale.h"

namespace flipside {
namespace {

/// Single numbers that are gathered cost so much more than numbers in a row, in passes for a
/// product and in those of a step.
constexpr double kGathered = 8.0;
constexpr double kStreamed = 2.0;
/// Entries of a Gram matrix: 2 MB, and 1 GB.
constexpr double kSmallGram = 2.5e5;
constexpr double kLargeGram = 2.5e8;
/// The least curvature that is held, of its bound: what lies below could not carry a step.
constexpr double kLeastCurvature = 1e-16;

class DesignRisk final : public Risk {
 public:
  explicit DesignRisk(const Problem& problem)
      : problem_(problem),
        design_(problem.design),
        bounded_(boundedCurvature(problem.loss)),
        fitted_(design_.rows()),
        residual_(design_.rows()),
        marked_(design_.rows()) {
    const double bound = scale_ = rowCurvatureScale(problem);
    root_ = std::sqrt(bound);
    if (bound == 1.0 && bounded_) return;
    scaled_.assign(design_.curvature().begin(), design_.curvature().end());
    for (double& value : scaled_) value *= bound;
  }

  std::size_t columns() const override { return design_.columns(); }
  std::span<const double> curvature() const override {
    return scaled_.empty() ? design_.curvature() : scaled_;
  }
  bool bounded() const override { return bounded_; }
  void raise(std::size_t j, double curvature) override {
    scaled_[j] = std::max(scaled_[j], curvature);
  }
  bool quadratic() const override { return problem_.loss.quadratic(); }
  double magnitude(double loss) const override { return problem_.loss.magnitude(loss, problem_.y); }

  double moveTo(SparsePoint point) override { return trace(point, residual_); }

  void gradients(std::span<const std::size_t> index, std::span<double> out) override {
    gradientsAt(residual_, index, out);
  }
  void allGradients(std::span<double> out) override { design_.correlate(residual_, out); }

  void hessian(std::span<const std::size_t> left, std::span<const std::size_t> right,
               MutableMatrix out) override {
    if (!problem_.loss.diagonal()) return hessianAlong(left, right, out);
    design_.products(left, right, held_, out, problem_.cancel);
    if (!problem_.loss.freeIntercept()) return;
    const std::vector<double> a = meansOf(left);
    const std::vector<double> b = meansOf(right);
    for (std::size_t k = 0; k < b.size(); ++k) {
      for (std::size_t j = 0; j < a.size(); ++j) out(j, k) -= a[j] * b[k] / heldMean_;
    }
  }

  std::unique_ptr<WeightedGram> weightedGram(std::span<const std::size_t> index) override {
    return design_.weightedGram(index, {held_, problem_.loss.freeIntercept()});
  }
  double entryCost() const override { return storedPerColumn() * (sparse() ? kGathered : 1.0); }
  /// Along the columns a Hessian that is not diagonal in the rows is only bounded.
  double stepCost() const override {
    if (!problem_.loss.diagonal()) return std::numeric_limits<double>::infinity();
    return 2.0 * storedPerColumn() * (sparse() ? kGathered : kStreamed);
  }

  double mostEntries() const override {
    return sparse() ? std::max(kSmallGram, 0.5 * design_.elements()) : kLargeGram;
  }

  void hold(double caution) override {
    if (!quadratic())
      holdAtLeast(caution, std::max(kLeastCurvature, problem_.loss.leastCurvature()));
  }
  void holdExactly() override {
    if (!quadratic()) holdAtLeast(0.0, kLeastCurvature);
  }
  double drift() override {
    if (held_.empty()) return quadratic() ? 0.0 : std::numeric_limits<double>::infinity();
    std::vector<double> here(held_.size());
    problem_.loss.curvatures(fitted_, problem_.y, here);
    double change = 0.0;
    const double least = problem_.loss.leastCurvature();
    for (std::size_t i = 0; i < here.size(); ++i) {
      change += std::abs(std::max(here[i], least * scale_ * rowWeight(i)) - held_[i]);
    }
    return change / (heldMean_ * static_cast<double>(here.size()));
  }

  void mark() override { marked_ = residual_; }
  double distance() const override { return distanceBetween(residual_, marked_); }

  std::size_t traceSize() const override { return design_.rows(); }
  std::span<const double> traceHere() const override { return residual_; }
  double trace(SparsePoint point, std::span<double> out) override {
    design_.combine(point.index, point.values, fitted_);
    return problem_.loss.evaluate(fitted_, problem_.y, out);
  }
  void gradientsAt(std::span<const double> trace, std::span<const std::size_t> index,
                   std::span<double> out) override {
    design_.correlateSome(index, trace, out);
  }
  void allGradientsAt(ConstMatrix traces, MutableMatrix out) override {
    design_.correlateMany(traces, out);
  }
  /// With weights m of the rows, which are in the residuals, x'(r - s) is at most
  /// sqrt(sum m x^2) sqrt(sum (r - s)^2 / m).
  double distanceBetween(std::span<const double> a, std::span<const double> b) const override {
    const auto weights = problem_.loss.rowWeights();
    double sum = 0.0;
    for (std::size_t i = 0; i < a.size(); ++i) {
      const double step = a[i] - b[i];
      if (step != 0.0) sum += weights.empty() ? step * step : step * step / weights[i];
    }
    return std::sqrt(sum / static_cast<double>(a.size())) / root_;
  }
  double dual(std::span<const double> trace, double scale) const override {
    std::vector<double> scaled(trace.begin(), trace.end());
    for (double& value : scaled) value *= scale;
    return problem_.loss.dualValue(scaled, problem_.y);
  }

 private:
  double rowWeight(std::size_t i) const {
    const auto weights = problem_.loss.rowWeights();
    return weights.empty() ? 1.0 : weights[i];
  }
  void holdAtLeast(double caution, double least) {
    held_.resize(fitted_.size());
    problem_.loss.curvatures(fitted_, problem_.y, held_);
    if (!problem_.loss.diagonal()) heldAt_ = fitted_;
    double sum = 0.0;
    for (std::size_t i = 0; i < held_.size(); ++i) {
      const double most = scale_ * rowWeight(i);
      const double further = bounded_ ? most - held_[i] : held_[i];
      held_[i] = std::max(held_[i] + caution * further, least * most);
      sum += held_[i];
    }
    heldMean_ = sum / static_cast<double>(held_.size());
  }
  /// Column by column, for a loss whose Hessian is not diagonal.
  void hessianAlong(std::span<const std::size_t> left, std::span<const std::size_t> right,
                    MutableMatrix out) const {
    const double one = 1.0;
    std::vector<double> column(design_.rows());
    std::vector<double> image(design_.rows());
    for (std::size_t b = 0; b < right.size(); ++b) {
      if (problem_.cancel != nullptr) problem_.cancel->poll();
      design_.combine(right.subspan(b, 1), {&one, 1}, column);
      problem_.loss.applyHessian(heldAt_, problem_.y, column, image);
      design_.correlateSome(left, image, {&out(0, b), left.size()});
    }
  }
  bool sparse() const {
    return design_.elements() <
           0.5 * static_cast<double>(design_.rows()) * static_cast<double>(design_.columns());
  }
  double storedPerColumn() const {
    return design_.elements() / static_cast<double>(design_.columns());
  }
  /// x_j' v / n of the curvature v that is held.
  std::vector<double> meansOf(std::span<const std::size_t> index) const {
    std::vector<double> means(index.size());
    design_.correlateSome(index, held_, means);
    return means;
  }

  const Problem& problem_;
  const Design& design_;
  bool bounded_;
  double scale_ = 1.0;  // the bound on the loss's curvature, or its scale
  double root_ = 1.0;   // of that
  std::vector<double> scaled_;
  std::vector<double> fitted_;
  std::vector<double> residual_;
  std::vector<double> marked_;
  std::vector<double> held_;    // curvature of the rows; empty for ones
  std::vector<double> heldAt_;  // the fitted values there, where the Hessian is not diagonal
  double heldMean_ = 1.0;
};

}  // namespace

std::unique_ptr<Risk> makeRisk(const Problem& problem) {
  return std::make_unique<DesignRisk>(problem);
}

}  // namespace flipside
