// The empirical risk L as a function of the fitted values. A further loss is one file beside
// squared.cc.
#pragma once

#include <span>

namespace flipside {

class Loss {
 public:
  virtual ~Loss() = default;
  /// L(fitted), a mean over the rows.
  virtual double value(std::span<const double> fitted, std::span<const double> y) const = 0;
  /// out_i = -n dL/dfitted_i: what correlate() turns into the negative gradient.
  virtual void residual(std::span<const double> fitted, std::span<const double> y,
                        std::span<double> out) const = 0;
  /// True when L is quadratic in fitted with curvature 1/n, so that one Gram matrix serves a whole
  /// fit.
  virtual bool quadratic() const { return false; }
};

/// 1/(2n) |y - fitted|^2
const Loss& squaredLoss();

}  // namespace flipside
