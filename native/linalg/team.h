// Threads that go through many short phases together, such as the steps of a training run, where
// parallelFor (pool.h) would wake and sleep in between.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>

#include "linalg/pool.h"

namespace flipside::linalg {

/// A team lasts for one stretch of work of one job. Its other members are threads of the pool, as
/// many as the budget allows and are free: they join when they can, wait for the next phase by
/// spinning briefly and then sleeping, and leave for good when other jobs wait for a thread. What
/// is computed must not depend on which member computes it.
class Team {
 public:
  /// `pin`: members are bound to different processors while the team lasts, where the system can.
  explicit Team(bool pin = false);
  ~Team();
  Team(const Team&) = delete;
  Team& operator=(const Team&) = delete;

  /// body(i) for i in [0, count), on the caller and whoever is there. Returns when all are done;
  /// rethrows the first exception. Polls cancel before each i.
  void run(std::size_t count, const std::function<void(std::size_t)>& body,
           const Cancellation* cancel = nullptr);

 private:
  struct Shared;
  std::shared_ptr<Shared> shared_;
};

}  // namespace flipside::linalg
