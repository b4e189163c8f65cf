// What a job computes. A task knows its inputs and its results; the job that carries it (jobs.h)
// knows neither.
#pragma once

#include <napi.h>

#include <functional>

#include "linalg/pool.h"

namespace flipside::addon {

class Environment;

/// A JavaScript value in the making: made of plain data on a worker, called once on the event loop.
/// It must hold no reference to the task.
using Product = std::function<napi_value(const Environment&)>;

class Task {
 public:
  virtual ~Task() = default;
  /// On a worker, once; the task goes with its inputs when this returns. Polls cancel. `progress`
  /// is null when nobody listens; of products that the event loop has not fetched it gets the
  /// newest.
  virtual Product run(const Cancellation& cancel, const std::function<void(Product)>& progress) = 0;
};

}  // namespace flipside::addon
