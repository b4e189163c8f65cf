// What the reweighted iteration does once it has told the zeros from the nonzeros: the vanishing
// coordinates are set to 0, the rest is solved again by Newton's method on the support, and the
// whole is checked. Coordinates that the check finds wrongly at 0 come back.
#pragma once

#include <functional>
#include <vector>

#include "solvers/iterate.h"

namespace flipside {

class SupportFinish {
 public:
  /// goal: the largest violation that counts as none. record is called after each step that lowered
  /// the objective; it returns false when the iterations are used up.
  SupportFinish(Iterate& at, double goal, std::function<bool()> record);

  /// Sets vanishing coordinates to 0 and solves on the rest. True when the result is stationary as
  /// a whole; false leaves a point whose objective is no higher than before.
  bool run();

  /// At a stationary point that need not be a minimum: tries to leave it downhill. True when it
  /// did.
  bool descendFurther();

 private:
  std::vector<bool> vanishing() const;
  void newton();
  void newtonSteps();
  void dropVanishing();
  bool newtonStep();
  bool lineSearch(std::span<const double> direction);
  bool enter(const std::vector<std::size_t>& violators, const Stationarity& check);
  bool leaveSaddle();
  bool swapSupport();

  Iterate& at_;
  double goal_;
  std::function<bool()> record_;
  double threshold_ = 1e-3;  // of the iterate's scale: below it a coordinate may be vanishing
  std::size_t damping_ = 0;  // how much the last step's matrix needed
  bool crowds_ = true;  // reweighting still thins out supports much larger than the number of rows
  bool exhausted_ = false;
};

}  // namespace flipside
