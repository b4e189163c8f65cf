// Minimises a quadratic plus a separable penalty,
//
//   -g'd + 1/2 d'G d + lambda sum_k omega(|w_k + d_k|),
//
// over a few hundred or thousand coordinates whose Gram matrix G is at hand: cyclic coordinate
// descent by proximal steps, and Newton's method on the support once descent has cost about as much
// as a factorisation. Work is counted in multiplications, never timed: the same bits in every run.
#pragma once

#include <array>
#include <span>
#include <vector>

#include "linalg/linalg.h"
#include "penalties/penalty.h"
#include "solvers/bordered_factor.h"
#include "solvers/gram_store.h"

namespace flipside {

class GramDescent {
 public:
  GramDescent(const SeparablePenalty& penalty, const Cancellation* cancel)
      : penalty_(penalty), cancel_(cancel) {}

  void setLambda(double lambda) {
    lambda_ = lambda;
    thresholds_.fill({});
  }

  /// Sweeps pass over coordinates that would move by less than this share of the tolerance: for a
  /// rough solution most of the work. 0 at first.
  void setSkip(double share) { skip_ = share; }

  /// w and gradient (g, the negative gradient of the quadratic at w), one per column of the store:
  /// at the start in, at the end out. Ends when no coordinate violates its condition by more than
  /// `tolerance`, or where rounding or `mostSweeps` does not let it. Returns the largest violation.
  double minimise(const GramStore& gram, std::span<double> w, std::span<double> gradient,
                  double tolerance, std::size_t mostSweeps);

  /// The largest |gradient| at which 0 is the proximal step of a coordinate of this curvature.
  double threshold(double h);
  /// How far a coordinate is from its condition: the first-order one, and for a zero the excess
  /// over the threshold.
  double violation(double w, double gradient, double h);
  /// The proximal step: where a coordinate of curvature h goes.
  double step(double w, double gradient, double h) const;

 private:
  struct Threshold {
    double h = -1.0;
    double value = 0.0;
  };

  std::size_t activate();
  double sweep(double least);
  double largestViolation();
  void collectSupport();
  double newtonCost();
  bool newton();
  bool slide(std::span<const double> force);
  bool tryStep(double length);

  const SeparablePenalty& penalty_;
  double lambda_ = 0.0;
  double skip_ = 0.0;
  const Cancellation* cancel_;
  const GramStore* gram_ = nullptr;
  std::span<double> w_;
  std::span<double> gradient_;
  std::array<Threshold, 256> thresholds_{};  // by curvature: where columns are standardised one
  double spent_ = 0.0;                       // multiplications since the last factorisation
  double refused_ = 0.0;
  std::vector<std::size_t> active_;  // places that are not 0 or want to leave it
  std::vector<char> isActive_;
  std::vector<std::size_t> support_;
  std::vector<double> shift_;  // lambda omega'' on the support
  BorderedFactor factor_;
  std::vector<double> direction_;
  std::vector<double> next_;
  std::vector<double> image_;
};

}  // namespace flipside
