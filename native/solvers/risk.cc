#include "solvers/risk.h"

#include <algorithm>
#include <cmath>

namespace flipside {
namespace {

class DesignRisk final : public Risk {
 public:
  explicit DesignRisk(const Problem& problem)
      : problem_(problem),
        design_(problem.design),
        fitted_(design_.rows()),
        residual_(design_.rows()),
        marked_(design_.rows()) {
    const double bound = problem.loss.curvatureBound();
    root_ = std::sqrt(bound);
    if (bound == 1.0) return;
    scaled_.assign(design_.curvature().begin(), design_.curvature().end());
    for (double& value : scaled_) value *= bound;
  }

  std::size_t columns() const override { return design_.columns(); }
  std::span<const double> curvature() const override {
    return scaled_.empty() ? design_.curvature() : scaled_;
  }
  bool quadratic() const override { return problem_.loss.quadratic(); }
  double passCost() const override { return design_.elements(); }

  double moveTo(SparsePoint point) override { return trace(point, residual_); }

  void gradients(std::span<const std::size_t> index, std::span<double> out) override {
    gradientsAt(residual_, index, out);
  }
  void allGradients(std::span<double> out) override { design_.correlate(residual_, out); }

  void hessian(std::span<const std::size_t> left, std::span<const std::size_t> right,
               MutableMatrix out) override {
    design_.products(left, right, {}, out, problem_.cancel);
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
  double distanceBetween(std::span<const double> a, std::span<const double> b) const override {
    double sum = 0.0;
    for (std::size_t i = 0; i < a.size(); ++i) {
      const double step = a[i] - b[i];
      sum += step * step;
    }
    return std::sqrt(sum / static_cast<double>(a.size())) / root_;
  }
  double dual(std::span<const double> trace, double scale) const override {
    std::vector<double> scaled(trace.begin(), trace.end());
    for (double& value : scaled) value *= scale;
    return problem_.loss.dualValue(scaled, problem_.y);
  }

 private:
  const Problem& problem_;
  const Design& design_;
  double root_ = 1.0;  // of the bound on the loss's curvature
  std::vector<double> scaled_;
  std::vector<double> fitted_;
  std::vector<double> residual_;
  std::vector<double> marked_;
};

}  // namespace

std::unique_ptr<Risk> makeRisk(const Problem& problem) {
  return std::make_unique<DesignRisk>(problem);
}

}  // namespace flipside
