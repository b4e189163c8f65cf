#include "solvers/prepared.h"

#include <cmath>
#include <numeric>

namespace flipside {
namespace {

const LossItem& requireLoss(const std::string& name) {
  const LossItem* item = findLoss(name);
  if (item != nullptr) return *item;
  throw BadValue("UNSUPPORTED", "loss", "loss must be registered, but " + name + " is not");
}

std::vector<double> parametersOf(const LossItem& item, std::span<const double> given) {
  std::vector<double> values;
  for (const LossParameter& parameter : item.parameters) {
    const std::size_t k = values.size();
    values.push_back(k < given.size() ? given[k] : parameter.usual);
    if (parameter.accepts(values.back())) continue;
    throw BadValue("OUT_OF_RANGE", parameter.name,
                   parameter.name + " must be " + parameter.requirement + ", but is " +
                       std::to_string(values.back()));
  }
  return values;
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

bool foldsWeights(const std::string& loss) { return requireLoss(loss).folds; }

Prepared::Prepared(std::shared_ptr<const StandardizedDesign> design, const Response& response,
                   const std::string& loss)
    : item_(requireLoss(loss)),
      design_(std::move(design)),
      y_(response.y.begin(), response.y.end()),
      parameters_(parametersOf(item_, response.parameters)),
      hasIntercept_(design_->standardization().intercept) {
  if (!design_->weights().empty() && design_->standardization().fold != item_.folds) {
    throw BadValue(
        "UNSUPPORTED", "loss",
        "loss must be the one that the design with its weights was prepared for, but is " +
            item_.name);
  }
  requireAccepted(item_, y_);
  const std::string defect = item_.defect(y_, design_->rows(), response.outputs);
  if (!defect.empty()) throw BadValue("INVALID_ARGUMENT", "y", "y " + defect);
  if (response.outputs > 1 && !item_.multipleOutputs) {
    throw BadValue("UNSUPPORTED", "loss", "the loss " + item_.name + " has one output per row");
  }
  if (item_.folds) {
    for (std::size_t i = 0; i < response.offset.size(); ++i) y_[i] -= response.offset[i];
    const std::size_t rows = design_->rows();
    for (std::size_t k = 0; k < response.outputs; ++k) {
      means_.push_back(design_->foldResponse(std::span(y_).subspan(k * rows, rows)));
    }
  } else {
    offset_.assign(response.offset.begin(), response.offset.end());
  }
  if (response.outputs > 1) {
    blocks_ = std::make_unique<const BlockDesign>(design_, response.outputs);
    const auto own = design_->scales();
    for (std::size_t k = 0; k < response.outputs; ++k) {
      blockScales_.insert(blockScales_.end(), own.begin(), own.end());
    }
  }
  loss_ = item_.make({design_->weights(), offset_, hasIntercept_, parameters_, response.outputs});
  const double size = linalg::norm(y_);
  if (!std::isfinite(size * size)) {
    throw BadValue("NUMERIC", "y", "y is too large: its sum of squares overflows; rescale it");
  }
  if (offset_.empty() || std::isfinite(loss_->rowCurvatureBound())) return;
  const std::vector<double> zeros(offset_.size());
  if (!std::isfinite(loss_->value(zeros, y_))) {
    throw BadValue("NUMERIC", "offset", "offset is too large: the loss overflows");
  }
}

Prepared::Prepared(const GramMoments& gram, Standardization options, const std::string& loss,
                   const Cancellation* cancel)
    : item_(requireLoss(loss)),
      gram_(standardizedGram(gram, options)),
      hasIntercept_(options.intercept),
      means_{gram_.yMean} {
  loss_ = item_.make({.intercept = hasIntercept_});
  if (!item_.folds || !loss_->quadratic()) {
    throw BadValue("UNSUPPORTED", "loss", "loss must be squared for a gram, but is " + loss);
  }
  PseudoRows rows = pseudoRows(gram_, cancel);
  design_ = std::move(rows.design);
  y_ = std::move(rows.y);
  gram_.gram = {};
  gram_.correlation = {};
}

std::vector<double> Prepared::fitted(std::span<const double> w) const {
  std::vector<std::size_t> index;
  std::vector<double> values;
  for (std::size_t j = 0; j < w.size(); ++j) {
    if (w[j] == 0.0) continue;
    index.push_back(j);
    values.push_back(w[j]);
  }
  std::vector<double> out(whole().rows());
  whole().combine(index, values, out);
  return out;
}

std::vector<double> Prepared::predictors(std::span<const double> w) const {
  std::vector<double> z = fitted(w);
  std::vector<double> b(outputs());
  if (hasIntercept_) loss_->intercepts(z, y_, b);
  const std::size_t rows = z.size() / b.size();
  for (std::size_t i = 0; i < z.size(); ++i) {
    z[i] += b[i / rows] + (offset_.empty() ? 0.0 : offset_[i]);
  }
  return z;
}

std::vector<double> Prepared::bestIntercepts(std::span<const double> w) const {
  if (item_.folds) return means_;
  std::vector<double> b(outputs());
  loss_->intercepts(fitted(w), y_, b);
  return b;
}

std::vector<double> Prepared::intercepts(std::span<const double> w) const {
  if (!hasIntercept_ || item_.shiftInvariant) return std::vector<double>(outputs());
  std::vector<double> b = bestIntercepts(w);
  const std::size_t columns = means().size();
  for (std::size_t j = 0; j < w.size(); ++j) {
    b[j / columns] -= means()[j % columns] * (w[j] / scales()[j]);
  }
  if (!loss_->relative()) return b;
  const double mean = std::accumulate(b.begin(), b.end(), 0.0) / static_cast<double>(b.size());
  for (double& value : b) value -= mean;
  return b;
}

}  // namespace flipside
