// Tasks on workers of the pool, and how news of them gets back to the event loop.
//
// A job has two halves. Job is what the worker holds: plain C++ data. Jobs is the list of one
// environment with the callbacks of each job, touched only on that environment's thread. They meet
// in the Mailbox, which the environment closes before it goes: from then on a worker that is still
// computing has no way to reach it.
#pragma once

#include <napi.h>

#include <atomic>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "addon/failure.h"
#include "addon/task.h"

namespace flipside::addon {

class Mailbox {
 public:
  explicit Mailbox(napi_threadsafe_function door) : door_(door) {}
  /// Tells the event loop that there is news of this job. Never waits for it.
  void post(std::uint64_t job);
  void close();

 private:
  std::mutex mutex_;
  napi_threadsafe_function door_;
};

class Job {
 public:
  Job(std::uint64_t id, std::unique_ptr<Task> task, bool reports, std::shared_ptr<Mailbox> mailbox);

  /// On a worker. Does nothing when the job was abandoned before.
  void run() noexcept;
  /// Asks the computation to stop; a job that waits for a worker is settled at once.
  void cancel();
  /// Stops the computation, in whatever environment: the process exits.
  void interrupt() { cancellation_.cancel(); }

  /// Waits for a computation that is under way. Not long after cancel(): tasks poll.
  void await() const { state_.wait(State::running, std::memory_order_acquire); }
  bool finished() const { return state_.load(std::memory_order_acquire) == State::finished; }
  /// What came of it, after finished().
  const std::optional<Failure>& failure() const { return failure_; }
  const Product& result() const { return result_; }
  /// The newest report since the last call; null when there is none.
  Product takeProgress();

 private:
  enum class State { waiting, running, finished };

  void compute();
  void finish();
  void report(Product progress);

  const std::uint64_t id_;
  const bool reports_;
  const std::shared_ptr<Mailbox> mailbox_;
  std::unique_ptr<Task> task_;
  Cancellation cancellation_;
  std::atomic<State> state_{State::waiting};
  Product result_;
  std::optional<Failure> failure_;
  std::mutex progressMutex_;
  Product progress_;
};

class Jobs {
 public:
  explicit Jobs(Environment& environment) : environment_(environment) {}

  /// progress may be null. The arrays that the task writes into are held until it has settled, and
  /// their memory does not go with the environment before the task has left it. Returns the job's
  /// number.
  std::uint64_t submit(std::unique_ptr<Task> task, napi_value settle, napi_value progress,
                       std::initializer_list<napi_value> written);
  void cancel(std::uint64_t job);
  /// Running and waiting.
  std::size_t count() const { return pending_.size(); }
  /// The environment ends: cancels all, calls nobody.
  void shutDown();

 private:
  struct Pending {
    std::shared_ptr<Job> job;
    Napi::FunctionReference settle;
    Napi::FunctionReference progress;
    std::vector<Napi::ObjectReference> written;
  };

  void open();
  void erase(std::uint64_t job);
  static void onNews(napi_env env, napi_value, void* self, void* job);
  void deliver(std::uint64_t job);
  void settle(const Job& job, napi_value callback);
  void call(napi_value callback, std::size_t count, const napi_value* arguments);

  Environment& environment_;
  std::map<std::uint64_t, Pending> pending_;
  std::uint64_t next_ = 1;
  napi_threadsafe_function door_ = nullptr;
  std::shared_ptr<Mailbox> mailbox_;
};

}  // namespace flipside::addon
