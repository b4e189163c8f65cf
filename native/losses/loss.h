// The empirical risk L as a function of the fitted values X w, and the register of losses: a
// further loss is one file beside squared.cc and logistic.cc. It must give evaluate, value,
// curvatureBound and curvatures: every solver for a smooth loss can use it then. A sum over the
// rows is a PointwiseLoss (pointwise.h) and gives phi alone. It may give dualValue, for duality
// gaps.
//
// A loss may have several outputs per row (classes, tasks). Then fitted has rows x outputs entries,
// output after output, and what is called n below is that number of entries: the design of such a
// problem is block diagonal with n rows, so that no solver needs to know.
#pragma once

#include <cmath>
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
  /// The Hessian of L in fitted is at most this over n; +infinity where it is not bounded.
  virtual double curvatureBound() const = 0;
  /// The factors of the rows in L: empty for ones, and where a design has absorbed them.
  virtual std::span<const double> rowWeights() const { return {}; }
  /// The second derivative of L in fitted_i is at most this times the weight of row i over n.
  virtual double rowCurvatureBound() const { return curvatureBound(); }
  /// What a model of L by curvatures() takes of rowCurvatureBound() at least: a loss that is flat
  /// in places needs steps of a finite length.
  virtual double leastCurvature() const { return 1e-16; }
  /// The mean size of the terms that L, being this value, is the sum of: rounding is a share of it.
  virtual double magnitude(double value, std::span<const double> y) const {
    (void)y;
    return std::abs(value);
  }
  /// The root mean square of what residuals are differences of.
  virtual double residualScale(std::span<const double> y) const;
  /// out_i = n times the second derivative of L in fitted_i alone, the intercept held where it is
  /// at fitted. With v = out and an intercept that is minimised out, the Hessian of L in fitted is
  /// (diag(v) - v v' / sum(v)) / n, else diag(v) / n.
  /// Of a loss whose Hessian is not of this form (diagonal() is false) diag(v) / n is at least the
  /// Hessian.
  virtual void curvatures(std::span<const double> fitted, std::span<const double> y,
                          std::span<double> out) const = 0;
  /// See curvatures().
  virtual bool diagonal() const { return true; }
  /// out = n times the Hessian of L in fitted times direction. From curvatures() by default, for a
  /// diagonal() loss.
  virtual void applyHessian(std::span<const double> fitted, std::span<const double> y,
                            std::span<const double> direction, std::span<double> out) const;
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
  /// True when L is the sum over the outputs of 1/(2n) |y_k - fitted_k|^2, n the rows: then its
  /// minimum is that of as many regressions.
  virtual bool separateSquares() const { return quadratic(); }
  /// True when L does not change with what is added to all outputs of a row alike, so that the
  /// intercepts are made unique by a sum of 0.
  virtual bool relative() const { return false; }
  /// The b at which L(fitted) is attained; 0 when there is none or the design has absorbed it.
  virtual double intercept(std::span<const double> fitted, std::span<const double> y) const {
    (void)fitted, (void)y;
    return 0.0;
  }
  /// The same for each output.
  virtual void intercepts(std::span<const double> fitted, std::span<const double> y,
                          std::span<double> out) const {
    out[0] = intercept(fitted, y);
  }
};

/// What a loss may need of the problem; the spans outlive it.
struct LossContext {
  std::span<const double> weights{};  ///< empty, or one per row with sum n
  std::span<const double> offset{};   ///< empty, or one per row and output, as fitted
  bool intercept = true;
  std::span<const double>
      parameters{};  ///< one for each of LossItem::parameters, or empty for usual
  std::size_t outputs = 1;
};

/// Linear predictors z (with intercept and offset) of some rows beside their response.
struct Predicted {
  std::span<const double> z;  ///< rows x outputs, output after output
  std::span<const double> y;
  std::span<const double> weights;  ///< one per row
  std::span<const double> parameters;
  std::size_t outputs = 1;
};

/// A number that a loss depends on, such as the delta of huber.
struct LossParameter {
  std::string name;
  double usual;
  std::function<bool(double)> accepts;
  std::string requirement;
};

struct LossItem {
  std::string name;
  /// True when row weights, offset and intercept are folded into design and response beforehand
  /// (squared error), so that the context is not needed.
  bool folds = false;
  /// Empty, or the sentence on what y must be when it is not ("a number in [0, 1]").
  std::function<bool(double y)> accepts{};
  std::string requirement{};
  std::function<std::unique_ptr<Loss>(const LossContext&)> make;
  std::vector<LossParameter> parameters{};
  /// Numbers per row in y, column after column: 2 for cox (time, status), outputs for multiTask.
  std::size_t (*responseWidth)(std::size_t outputs) = [](std::size_t) { return std::size_t{1}; };
  /// Whether outputs > 1 makes sense.
  bool multipleOutputs = false;
  /// Empty, or what is wrong with y as a whole, as the end of a sentence that begins with "y".
  std::string (*defect)(std::span<const double> y, std::size_t rows, std::size_t outputs) =
      [](std::span<const double>, std::size_t, std::size_t) { return std::string(); };
  /// 2 sum_i w_i (phi(z_i, y_i) - the least phi can be at y_i): the deviance.
  double (*deviance)(const Predicted&) = nullptr;
  /// False where rows depend on each other (cox): held-out rows then have no deviance of their own.
  bool additive = true;
  /// True where L does not change when all fitted values do by the same: there is no intercept.
  bool shiftInvariant = false;
};

/// Every registered loss, sorted by name.
const std::vector<LossItem>& losses();
/// Null when the name is unknown.
const LossItem* findLoss(std::string_view name);

struct LossEntry {
  explicit LossEntry(LossItem item);
};

}  // namespace flipside
