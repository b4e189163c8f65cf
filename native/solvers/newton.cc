#include "solvers/newton.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace flipside {
namespace {

constexpr double kForcing = 1e-3;     // the residual of the linear system, relative
constexpr double kDifference = 1e-4;  // how far the fitted values move for a difference
constexpr std::size_t kSpare = 20;    // steps of conjugate gradients beyond one per coordinate
constexpr int kHalvings = 12;

class Newton {
 public:
  Newton(const Composite& composite, const Point& at)
      : composite_(composite),
        problem_(composite.problem()),
        at_(at),
        slopes_(composite.columns()),
        full_(composite.columns()),
        image_(problem_.design.rows()),
        moved_(image_),
        plus_(image_),
        minus_(image_) {
    for (std::size_t j = 0; j < at.w.size(); ++j) {
      if (at.w[j] != 0.0) index_.push_back(j);
    }
  }

  bool step(double limit, Point& next) {
    const std::size_t size = index_.size();
    if (size == 0) return false;
    composite_.slopes(at_.w, slopes_);
    if (!curve()) return false;
    std::vector<double> direction(size, 0.0);
    if (!conjugateGradients(direction)) return false;
    return search(direction, limit, next);
  }

 private:
  /// The Hessian of lambda Omega on the support.
  bool curve() {
    const std::size_t size = index_.size();
    const double lambda = problem_.lambda;
    diagonal_.assign(size, 0.0);
    dense_.clear();
    if (const SeparablePenalty* penalty = composite_.separable(); penalty != nullptr) {
      for (std::size_t k = 0; k < size; ++k) {
        diagonal_[k] = lambda * penalty->curvatureAt(std::abs(at_.w[index_[k]]), lambda);
      }
      return true;
    }
    if (composite_.penalty().combinatorial()) return true;
    dense_.resize(size * size);
    const MutableMatrix hessian{dense_.data(), size, size, size};
    if (!composite_.penalty().hessian(at_.w, composite_.context(), hessian)) return false;
    for (double& value : dense_) value *= lambda;
    return true;
  }

  void applyHessian(std::span<const double> v, std::span<double> out) {
    const std::size_t size = index_.size();
    for (std::size_t k = 0; k < size; ++k) full_[index_[k]] = v[k];
    problem_.design.multiply(full_, image_);
    if (!problem_.loss.diagonal()) {
      problem_.loss.applyHessian(at_.fitted, problem_.y, image_, moved_);
      std::swap(image_, moved_);
    } else if (!problem_.loss.quadratic()) {
      differenceAlong();
    }
    problem_.design.correlate(image_, full_);
    for (std::size_t k = 0; k < size; ++k) out[k] = full_[index_[k]] + diagonal_[k] * v[k];
    std::ranges::fill(full_, 0.0);
    if (dense_.empty()) return;
    linalg::multiply({dense_.data(), size, size, size}, v, out, 1.0, 1.0);
  }

  /// image_ = X v becomes n times the Hessian of L in the fitted values times it.
  void differenceAlong() {
    double largest = 0.0;
    for (const double value : image_) largest = std::max(largest, std::abs(value));
    if (!(largest > 0.0)) return;
    const double step = kDifference / largest;
    for (const double side : {step, -step}) {
      for (std::size_t i = 0; i < image_.size(); ++i) {
        moved_[i] = at_.fitted[i] + side * image_[i];
      }
      problem_.loss.evaluate(moved_, problem_.y, side > 0.0 ? plus_ : minus_);
    }
    for (std::size_t i = 0; i < image_.size(); ++i) {
      image_[i] = (minus_[i] - plus_[i]) / (2.0 * step);
    }
  }

  bool conjugateGradients(std::vector<double>& x) {
    const std::size_t size = index_.size();
    std::vector<double> r(size), z(size), v(size), image(size), inverse(size);
    double goal = 0.0;
    for (std::size_t k = 0; k < size; ++k) {
      const std::size_t j = index_[k];
      r[k] = at_.gradient[j] - std::copysign(problem_.lambda * slopes_[j], at_.w[j]);
      inverse[k] = 1.0 / (composite_.metric()[j] + std::max(0.0, diagonal_[k]));
      z[k] = inverse[k] * r[k];
      if (!std::isfinite(r[k])) return false;
      goal += r[k] * z[k];
    }
    double product = goal;
    goal *= kForcing * kForcing;
    v = z;
    for (std::size_t step = 0; step < size + kSpare && product > goal; ++step) {
      if (problem_.cancel != nullptr) problem_.cancel->poll();
      applyHessian(v, image);
      const double curvature = linalg::dot(v, image);
      double size2 = 0.0;
      for (std::size_t k = 0; k < size; ++k) size2 += v[k] * v[k] / inverse[k];
      if (!(curvature > 1e-12 * size2)) {
        if (!reachZero(v) && step > 0) return true;
        x = v;
        return true;
      }
      const double length = product / curvature;
      linalg::axpy(length, v, x);
      linalg::axpy(-length, image, r);
      double next = 0.0;
      for (std::size_t k = 0; k < size; ++k) {
        z[k] = inverse[k] * r[k];
        next += r[k] * z[k];
      }
      for (std::size_t k = 0; k < size; ++k) v[k] = z[k] + next / product * v[k];
      product = next;
    }
    return true;
  }

  /// A direction of descent along which there is no curvature (more coordinates than rows, say)
  /// goes on until the first coordinate is 0. False when none comes closer to it.
  bool reachZero(std::span<double> v) const {
    double length = std::numeric_limits<double>::infinity();
    for (std::size_t k = 0; k < v.size(); ++k) {
      const double w = at_.w[index_[k]];
      if (v[k] * w < 0.0) length = std::min(length, -w / v[k]);
    }
    if (!std::isfinite(length)) return false;
    for (double& value : v) value *= length;
    return true;
  }

  bool search(std::span<const double> direction, double limit, Point& next) {
    const double slack = composite_.slack(at_);
    const double violation = composite_.violation(at_, slopes_, false);
    const SeparablePenalty* penalty = composite_.separable();
    const bool kink = penalty == nullptr || composite_.slopeZero() > 0.0;
    const bool smooth = penalty != nullptr && penalty->etaHatAt(0.0, problem_.lambda) > 0.0;
    double t = 1.0;
    for (int halving = 0; halving < kHalvings; ++halving, t *= 0.5) {
      next.w = at_.w;
      for (std::size_t k = 0; k < index_.size(); ++k) {
        const double w = at_.w[index_[k]];
        double& value = next.w[index_[k]];
        value = w + t * direction[k];
        const bool reaches = value * w <= 0.0 || std::abs(value) <= 1e-14 * std::abs(w);
        if (!smooth && reaches) value = kink ? 0.0 : 0.1 * w;
      }
      composite_.evaluate(next);
      if (!(next.objective <= limit + slack)) continue;
      composite_.differentiate(next);
      if (next.objective < limit - slack) return true;
      composite_.slopes(next.w, slopes_);
      return composite_.violation(next, slopes_, false) <= 0.5 * violation;
    }
    return false;
  }

  const Composite& composite_;
  const Problem& problem_;
  const Point& at_;
  std::vector<std::size_t> index_;
  std::vector<double> slopes_, diagonal_, dense_;
  std::vector<double> full_, image_, moved_, plus_, minus_;
};

}  // namespace

bool newtonStep(const Composite& composite, const Point& at, double limit, Point& next) {
  return Newton(composite, at).step(limit, next);
}

}  // namespace flipside
