// Solves over a small set of columns with their Gram matrix at hand, and looks outside now and then
// for columns that are missing. The point, the Gram matrix and what is known of the columns outside
// stay from one lambda to the next.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "solvers/course.h"
#include "solvers/gram_descent.h"
#include "solvers/gram_store.h"
#include "solvers/local_model.h"
#include "solvers/risk.h"
#include "solvers/screen.h"

namespace flipside {

class WorkingSet {
 public:
  /// State after each solve over the set: of the whole problem where `complete`, else of the set.
  struct State {
    double loss = 0.0;
    double omega = 0.0;
    double objective = 0.0;
    double violation = 0.0;
    std::size_t nonzero = 0;
    std::size_t size = 0;
    bool complete = false;
  };
  using Observer = std::function<void(const State&)>;

  WorkingSet(const Problem& problem, Risk& risk);

  /// Goes to w, one value per column, or empty for 0.
  void begin(std::span<const double> w);
  /// Until no column violates its condition by more than goal, or nothing helps any more
  /// ("stalled"), or most solves are done ("maxIterations"), or cancelled ("aborted"). Returns the
  /// reason.
  const char* settle(double lambda, double goal, std::size_t most, const Observer& observer = {},
                     bool stage = false);

  const State& state() const { return state_; }
  /// One value per column of X.
  std::vector<double> dense() const;
  std::size_t nonzero() const;
  /// The smallest lambda at which this point, being 0, would not be left: of the largest threshold.
  double lambdaOfZero();
  /// Hands the Gram matrix to the design, for the next fit on it. The end of this one.
  void leaveGram();
  double passes() const { return screen_.passes(); }
  /// What can be proved of this point as one of the problem.
  void certify(ConvergenceRecord& record);

 private:
  bool convexBeyond(double concavity);
  void moveHere();
  void arrive();
  bool polish();
  void improve(double tolerance);
  double advance(std::span<const double> before, const State& from, double promised);
  double promise(std::span<const double> before, std::span<const double> gradient) const;
  void grow();
  void prune();
  double insideViolation();
  double objectiveSlack() const;

  const Problem& problem_;
  Risk& risk_;
  std::shared_ptr<const SeparablePenalty> table_;
  const SeparablePenalty& penalty_;
  double lambda_;
  GramDescent descent_;
  GramStore store_;
  LocalModel model_;
  Screen screen_;
  std::vector<double> w_;         // of the store's columns
  std::vector<double> gradient_;  // of the store's columns
  State state_;
};

}  // namespace flipside
