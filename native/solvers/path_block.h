// Consecutive lambdas of a path, solved over the working set one after the other, each from the one
// before, and checked together: one pass over X gives the gradients of all columns at up to eight
// points. Later rounds repair what that check has found; only columns that the exact bound on a
// change of gradient does not exclude are then looked at again.
//
// The loss is quadratic, so that one Gram matrix serves all lambdas.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "solvers/course.h"
#include "solvers/gram_descent.h"
#include "solvers/gram_store.h"
#include "solvers/history.h"
#include "solvers/risk.h"

namespace flipside {

/// A point of the path over the columns of the store.
struct PathPoint {
  double lambda = 0.0;
  double loss = 0.0;
  std::vector<double> w;
  std::vector<double> gradient;  ///< negative, as everywhere
};

struct PathTarget {
  double lambda = 0.0;
  double goal = 0.0;   ///< the violation to get to
  bool wanted = true;  ///< else only on the way to the next
};

/// One lambda of a block.
struct PathStop {
  explicit PathStop(const PathTarget& wish) : target(wish) { point.lambda = wish.lambda; }
  PathStop(const PathStop&) = delete;
  PathStop& operator=(const PathStop&) = delete;

  PathTarget target;
  PathPoint point;
  double omega = 0.0;
  double objective = 0.0;
  double violation = 0.0;
  bool reached = false;  ///< the point is this lambda's own
  bool moved = false;    ///< away from where it started
  bool done = false;
  bool failed = false;  ///< the first check found columns that are missing
  Solution solution;
  History history{solution};
  Patience patience{20};
};

class PathBlock {
 public:
  PathBlock(const Problem& problem, Risk& risk, const SeparablePenalty& penalty);

  const GramStore& store() const { return store_; }
  /// Columns come into the store, or only those at these places, ascending, stay.
  void append(std::span<const std::size_t> columns);
  void keep(std::span<const std::size_t> places);
  /// The threshold of a column of curvature h at this lambda.
  double threshold(double lambda, double h);
  /// The smallest of a column that is not constant: no threshold is below its own.
  double leastCurvature() const { return leastCurvature_; }
  /// L and the trace at a point.
  double evaluate(const PathPoint& point, std::span<double> trace);

  /// From the last point on, in the direction of the path where there is one before it. Throws
  /// Cancelled; then stops() say how far it got.
  void run(std::span<const PathTarget> targets, const PathPoint* before, const PathPoint& last);
  std::vector<std::unique_ptr<PathStop>>& stops() { return stops_; }
  /// -dL/dw of all columns at a stop, where they were computed last.
  std::span<const double> gradients(std::size_t stop) const {
    return {&all_[stop * risk_.columns()], risk_.columns()};
  }

  static std::size_t nonzero(const PathPoint& point);

 private:
  struct Outside {
    std::size_t column;
    double gradient;
    double excess = 0.0;  ///< over the threshold
  };

  std::span<double> traceOf(std::size_t stop) {
    return {&traces_[stop * risk_.traceSize()], risk_.traceSize()};
  }
  double omegaOf(const PathPoint& point) const;
  double slack(const PathStop& stop) const;
  void solveFirst(std::size_t stop, const PathPoint* a, const PathPoint& b);
  bool extrapolate(const PathPoint& a, const PathPoint& b, PathPoint& out) const;
  bool descend(std::size_t stop, PathPoint from, double tolerance);
  bool tryPoint(std::size_t stop, PathPoint& next);
  void retreat(std::size_t stop);
  void improve(std::size_t stop);
  void checkAll();
  void checkNear(std::size_t stop);
  void judge(std::size_t stop);
  void certify(std::size_t stop);
  void take(const PathStop& stop, std::vector<Outside>& found);
  void grow();
  void report() const;

  const Problem& problem_;
  Risk& risk_;
  const SeparablePenalty& penalty_;
  GramDescent descent_;
  double share_;  // of the goal, as far as a descent goes
  GramStore store_;
  double leastCurvature_ = 0.0;
  std::vector<char> inside_;    // in the store
  std::vector<char> entering_;  // to come in
  std::vector<std::unique_ptr<PathStop>> stops_;
  std::vector<double> traces_;
  std::vector<double> marked_;  // traces where all gradients were computed
  std::vector<double> all_;     // those gradients
  std::vector<Outside> outside_;
  PathPoint refused_;
};

}  // namespace flipside
