// The model of the objective that a working set is solved by: L to second order at a point, and the
// penalty as it is. Of a quadratic L that is all there is to know; otherwise it is one step of a
// proximal Newton method.
//
// The Hessian is used along the columns first, and formed once that has cost as much as forming it
// would: so never more than twice the cheaper of the two is spent. A Gram matrix is kept while the
// curvature of L has not changed much; what that leaves is found in the gradient and made good by
// the next step.
#pragma once

#include <span>

#include "solvers/column_descent.h"
#include "solvers/gram_descent.h"
#include "solvers/gram_store.h"
#include "solvers/risk.h"

namespace flipside {

class LocalModel {
 public:
  LocalModel(Risk& risk, GramDescent& descent, const Cancellation* cancel)
      : risk_(risk), descent_(descent), along_(descent, cancel) {}

  /// Minimises the model at the point of the risk over the columns of the store. w and gradient: at
  /// that point in, at the end (of the model) out.
  void minimise(GramStore& store, std::span<double> w, std::span<double> gradient,
                double tolerance);

  /// After a step that did not lower the objective as the model had said: the next model takes more
  /// of the bound of L's curvature, which no step can exceed. False when this one did already.
  bool yield();
  /// After a step that did.
  void trust() { caution_ = caution_ < kLeastCaution ? 0.0 : 0.25 * caution_; }

 private:
  static constexpr double kLeastCaution = 0.05;

  bool gramServes(GramStore& store);
  void viaGram(GramStore& store, std::span<double> w, std::span<double> gradient, double tolerance);

  Risk& risk_;
  GramDescent& descent_;
  ColumnDescent along_;
  double caution_ = 0.0;
  double heldCaution_ = 0.0;
  double spent_ = 0.0;  // on steps along columns since the matrix was last formed
};

}  // namespace flipside
