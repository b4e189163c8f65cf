// The data of a fit as its solver sees them: standardised design, response and loss.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "design/dense_design.h"
#include "losses/loss.h"

namespace flipside {

/// A regression problem as the caller gave it; empty vectors stand for weights 1 and offset 0.
struct RegressionData {
  const RawMatrix& x;
  std::span<const double> y;
  std::span<const double> weights;
  std::span<const double> offset;
  Standardization standardization;
};

class Prepared {
 public:
  /// Throws BadValue for data that the loss cannot use, and for the name of an unknown loss.
  Prepared(const RegressionData& data, const std::string& loss, const Cancellation* cancel);

  const DenseDesign& design() const { return design_; }
  std::span<const double> y() const { return y_; }
  const Loss& loss() const { return *loss_; }
  /// The intercept on the caller's scale that goes with coefficients w on the standardised one.
  double intercept(std::span<const double> w) const;

 private:
  const LossItem& item_;
  DenseDesign design_;
  std::vector<double> y_;
  std::vector<double> offset_;
  std::unique_ptr<const Loss> loss_;
  bool hasIntercept_;
  double mean_ = 0.0;  // of y, where it is folded in
};

}  // namespace flipside
