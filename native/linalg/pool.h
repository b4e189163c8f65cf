// One pool for the process: jobs (a whole fit) and the tiles of one kernel share its thread budget.
#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <stdexcept>

namespace flipside {

/// Thrown at a poll after cancel().
struct Cancelled : std::exception {
  const char* what() const noexcept override { return "cancelled"; }
};

/// A flag that another thread raises and a kernel polls.
class Cancellation {
 public:
  void cancel() { flag_.store(true, std::memory_order_relaxed); }
  bool cancelled() const { return flag_.load(std::memory_order_relaxed); }
  void poll() const {
    if (cancelled()) throw Cancelled();
  }

 private:
  std::atomic<bool> flag_{false};
};

namespace linalg {

/// Threads that kernels and jobs of this process use together; set once before the first job, or
/// changed while none runs.
std::size_t threadBudget();
void setThreadBudget(std::size_t threads);
/// Threads of the pool that exist now, busy or idle.
std::size_t aliveThreads();

/// Runs job on a pool thread. Never blocks; jobs beyond the budget wait in order.
void submit(std::function<void()> job);

/// body(i) for i in [0, count), on the calling thread and any idle pool threads. Returns when all
/// are done; rethrows the first exception. Polls cancel before each i.
void parallelFor(std::size_t count, const std::function<void(std::size_t)>& body,
                 const Cancellation* cancel = nullptr);

/// Offers work that may as well not be done: an idle thread of the pool takes it when nothing else
/// waits, and should come to an end when threadsAreWanted() (see team.h). `key` is for withdraw().
/// Never blocks nor throws for want of a thread.
void offer(const void* key, std::function<void()> task);
/// Drops what was offered with this key and has not begun.
void withdraw(const void* key);
/// Jobs or tiles wait for a thread, or there are more threads than the budget allows.
bool threadsAreWanted();

}  // namespace linalg
}  // namespace flipside
