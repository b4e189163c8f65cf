// The model of the objective that a working set is solved by. L is taken to second order at a
// point: that is exact for a quadratic one, and one step of a proximal Newton method otherwise.
//
// Which model of the penalty goes with it, where L is not quadratic, depends on what came of it:
//  - the penalty itself: proximal steps, which jump where it is not convex. The objective itself
//    may then not fall, not by a part of the way either;
//  - its second-order expansion in |w_k|, in the orthant of w, so much less concave where it must
//  be
//    that each coordinate is convex: a way down from points that are not stationary, to any of
//    which it is short. No zero comes in by a jump;
//  - the penalty itself with the bound of L's curvature: what lowers this model lowers the
//    objective, slowly. Where there is no bound, with the curvature at the point made so many times
//    larger until the objective falls.
//
// The Hessian is used along the columns first, and formed once that has cost as much as forming it
// would: so never more than about twice the cheaper of the two is spent. A Gram matrix is kept
// while the curvature of L has not changed much; what that leaves is found in the gradient and made
// good by the next step.
#pragma once

#include <span>
#include <vector>

#include "penalties/penalty.h"
#include "solvers/column_descent.h"
#include "solvers/gram_descent.h"
#include "solvers/gram_store.h"
#include "solvers/risk.h"

namespace flipside {

class LocalModel {
 public:
  LocalModel(Risk& risk, GramDescent& descent, const SeparablePenalty& penalty,
             const Cancellation* cancel)
      : risk_(risk), descent_(descent), penalty_(penalty), cancel_(cancel) {}

  /// Minimises the model at the point of the risk over the columns of the store. w and gradient: at
  /// that point in, at the end (of the model) out.
  void minimise(GramStore& store, double lambda, std::span<double> w, std::span<double> gradient,
                double tolerance);
  /// Whether a part of the way to its minimum lowers the objective, if it is short enough.
  bool leadsDown() const { return manner_ == Manner::local || penalty_.convex(); }

  /// The objective did not fall: the next model will be another. False when there is none.
  bool yield();
  /// It did.
  void trust(bool wholeWay);

 private:
  static constexpr double kMostLeft = 0.5;
  enum class Manner { jumps, local, bounded };

  bool gramServes(GramStore& store);
  void raise(GramStore& store, std::span<const double> diagonal);
  void viaGram(GramStore& store, std::span<double> w, std::span<double> gradient, double tolerance);
  void alongColumns(GramStore& store, std::span<double> w, std::span<double> gradient,
                    double tolerance);
  DescentOutcome descend(GramStore& store, const CoordinateRule& rule, double caution,
                         std::span<double> w, std::span<double> gradient, double tolerance,
                         double mostSteps);

  Risk& risk_;
  GramDescent& descent_;
  const SeparablePenalty& penalty_;
  const Cancellation* cancel_;
  Manner manner_ = Manner::jumps;
  int failures_ = 0;  // of the first manner
  /// Of a coordinate's curvature, what a penalty's concavity must leave in the local manner: the
  /// less, the longer that has gone well.
  double left_ = kMostLeft;
  /// In the bounded manner, see Risk::hold.
  double caution_ = 1.0;
  std::size_t rounds_ = 0;  // before it is tried again
  double spent_ = 0.0;      // on steps along columns since the matrix was last formed
};

}  // namespace flipside
