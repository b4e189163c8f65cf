#include "solvers/support_zeros.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace flipside {
namespace {

// On the very edge a coordinate shrinks ever more slowly; this close to 0 it may go all the same.
constexpr double kEdge = 1e-6;
constexpr double kTiny = 1e-9;

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

}  // namespace

SupportZeros::SupportZeros(const Composite& composite, double goal)
    : composite_(composite), goal_(goal) {}

bool SupportZeros::drop(const Point& at, double curvature, std::vector<double>& w) {
  const double largest = at.scale();
  peak_ = std::max(peak_, largest);
  if (composite_.penalty().combinatorial()) return false;
  // Where all of them vanish each is small.
  const double scale = std::max(largest, 0.01 * peak_);
  if (composite_.separable() != nullptr) return dropSeparable(at, curvature, scale, w);
  return dropTogether(at, scale, w);
}

bool SupportZeros::dropSeparable(const Point& at, double curvature, double scale,
                                 std::vector<double>& w) const {
  const SeparablePenalty& penalty = *composite_.separable();
  const double lambda = composite_.lambda();
  const double kink = composite_.slopeZero();
  if (!(kink > 0.0)) return false;
  const double small =
      penalty.convex() ? std::numeric_limits<double>::infinity() : threshold_ * scale;
  bool any = false;
  for (std::size_t j = 0; j < w.size(); ++j) {
    const double size = std::abs(w[j]);
    if (size == 0.0 || size > small) continue;
    const double gradient = std::abs(at.gradient[j]);
    // What 0 saves of the penalty, over |w_j|: the smaller of the slopes at both ends.
    const double saved = lambda * std::min(kink, penalty.slopeAt(size, lambda));
    const double cost = std::copysign(gradient, at.gradient[j] * w[j]) +
                        0.5 * curvature * composite_.metric()[j] * size;
    const bool edge = size <= kEdge * scale && gradient <= lambda * kink + 0.5 * goal_;
    if (!edge && !(gradient < lambda * kink && cost <= saved)) continue;
    w[j] = 0.0;
    any = true;
  }
  return any;
}

bool SupportZeros::dropTogether(const Point& at, double scale, std::vector<double>& w) const {
  for (double& value : w) {
    if (std::abs(value) <= threshold_ * scale) value = 0.0;
  }
  if (w == at.w) return false;
  std::vector<double> slopes(w.size());
  composite_.slopes(w, slopes);
  bool any = false;
  for (std::size_t j = 0; j < w.size(); ++j) {
    if (w[j] == at.w[j]) continue;
    const double gradient = std::abs(at.gradient[j]);
    const double most = composite_.lambda() * slopes[j];
    const bool edge = std::abs(at.w[j]) <= kEdge * scale && gradient <= most + 0.5 * goal_;
    const bool allowed = edge || gradient < 0.99 * most;
    if (!allowed) w[j] = at.w[j];
    any = any || allowed;
  }
  return any;
}

bool SupportZeros::letIn(const Point& at, std::span<const double> slopes, double curvature,
                         std::vector<double>& w) const {
  if (composite_.penalty().combinatorial()) return false;
  const double lambda = composite_.lambda();
  const double tiny = composite_.slopeZero() > 0.0 ? kTiny * at.scale() : 0.0;
  bool any = false;
  for (std::size_t j = 0; j < w.size(); ++j) {
    if (std::abs(w[j]) > tiny || !composite_.varies(j)) continue;
    const double excess = violationAt(0.0, at.gradient[j], slopes[j], lambda);
    if (!(excess > goal_)) continue;
    const double h = curvature * composite_.metric()[j];
    const double g = std::abs(at.gradient[j]);
    const double t = composite_.separable() != nullptr
                         ? coordinateMinimum(*composite_.separable(), h, g, lambda)
                         : excess / h;
    w[j] = std::copysign(t, at.gradient[j]);
    any = any || t > 0.0;
  }
  return any;
}

bool SupportZeros::settleTiny(const Point& at, std::vector<double>& w) const {
  const SeparablePenalty* penalty = composite_.separable();
  if (penalty == nullptr || composite_.slopeZero() > 0.0) return false;
  const double lambda = composite_.lambda();
  bool any = false;
  for (std::size_t j = 0; j < w.size(); ++j) {
    const double h = composite_.metric()[j];
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
