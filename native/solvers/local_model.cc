#include "solvers/local_model.h"

#include <algorithm>

namespace flipside {
namespace {

constexpr std::size_t kSweeps = 10000;
constexpr double kDrift = 0.05;       // of L's curvature, up to which a Gram matrix is kept
constexpr std::size_t kMost = 16384;  // columns of a Gram matrix: 1 GB

/// Of what is missing of the matrix.
double formingCost(const GramStore& store, const Risk& risk) {
  const auto size = static_cast<double>(store.size());
  const auto filled = static_cast<double>(store.filled());
  return 0.5 * (size * size - filled * filled) * risk.entryCost();
}

}  // namespace

bool LocalModel::yield() {
  if (caution_ == 1.0) return false;
  caution_ = caution_ == 0.0 ? 0.25 : 1.0;
  return true;
}

/// Whether the matrix is there, or worth completing.
bool LocalModel::gramServes(GramStore& store) {
  if (store.filled() > 0 && (caution_ != heldCaution_ || risk_.drift() > kDrift)) {
    store.empty();
    spent_ = 0.0;
  }
  if (risk_.stepCost() > 0.5 * formingCost(store, risk_)) return true;
  return store.filled() > 0 && 2 * store.filled() >= store.size();
}

void LocalModel::viaGram(GramStore& store, std::span<double> w, std::span<double> gradient,
                         double tolerance) {
  store.fill(risk_);
  descent_.minimise(store, w, gradient, tolerance, kSweeps);
  spent_ = 0.0;
}

void LocalModel::minimise(GramStore& store, std::span<double> w, std::span<double> gradient,
                          double tolerance) {
  const bool formed = risk_.quadratic() && risk_.entryCost() < 0.3 * risk_.stepCost();
  if (formed || gramServes(store)) {
    if (store.filled() == 0) {
      risk_.hold(caution_);
      heldCaution_ = caution_;
    }
    return viaGram(store, w, gradient, tolerance);
  }
  store.empty();
  risk_.hold(caution_);
  heldCaution_ = caution_;
  const bool small = store.size() <= kMost;
  const double cost = risk_.stepCost();
  const double most = small ? std::max(0.0, formingCost(store, risk_) - spent_) / cost
                            : static_cast<double>(kSweeps) * static_cast<double>(store.size());
  const auto gram = risk_.weightedGram(store.columns());
  const ColumnDescent::Outcome outcome =
      along_.minimise(*gram, store.bounds(), w, gradient, tolerance, most);
  spent_ += outcome.steps * cost;
  if (!outcome.settled && small) viaGram(store, w, gradient, tolerance);
}

}  // namespace flipside
