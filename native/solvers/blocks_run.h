// Minimising L + lambda Omega with structure from one point: which groups are at work, and steps by
// the model of blocks_model.h that lower the objective.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <vector>

#include "solvers/blocks.h"
#include "solvers/blocks_model.h"
#include "solvers/blocks_work.h"

namespace flipside {

class BlockRun {
 public:
  /// After an iteration.
  struct State {
    double objective;
    double violation;  ///< before it
    std::size_t nonzero;
    std::size_t working;  ///< columns at work
  };
  using Observer = std::function<void(const State&)>;

  explicit BlockRun(const Problem& problem);

  /// To the nearest point that is allowed. Throws BadValue where the loss overflows there.
  void begin(std::span<const double> start);
  /// Descends at this lambda until no violation exceeds goal; the reason why it ended. With
  /// `penalised` false only groups without a penalty move. The observer is called before the first
  /// iteration, too. Throws Cancelled.
  const char* settle(double lambda, double goal, std::size_t maxIterations, bool penalised,
                     const Observer& observer);
  /// The smallest lambda at which every penalised group at 0 stays there, to 1e-12 relative, by the
  /// gradient here (see lambda_max.h); where there is none, the largest gradient over its factor.
  double lambdaOfZero();

  std::span<const double> w() const { return w_; }
  const Blocks& blocks() const { return blocks_; }
  double passes() const { return passes_; }
  /// A bound of the curvature of a group of these columns, or a guess where there is none.
  double curvatureOf(const Blocks::Group& group) const;

 private:
  struct Survey {
    double violation = 0.0;
    bool jumps = false;   // a group at 0 that violates nothing, but has a better place
    bool enters = false;  // whether a group at 0 is among these
    std::vector<std::size_t> groups;
  };

  double lossAt(std::span<const double> w, std::vector<double>& fitted) const;
  void differentiate();
  Survey survey(double goal, bool penalised);
  /// False when no step lowers the objective.
  bool advance(std::span<const std::size_t> groups, double tolerance);
  bool improve(double tolerance);
  /// One step for more groups than a Hessian is formed of. False where none lowers the objective.
  bool newtonByProducts(std::span<const std::size_t> groups);
  bool accept(std::vector<double>& w, std::vector<double>& fitted);
  bool backtrack(const std::vector<double>& to, std::vector<double>& fitted);
  void fillExtra(std::vector<double>& extra) const;
  bool stays(double lambda);
  std::size_t nonzero() const;
  /// A bound of L's curvature in one fitted value over n; where there is none the mean here.
  double rowCurvature() const;

  const Problem& problem_;
  Blocks blocks_;
  BlockWork work_;
  BlockModel model_;
  std::vector<double> w_;
  std::vector<double> fitted_;
  std::vector<double> residual_;
  std::vector<double> gradient_;  // -grad L, of all columns
  double loss_ = 0.0;
  double penalty_ = 0.0;
  double damping_ = 0.0;
  /// Where L has hardly any curvature left the model of a penalty that is not convex may have its
  /// minimum far away, at 0: a Newton step from here goes first then.
  bool local_ = false;
  bool mayBeLocal_ = false;
  std::size_t large_ = 0;  // iterations with more columns than a Hessian is formed of
  double caution_ = 0.0;   // the least damping of Newton's method, for a quadratic loss
  double passes_ = 0.0;
  double rowBound_;
  double meanCurvature_ = 0.0;  // of the rows here
};

}  // namespace flipside
