// What a first-order solver reports while it runs: its history, its progress, and why it ended.
#pragma once

#include <algorithm>
#include <utility>

#include "solvers/composite.h"
#include "solvers/history.h"

namespace flipside {

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
