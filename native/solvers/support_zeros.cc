#include "solvers/support_zeros.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace flipside {
namespace {

/// A local minimiser t > 0 of h/2 t^2 - g t + lambda omega(t), which falls at 0 and rises from g /
/// h on: by bisection of its derivative in log t, since t may be any number of orders below g / h.
double coordinateMinimum(const SeparablePenalty& penalty, double h, double g, double lambda) {
  const double high = g / h;
  double above = std::log(high);
  double below = std::log(std::numeric_limits<double>::min());
  if (!(above > below)) return high;
  for (int i = 0; i < 100 && above - below > 1e-10; ++i) {
    const double middle = 0.5 * (below + above);
    const double t = std::exp(middle);
    (h * t - g + lambda * penalty.slopeAt(t, lambda) < 0.0 ? below : above) = middle;
  }
  return std::min(high, std::exp(above));
}

bool dropSeparable(const Composite& composite, const Point& at, double curvature, double small,
                   std::vector<double>& w) {
  const SeparablePenalty& penalty = *composite.separable();
  const double lambda = composite.lambda();
  const double kink = composite.slopeZero();
  if (!(kink > 0.0)) return false;
  bool any = false;
  for (std::size_t j = 0; j < w.size(); ++j) {
    const double size = std::abs(w[j]);
    if (size == 0.0 || size > small || !(std::abs(at.gradient[j]) < lambda * kink)) continue;
    // What 0 saves of the penalty, over |w_j|: the smaller of the slopes at both ends.
    const double saved = lambda * std::min(kink, penalty.slopeAt(size, lambda));
    const double cost = std::copysign(at.gradient[j], at.gradient[j] * w[j]) +
                        0.5 * curvature * composite.metric()[j] * size;
    if (cost > saved) continue;
    w[j] = 0.0;
    any = true;
  }
  return any;
}

}  // namespace

bool dropVanishing(const Composite& composite, const Point& at, double curvature, double threshold,
                   std::vector<double>& w) {
  if (composite.penalty().combinatorial()) return false;
  const double small = composite.penalty().convex() ? std::numeric_limits<double>::infinity()
                                                    : threshold * at.scale();
  if (composite.separable() != nullptr) return dropSeparable(composite, at, curvature, small, w);
  bool any = false;
  for (double& value : w) {
    any = any || (value != 0.0 && std::abs(value) <= small);
    if (std::abs(value) <= small) value = 0.0;
  }
  if (!any) return false;
  std::vector<double> slopes(w.size());
  composite.slopes(w, slopes);
  any = false;
  for (std::size_t j = 0; j < w.size(); ++j) {
    if (w[j] == at.w[j]) continue;
    const bool allowed = std::abs(at.gradient[j]) < 0.99 * composite.lambda() * slopes[j];
    if (!allowed) w[j] = at.w[j];
    any = any || allowed;
  }
  return any;
}

bool letIn(const Composite& composite, const Point& at, std::span<const double> slopes,
           double curvature, double goal, std::vector<double>& w) {
  if (composite.penalty().combinatorial()) return false;
  const double lambda = composite.lambda();
  bool any = false;
  for (std::size_t j = 0; j < w.size(); ++j) {
    if (w[j] != 0.0 || !composite.varies(j)) continue;
    const double excess = violationAt(0.0, at.gradient[j], slopes[j], lambda);
    if (!(excess > goal)) continue;
    const double h = curvature * composite.metric()[j];
    const double g = std::abs(at.gradient[j]);
    const double t = composite.separable() != nullptr
                         ? coordinateMinimum(*composite.separable(), h, g, lambda)
                         : excess / h;
    w[j] = std::copysign(t, at.gradient[j]);
    any = any || t > 0.0;
  }
  return any;
}

bool settleTiny(const Composite& composite, const Point& at, std::vector<double>& w) {
  const SeparablePenalty* penalty = composite.separable();
  if (penalty == nullptr || composite.slopeZero() > 0.0) return false;
  const double lambda = composite.lambda();
  bool any = false;
  for (std::size_t j = 0; j < w.size(); ++j) {
    const double h = composite.metric()[j];
    const double size = std::abs(w[j]);
    if (!(h > 0.0) || !(lambda * penalty->curvatureAt(size, lambda) > 1e3 * h)) continue;
    const double target = at.gradient[j] + h * w[j];
    const double t = target != 0.0 ? coordinateMinimum(*penalty, h, std::abs(target), lambda) : 0.0;
    w[j] = std::copysign(t, target);
    any = true;
  }
  return any;
}

}  // namespace flipside
