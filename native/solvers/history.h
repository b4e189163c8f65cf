// The course of a solver: objective, nonzeros and seconds after each iteration.
#pragma once

#include <chrono>

#include "solvers/problem.h"

namespace flipside {

class History {
 public:
  explicit History(Solution& solution) : solution_(solution) {}

  void add(double objective, std::size_t nonzero) {
    solution_.objectiveHistory.push_back(objective);
    solution_.nonzeroHistory.push_back(nonzero);
    solution_.secondsHistory.push_back(seconds());
  }
  /// In place of the last entry.
  void amend(double objective, std::size_t nonzero) {
    solution_.objectiveHistory.back() = objective;
    solution_.nonzeroHistory.back() = nonzero;
    solution_.secondsHistory.back() = seconds();
  }
  bool empty() const { return solution_.objectiveHistory.empty(); }
  double last() const { return solution_.objectiveHistory.back(); }

 private:
  double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begun_).count();
  }

  Solution& solution_;
  std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
};

}  // namespace flipside
