// The empirical risk L as a function of the fitted values X w, and the register of losses: a
// further loss is one file beside squared.cc and logistic.cc. It must give evaluate, value,
// curvatureBound and curvatures: every solver for a smooth loss can use it then. A sum over the
// rows is a PointwiseLoss (pointwise.h) and gives phi alone. It may give dualValue, for duality
// gaps.
#pragma once

#include <functional>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace flipside {

/// A mean over the rows, convex and smooth. An instance belongs to one fit: it may keep a warm
/// start. An intercept, if there is one, is minimised out, so that a solver never sees it:
/// L(fitted) = min over b of the mean of w_i phi(fitted_i + offset_i + b, y_i).
class Loss {
 public:
  virtual ~Loss() = default;
  virtual std::string_view name() const = 0;
  /// L(fitted), and out_i = -n dL/dfitted_i: what correlate() turns into the negative gradient.
  virtual double evaluate(std::span<const double> fitted, std::span<const double> y,
                          std::span<double> out) const = 0;
  /// L(fitted) alone.
  virtual double value(std::span<const double> fitted, std::span<const double> y) const = 0;
  /// The Hessian of L in fitted is at most this over n.
  virtual double curvatureBound() const = 0;
  /// The factors of the rows in L: empty for ones, and where a design has absorbed them.
  virtual std::span<const double> rowWeights() const { return {}; }
  /// The second derivative of L in fitted_i is at most this times the weight of row i over n.
  virtual double rowCurvatureBound() const { return curvatureBound(); }
  /// out_i = n times the second derivative of L in fitted_i alone, the intercept held where it is
  /// at fitted. With v = out and an intercept that is minimised out, the Hessian of L in fitted is
  /// (diag(v) - v v' / sum(v)) / n, else diag(v) / n.
  virtual void curvatures(std::span<const double> fitted, std::span<const double> y,
                          std::span<double> out) const = 0;
  /// Whether an intercept is minimised out here (and not absorbed by the design).
  virtual bool freeIntercept() const { return false; }
  /// -L*(-r / n), L* the convex conjugate of L in fitted, for a residual r of evaluate() or a
  /// multiple of it in [0, 1]: with |x_j' r / n| <= lambda for every j a lower bound of the minimum
  /// of L + lambda sum_j |w_j|. NaN where a loss does not offer it.
  virtual double dualValue(std::span<const double> r, std::span<const double> y) const {
    (void)r, (void)y;
    return std::numeric_limits<double>::quiet_NaN();
  }
  /// True when L is quadratic in fitted with curvature exactly 1/n, so that one Gram matrix serves
  /// a whole fit and masks act as Tikhonov regularisation.
  virtual bool quadratic() const { return false; }
  /// The b at which L(fitted) is attained; 0 when there is none or the design has absorbed it.
  virtual double intercept(std::span<const double> fitted, std::span<const double> y) const {
    (void)fitted, (void)y;
    return 0.0;
  }
};

/// What a loss may need of the problem; the spans outlive it.
struct LossContext {
  std::span<const double> weights;  ///< empty, or one per row with sum n
  std::span<const double> offset;   ///< empty, or one per row
  bool intercept = true;
};

struct LossItem {
  std::string name;
  /// True when row weights, offset and intercept are folded into design and response beforehand
  /// (squared error), so that the context is not needed.
  bool folds = false;
  /// Empty, or the sentence on what y must be when it is not ("a number in [0, 1]").
  std::function<bool(double y)> accepts;
  std::string requirement;
  std::function<std::unique_ptr<Loss>(const LossContext&)> make;
};

/// Every registered loss, sorted by name.
const std::vector<LossItem>& losses();
/// Null when the name is unknown.
const LossItem* findLoss(std::string_view name);

struct LossEntry {
  explicit LossEntry(LossItem item);
};

}  // namespace flipside
