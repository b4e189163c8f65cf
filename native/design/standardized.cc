#include "design/standardized.h"

#include <algorithm>
#include <cmath>

#include "design/dense_design.h"
#include "design/float_design.h"
#include "design/missing.h"
#include "design/sparse_design.h"

namespace flipside {
namespace {

std::shared_ptr<StandardizedDesign> construct(std::shared_ptr<const RawMatrix> raw,
                                              std::span<const double> weights,
                                              Standardization options, Storage storage,
                                              const Cancellation* cancel) {
  if (storage == Storage::compact) {
    if (raw->layout == RawMatrix::Layout::compressedColumns) {
      return std::make_shared<SparseDesign>(std::move(raw), weights, options, cancel);
    }
    if (!raw->floats.empty()) {
      return std::make_shared<FloatDesign>(std::move(raw), weights, options, cancel);
    }
  }
  return std::make_shared<DenseDesign>(*raw, weights, options, cancel);
}

}  // namespace

double weightedMean(std::span<const double> x, std::span<const double> rootWeights) {
  const auto n = static_cast<double>(x.size());
  double mean = 0.0;
  for (int pass = 0; pass < 2; ++pass) {
    double sum = 0.0;
    if (rootWeights.empty()) {
      for (const double value : x) sum += value - mean;
    } else {
      for (std::size_t i = 0; i < x.size(); ++i) {
        sum += rootWeights[i] * rootWeights[i] * (x[i] - mean);
      }
    }
    mean += sum / n;
  }
  return mean;
}

StandardizedDesign::StandardizedDesign(std::size_t rows, std::size_t columns,
                                       std::span<const double> weights, Standardization options)
    : rows_(rows),
      columns_(columns),
      options_(options),
      means_(columns),
      scales_(columns, 1.0),
      curvature_(columns) {
  if (weights.empty()) return;
  // Divided by the largest first: the sum of finite weights may overflow.
  const double largest = *std::ranges::max_element(weights);
  double sum = 0.0;
  for (const double weight : weights) sum += weight / largest;
  const double factor = static_cast<double>(rows_) / sum;
  weights_.resize(rows_);
  rootWeights_.resize(rows_);
  for (std::size_t i = 0; i < rows_; ++i) {
    weights_[i] = weights[i] / largest * factor;
    rootWeights_[i] = std::sqrt(weights_[i]);
  }
}

double StandardizedDesign::foldResponse(std::span<double> y) const {
  const double mean = options_.intercept ? weightedMean(y, rootWeights_) : 0.0;
  for (double& value : y) value -= mean;
  if (!rootWeights_.empty()) {
    for (std::size_t i = 0; i < rows_; ++i) y[i] *= rootWeights_[i];
  }
  return mean;
}

std::shared_ptr<const StandardizedDesign> makeDesign(std::shared_ptr<const RawMatrix> raw,
                                                     std::span<const double> weights,
                                                     Standardization options, Storage storage,
                                                     const Cancellation* cancel) {
  if (options.imputeMissing) {
    Imputed imputed = imputeMissing(raw, weights, cancel);
    raw = nullptr;
    const auto design = construct(std::move(imputed.x), weights, options, storage, cancel);
    design->rememberImputed(std::move(imputed.values));
    return design;
  }
  try {
    return construct(raw, weights, options, storage, cancel);
  } catch (const BadValue& error) {
    // Only now: the elements are looked at once where all is well.
    if (error.code == "NOT_FINITE") requireNoMissing(*raw);
    throw;
  }
}

}  // namespace flipside
