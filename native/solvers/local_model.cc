#include "solvers/local_model.h"

#include <algorithm>
#include <cmath>

#include "linalg/mixed.h"
#include "solvers/problem.h"

namespace flipside {
namespace {

constexpr std::size_t kSweeps = 10000;
/// Of a model that is not worth an exact solution.
constexpr double kRoughSweeps = 50.0;
constexpr double kDrift = 0.05;  // of L's curvature, up to which a Gram matrix is kept
constexpr double kLeastLeft = 1e-3;
constexpr int kMostDoublings = 6;
constexpr double kMostCaution = 1e12;

/// Of what is missing of the matrix.
double formingCost(const GramStore& store, const Risk& risk) {
  const auto size = static_cast<double>(store.size());
  const auto filled = static_cast<double>(store.filled());
  return 0.5 * (size * size - filled * filled) * risk.entryCost();
}

class ProximalRule final : public CoordinateRule {
 public:
  explicit ProximalRule(GramDescent& descent) : descent_(descent) {}
  double violation(std::size_t, double w, double gradient, double h) const override {
    return descent_.violation(w, gradient, h);
  }
  double step(std::size_t, double w, double gradient, double h) const override {
    return descent_.step(w, gradient, h);
  }

 private:
  GramDescent& descent_;
};

/// lambda omega(|t|) is slope (|t| - |w|) + curvature (|t| - |w|)^2 / 2 on the side of w, and where
/// w is 0 its tangent.
class TaylorRule final : public CoordinateRule {
 public:
  TaylorRule(const SeparablePenalty& penalty, double lambda, std::span<const double> w, double left)
      : left_(left), from_(w.begin(), w.end()) {
    for (const double value : w) {
      const double size = std::abs(value);
      slopes_.push_back(lambda * penalty.slopeAt(size, lambda));
      curvatures_.push_back(size > 0.0 ? lambda * penalty.curvatureAt(size, lambda) : 0.0);
    }
  }
  double violation(std::size_t k, double w, double gradient, double h) const override {
    const double slope = slopes_[k] + bend(k, h) * (std::abs(w) - std::abs(from_[k]));
    return violationAt(w, gradient, slope, 1.0);
  }
  double step(std::size_t k, double w, double gradient, double h) const override {
    const double z = w + gradient / h;
    if (from_[k] == 0.0) return std::copysign(std::max(0.0, std::abs(z) - slopes_[k] / h), z);
    const double side = std::copysign(1.0, from_[k]);
    const double c = bend(k, h);
    const double next = (h * z - side * slopes_[k] + c * from_[k]) / (h + c);
    return next * side > 0.0 ? next : 0.0;
  }

 private:
  double bend(std::size_t k, double h) const { return std::max(curvatures_[k], (left_ - 1.0) * h); }

  double left_;
  std::vector<double> from_;
  std::vector<double> slopes_;
  std::vector<double> curvatures_;
};

/// The matrix of a store, as a descent along columns meets one.
class StoredGram final : public WeightedGram {
 public:
  explicit StoredGram(const GramStore& store) : store_(store), image_(store.size()) {}
  std::span<const double> diagonal() const override { return store_.diagonal(); }
  double image(std::size_t k) const override { return image_[k]; }
  void move(std::size_t k, double step) override {
    linalg::subtractScaled(-step, store_.column(k), image_);
  }

 private:
  const GramStore& store_;
  std::vector<double> image_;
};

}  // namespace

bool LocalModel::yield() {
  if (manner_ == Manner::jumps) {
    manner_ = Manner::local;
    rounds_ = std::size_t{1} << std::min(failures_, kMostDoublings);
    ++failures_;
    return true;
  }
  if (manner_ == Manner::local && left_ < kMostLeft) {
    left_ = kMostLeft;
    return true;
  }
  const bool first = manner_ != Manner::bounded;
  manner_ = Manner::bounded;
  if (first) return true;
  if (risk_.bounded() || caution_ > kMostCaution) return false;
  caution_ = 2.0 * caution_ + 1.0;
  return true;
}

void LocalModel::trust(bool wholeWay) {
  if (manner_ == Manner::jumps) return;
  if (manner_ == Manner::local) {
    left_ = wholeWay ? std::max(kLeastLeft, 0.5 * left_) : std::min(kMostLeft, 2.0 * left_);
  }
  if (manner_ == Manner::bounded) caution_ = std::max(1.0, 0.5 * (caution_ - 1.0));
  if (rounds_ > 0) --rounds_;
  manner_ = rounds_ == 0 ? Manner::jumps : Manner::local;
}

/// Where curvatures have no bound zeros are judged by the largest that a model has had: a threshold
/// that its steps do not contradict.
void LocalModel::raise(GramStore& store, std::span<const double> diagonal) {
  if (risk_.bounded()) return;
  for (std::size_t k = 0; k < diagonal.size(); ++k) {
    store.raise(k, diagonal[k]);
    risk_.raise(store.columns()[k], diagonal[k]);
  }
}

/// Whether the matrix is there, or worth completing.
bool LocalModel::gramServes(GramStore& store) {
  if (store.filled() > 0 && risk_.drift() > kDrift) {
    store.empty();
    spent_ = 0.0;
  }
  if (risk_.stepCost() > 0.5 * formingCost(store, risk_)) return true;
  return 2 * store.filled() >= store.size();
}

void LocalModel::viaGram(GramStore& store, std::span<double> w, std::span<double> gradient,
                         double tolerance) {
  if (store.filled() == 0) risk_.hold(0.0);
  store.fill(risk_);
  raise(store, store.diagonal());
  descent_.minimise(store, w, gradient, tolerance, kSweeps);
  spent_ = 0.0;
}

DescentOutcome LocalModel::descend(GramStore& store, const CoordinateRule& rule, double caution,
                                   std::span<double> w, std::span<double> gradient,
                                   double tolerance, double mostSteps) {
  store.empty();  // of another curvature
  risk_.hold(caution);
  std::unique_ptr<WeightedGram> gram;
  if (caution == 0.0 && std::isinf(risk_.stepCost())) {
    store.fill(risk_);
    gram = std::make_unique<StoredGram>(store);
  } else {
    gram = risk_.weightedGram(store.columns());
  }
  raise(store, gram->diagonal());
  return descendAlongColumns(*gram, rule, store.bounds(), w, gradient, tolerance, mostSteps,
                             cancel_);
}

void LocalModel::alongColumns(GramStore& store, std::span<double> w, std::span<double> gradient,
                              double tolerance) {
  store.empty();
  const auto size = static_cast<double>(store.size());
  const bool small = size * size <= risk_.mostEntries();
  const double cost = risk_.stepCost();
  const double sweeps = risk_.quadratic() ? static_cast<double>(kSweeps) : kRoughSweeps;
  const double most = small ? (formingCost(store, risk_) - spent_) / cost : sweeps * size;
  const DescentOutcome outcome =
      descend(store, ProximalRule(descent_), 0.0, w, gradient, tolerance, most);
  spent_ += outcome.steps * cost;
  if (!outcome.settled && small) viaGram(store, w, gradient, tolerance);
}

void LocalModel::minimise(GramStore& store, double lambda, std::span<double> w,
                          std::span<double> gradient, double tolerance) {
  if (manner_ == Manner::jumps) {
    const bool formed = risk_.quadratic() && risk_.entryCost() < 0.3 * risk_.stepCost();
    if (formed || gramServes(store)) return viaGram(store, w, gradient, tolerance);
    return alongColumns(store, w, gradient, tolerance);
  }
  const double most = kRoughSweeps * static_cast<double>(store.size());
  if (manner_ == Manner::local) {
    const DescentOutcome outcome =
        descend(store, TaylorRule(penalty_, lambda, w, left_), 0.0, w, gradient, tolerance, most);
    if (outcome.violation > tolerance) return;
    manner_ = Manner::bounded;  // what is left is for a jump
  }
  descend(store, ProximalRule(descent_), caution_, w, gradient, tolerance, most);
}

}  // namespace flipside
