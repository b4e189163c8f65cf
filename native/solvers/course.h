// What a first-order solver reports while it runs: its history, its progress, and why it ended.
#pragma once

#include <algorithm>
#include <limits>
#include <utility>

#include "solvers/composite.h"
#include "solvers/history.h"

namespace flipside {

/// Tells progress from standing still: at the resolution of the objective the violation still shows
/// it, and need not fall each time.
class Patience {
 public:
  explicit Patience(std::size_t most) : most_(most) {}

  /// False when there has been none for too many calls.
  bool progressed(double objective, double slack, double violation, double factor = 0.999) {
    if (objective < objective_ - slack || violation < factor * violation_) {
      objective_ = std::min(objective_, objective);
      violation_ = std::min(violation_, violation);
      idle_ = 0;
      return true;
    }
    return ++idle_ < most_;
  }
  bool idle() const { return idle_ > 0; }

 private:
  std::size_t most_;
  std::size_t idle_ = 0;
  double objective_ = std::numeric_limits<double>::infinity();
  double violation_ = objective_;
};

class Course {
 public:
  explicit Course(const Problem& problem) : problem_(problem) {}

  void begin(const Point& point) {
    history_.add(point.objective, point.nonzero());
    solution_.w = point.w;
  }

  /// After an iteration. A rise is rounding, or a solver's own descent of something else: the
  /// lowest point so far is what counts.
  void step(const Point& point, double violation) {
    ++solution_.iterations;
    const double last = history_.last();
    const bool lower = point.objective <= last;
    history_.add(std::min(last, point.objective),
                 lower ? point.nonzero() : solution_.nonzeroHistory.back());
    if (lower) solution_.w = point.w;
    if (!problem_.onIteration) return;
    problem_.onIteration(solution_.iterations, history_.last(), violation,
                         solution_.nonzeroHistory.back());
  }

  /// The point of the last iteration after all.
  void amend(const Point& point) {
    history_.amend(std::min(history_.last(), point.objective), point.nonzero());
    solution_.w = point.w;
  }

  std::size_t iterations() const { return solution_.iterations; }
  bool exhausted() const { return solution_.iterations >= problem_.maxIterations; }
  double lowest() const { return history_.last(); }
  const std::vector<double>& w() const { return solution_.w; }

  void end(const char* reason) { solution_.reason = reason; }
  Solution take() { return std::move(solution_); }

 private:
  const Problem& problem_;
  Solution solution_;
  History history_{solution_};
};

}  // namespace flipside
