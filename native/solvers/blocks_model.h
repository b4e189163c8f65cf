// The second-order model of L at a point plus the penalty itself, over the groups at work: descent
// from group to group, and damped Newton steps on the coordinates where the penalty is smooth.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "solvers/blocks.h"
#include "solvers/blocks_work.h"

namespace flipside {

class BlockModel {
 public:
  BlockModel(const Blocks& blocks, const BlockWork& work, const Cancellation* cancel)
      : blocks_(blocks), work_(work), cancel_(cancel) {}

  /// Minimises, with M the Hessian of the work and E = diag(extra),
  ///   -gradient' (w - w0) + 1/2 (w - w0)' (M + E) (w - w0) + penalty(w)
  /// until no group violates its first-order condition by more than `tolerance`, or as far as
  /// rounding lets it. w and gradient (negative, one per column of the work): at w0 in, at the end
  /// (of the model) out. The model at the end is not above that at w0.
  void minimise(std::span<double> w, std::span<double> gradient, std::span<const double> extra,
                double tolerance);

  /// One Newton step on the coordinates where the penalty is smooth, as damped as it must be;
  /// false, with nothing changed, where none lowers the model.
  bool newtonStep(std::span<double> w, std::span<double> gradient, std::span<const double> extra);

  /// Newton's method adds at least this, relative, to the curvatures; beyond 1 it is not used.
  void setLeastDamping(double least) { least_ = least; }

 private:
  void begin(std::span<double> w, std::span<double> gradient, std::span<const double> extra);
  void measure();
  void sweep(double tolerance);
  void visit(std::size_t k, double tolerance);
  double worst() const;
  void apply(std::span<const std::size_t> at, std::span<const double> step);

  // Newton's method.
  void listSmooth();
  void buildNewton();
  bool newton();
  bool tryStep(std::span<const double> direction, double length, double before);
  double smoothViolation() const;

  const Blocks::Group& group(std::size_t k) const { return blocks_.groups()[work_.groups()[k]]; }
  std::size_t begin(std::size_t k) const { return work_.start(k); }
  std::size_t count(std::size_t k) const { return work_.start(k + 1) - work_.start(k); }

  const Blocks& blocks_;
  const BlockWork& work_;
  const Cancellation* cancel_;
  std::span<double> w_;
  std::span<double> gradient_;
  std::span<const double> extra_;
  double least_ = 0.0;
  std::vector<double> bounds_;  // of each group's block of the Hessian
  std::vector<std::size_t> smooth_;
  std::vector<std::size_t> groupOf_;  // of each column
  std::vector<double> newton_;
  std::vector<double> units_;  // of its diagonal: the curvatures of L and the penalty
  std::vector<double> rest_;
  std::vector<double> before_;
  std::vector<double> after_;
};

}  // namespace flipside
