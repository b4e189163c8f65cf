// hardConcrete(beta, gamma, zeta): the penalty of the mean-normalised hard concrete mask (Louizos,
// Welling and Kingma 2018). With kappa = 1/eta and f = P(s != 0) of hard_concrete_family.h,
//     omega(w) = min over theta of 1/2 (w^2 kappa(theta) + f(theta)),
// a minimum over a curve that starts at (kappa, f) = (infinity, 0) and ends in (0, 1) as theta
// grows to infinity. A stationary theta has w^2 = W(theta) = -f'/kappa', and omega'(w) = w kappa.
//
// The end (0, 1) gives 1/2: the mask that is always on. Some theta does better exactly while
// w^2 < sup G with G = (1 - f)/kappa, so from w_end = sqrt(sup G) on omega is 1/2 and etaHat is
// infinite.
//
// Where G has its maximum at a finite theta, etaHat jumps to infinity there (beta = 2/3,
// gamma = -0.1, zeta = 1.1: from 2.35290... at w_end = 0.534989...). Where G grows for ever (small
// beta: close to a Bernoulli mask), etaHat grows to infinity as w tends to w_end, like that of mcp.
// No jump between two finite thetas occurred in 4000 random (beta, gamma, zeta) over many decades;
// the minimiser is found on the convex hull of the scanned curve, which would respect one.
#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <mutex>
#include <vector>

#include "penalties/catalogue.h"
#include "penalties/hard_concrete_family.h"
#include "penalties/root.h"
#include "penalties/table.h"

namespace flipside {
namespace {

/// The curve (kappa, f) and its minimisers: shared by all penalties of the same parameters.
class Curve {
 public:
  Curve(double beta, double gamma, double zeta) : family_(beta, gamma, zeta) {
    const std::vector<Candidate> scan = scanned();
    const auto reach = [](const Candidate& p) { return p.dropped / p.variance; };
    const auto farthest = std::ranges::max_element(scan, {}, reach);
    // Where G still grows at the end of the scan it is close to its limit, (1-f)/kappa further out.
    jumps_ = farthest + 1 != scan.end();
    const Candidate top =
        candidate(jumps_ ? refineMaximum(farthest->theta) : farthest->theta + 30.0);
    end_ = std::sqrt(reach(top));
    for (auto p = scan.begin(); p <= farthest; ++p) addToHull(*p);
    if (jumps_) addToHull(top);
  }

  /// omega, omega' and omega'' for w > 0.
  TableValues evaluate(double w) const {
    if (w >= end_) return {0.5, 0.0, 0.0};
    const auto p = family_.at(thetaAt(w));
    return {0.5 * (w * (w * p.variance) + p.kept), w * p.variance, p.curvature};
  }

  /// f(eta): the family's f where kappa = 1/eta.
  double dual(double eta) const {
    if (eta == 0.0) return 0.0;
    return std::isinf(eta) ? 1.0 : pointOf(eta).kept;
  }

  /// f'(eta) = (df/dtheta) / (deta/dtheta) = -kappa^2 f'(theta) / kappa'(theta).
  double dualSlope(double eta) const {
    if (std::isinf(eta)) return 0.0;
    // It has long reached its limit at 0 where kappa leaves the range of a double.
    const auto p = pointOf(std::max(eta, 1e-290));
    return (p.kept * p.variance) * (p.variance / -p.varianceRate) * p.dropped;
  }

  /// Null when no table reaches the accuracy that SeparablePenalty::tabulated promises.
  std::shared_ptr<const Table> table() const {
    std::call_once(tableOnce_, [this] {
      const double first = 1e-7 * end_;
      const TableValues at = evaluate(first);
      TableSpec spec;
      spec.head = {.limit = at.slope - first * at.curvature, .coefficient = at.curvature};
      spec.bounds = {first, end_};
      auto made = std::make_shared<const Table>(spec, [this](double w) { return evaluate(w); });
      if (made->error() < 1e-10) table_ = std::move(made);
    });
    return table_;
  }

 private:
  static constexpr double spacing = 1.0 / 16.0;
  struct Candidate {
    double theta;
    double variance;
    double kept;
    double dropped;
  };

  /// Where kappa = 1/eta.
  HardConcreteFamily::Point pointOf(double eta) const {
    return family_.at(family_.thetaOfLogVariance(-std::log(eta)));
  }

  Candidate candidate(double theta) const {
    const auto p = family_.at(theta);
    return {theta, p.variance, p.kept, p.dropped};
  }

  std::vector<Candidate> scanned() const {
    std::vector<Candidate> scan;
    const double start = family_.thetaAtZero() - 5.0;
    const double end = family_.thetaAtOne() + 12.0;
    for (double theta = start; theta < end; theta += spacing) scan.push_back(candidate(theta));
    return scan;
  }

  /// The w^2 at which two points of the curve are equally good.
  static double tie(const Candidate& a, const Candidate& b) {
    const double rise = b.kept < 0.5 ? b.kept - a.kept : a.dropped - b.dropped;
    return rise / (a.variance - b.variance);
  }

  /// As w grows the minimiser walks along the lower convex hull of the curve: ties_[i] is the w^2
  /// at which hull_[i + 1] takes over.
  void addToHull(const Candidate& p) {
    while (!ties_.empty() && tie(hull_.back(), p) <= ties_.back()) {
      hull_.pop_back();
      ties_.pop_back();
    }
    if (!hull_.empty()) ties_.push_back(tie(hull_.back(), p));
    hull_.push_back(p);
  }

  double refineMaximum(double theta) const {
    // -(log G)' = f + kappa'/kappa, and its derivative.
    const auto fall = [this](double x) -> ValueAndDerivative {
      const auto p = family_.at(x);
      const double rate = p.varianceRate / p.variance;
      const double bend = p.dropped - p.kept - p.squareGrowth;
      return {p.kept + rate, p.kept * p.dropped + rate * (bend - rate)};
    };
    return increasingRoot(fall, theta - spacing, theta + spacing, theta);
  }

  /// The minimising theta for 0 < w < end_.
  double thetaAt(double w) const {
    const double logW = std::log(w);
    const auto residual = [this, logW](double x) -> ValueAndDerivative {
      const auto p = family_.at(x);
      // The square root keeps W in range for the smallest w.
      const double root = std::sqrt(p.kept) * std::sqrt(p.dropped / -p.varianceRate);
      return {std::log(root) - logW, 0.5 * p.squareGrowth};
    };
    const auto i = static_cast<std::size_t>(std::ranges::upper_bound(ties_, w * w) - ties_.begin());
    const double theta = hull_[i].theta;
    if (i == 0) {
      // Left of the scan w is proportional to e^theta.
      const double guess = theta - residual(theta).value;
      return increasingRoot(residual, guess - 1.0, theta + spacing, guess);
    }
    const double beyond = i + 1 < hull_.size() ? spacing : jumps_ ? 0.0 : 60.0;
    return increasingRoot(residual, theta - spacing, theta + beyond, theta);
  }

  HardConcreteFamily family_;
  std::vector<Candidate> hull_;
  std::vector<double> ties_;
  double end_ = 0.0;
  bool jumps_ = false;
  mutable std::once_flag tableOnce_;
  mutable std::shared_ptr<const Table> table_;
};

class HardConcrete final : public MaskFamilyPenalty {
 public:
  explicit HardConcrete(std::shared_ptr<const Curve> curve) : curve_(std::move(curve)) {}

  double unitOmega(double w) const override {
    return w < smallest ? w * unitSlope(w) : curve_->evaluate(w).omega;
  }
  double unitDual(double eta) const override { return curve_->dual(eta); }
  double unitEtaHat(double w) const override { return w / unitSlope(w); }
  double unitSlope(double w) const override {
    return curve_->evaluate(std::max(w, smallest)).slope;
  }
  double unitCurvature(double w) const override {
    return curve_->evaluate(std::max(w, smallest)).curvature;
  }
  double unitDualSlope(double eta) const override { return curve_->dualSlope(eta); }

  std::shared_ptr<const SeparablePenalty> tabulated(double) const override {
    auto table = curve_->table();
    if (!table) return nullptr;
    return std::make_shared<TabulatedPenalty<MaskFamilyPenalty>>(
        std::move(table), std::make_shared<HardConcrete>(curve_));
  }

 private:
  /// Slope and curvature have long reached their limits at 0 here.
  static constexpr double smallest = 1e-290;
  std::shared_ptr<const Curve> curve_;
};

/// The scan and the table cost milliseconds, and a path of fits asks for the same penalty many
/// times.
std::shared_ptr<const Curve> sharedCurve(double beta, double gamma, double zeta) {
  static std::mutex mutex;
  static std::map<std::array<double, 3>, std::shared_ptr<const Curve>> curves;
  constexpr std::size_t capacity = 32;
  const std::lock_guard lock(mutex);
  const std::array<double, 3> key{beta, gamma, zeta};
  if (const auto found = curves.find(key); found != curves.end()) return found->second;
  auto made = std::make_shared<const Curve>(beta, gamma, zeta);
  if (curves.size() >= capacity) curves.clear();
  curves.emplace(key, made);
  return made;
}

const CatalogueEntry entry("hardConcrete", {"beta", "gamma", "zeta"},
                           [](std::span<const double> values) {
                             return std::make_shared<HardConcrete>(
                                 sharedCurve(values[0], values[1], values[2]));
                           });

}  // namespace
}  // namespace flipside
