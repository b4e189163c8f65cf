// Threads that go through many short phases together, such as the steps of a training run, where
// parallelFor (pool.h) would wake and sleep in between.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>

#include "linalg/affinity.h"
#include "linalg/pool.h"

namespace flipside::linalg {

/// A team lasts for one stretch of work of one job, and is used by the thread that made it. Its
/// other members are threads of the pool, as many as the budget allows when it is made and are
/// free: they join when they can and wait for the next phase by spinning for some 50 microseconds,
/// after which they go back to the pool until another phase calls them. They also go, at the end of
/// a phase, when jobs or tiles wait for a thread of the pool, and may come back when those have
/// been served. What is computed must not depend on which member computes it.
class Team {
 public:
  /// `pin`: members are bound to different processors of those that the caller may use, where the
  /// system can (Linux), and each gets its old ones back when it leaves or the team ends. Members
  /// beyond the number of processors are not bound. Only for a process that has the machine for
  /// itself: two pinned teams would share processors while others are idle.
  explicit Team(bool pin = false);
  ~Team();
  Team(const Team&) = delete;
  Team& operator=(const Team&) = delete;

  /// body(i) for i in [0, count), on the caller and whoever is there. Returns when all are done;
  /// rethrows the first exception, after which no more indices are given out. Polls cancel before
  /// each i. body must not call run of the same team.
  void run(std::size_t count, const std::function<void(std::size_t)>& body,
           const Cancellation* cancel = nullptr);

 private:
  struct Shared;
  std::size_t helpers_;
  std::shared_ptr<Shared> shared_;
  std::unique_ptr<Binding> binding_;
};

}  // namespace flipside::linalg
