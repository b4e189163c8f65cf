#include "solvers/prepared.h"

#include <cmath>

namespace flipside {
namespace {

const LossItem& requireLoss(const std::string& name) {
  const LossItem* item = findLoss(name);
  if (item != nullptr) return *item;
  throw BadValue("UNSUPPORTED", "loss", "loss must be registered, but " + name + " is not");
}

Standardization folding(Standardization options, bool folds) {
  options.fold = folds;
  return options;
}

void requireAccepted(const LossItem& item, std::span<const double> y) {
  if (!item.accepts) return;
  for (std::size_t i = 0; i < y.size(); ++i) {
    if (item.accepts(y[i])) continue;
    throw BadValue("OUT_OF_RANGE", "y",
                   "y[" + std::to_string(i) + "] must be " + item.requirement + " for the " +
                       item.name + " loss, but is " + std::to_string(y[i]));
  }
}

}  // namespace

Prepared::Prepared(const RegressionData& data, const std::string& loss, const Cancellation* cancel)
    : item_(requireLoss(loss)),
      design_(data.x, data.weights, folding(data.standardization, item_.folds), cancel),
      y_(data.y.begin(), data.y.end()),
      hasIntercept_(data.standardization.intercept) {
  requireAccepted(item_, y_);
  if (item_.folds) {
    for (std::size_t i = 0; i < data.offset.size(); ++i) y_[i] -= data.offset[i];
    mean_ = design_.foldResponse(y_);
  } else {
    offset_.assign(data.offset.begin(), data.offset.end());
  }
  loss_ = item_.make({design_.weights(), offset_, hasIntercept_});
  const double size = linalg::norm(y_);
  if (!std::isfinite(size * size)) {
    throw BadValue("NUMERIC", "y", "y is too large: its sum of squares overflows; rescale it");
  }
}

double Prepared::intercept(std::span<const double> w) const {
  if (!hasIntercept_) return 0.0;
  double b = mean_;
  if (!item_.folds) {
    std::vector<double> fitted(design_.rows());
    design_.multiply(w, fitted);
    b = loss_->intercept(fitted, y_);
  }
  for (std::size_t j = 0; j < w.size(); ++j) b -= design_.means()[j] * (w[j] / design_.scales()[j]);
  return b;
}

}  // namespace flipside
