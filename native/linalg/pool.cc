#include "linalg/pool.h"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <exception>
#include <memory>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "linalg/affinity.h"

namespace flipside::linalg {
namespace {

/// Worker threads are started when work arrives and leave after a short idle time, so that a
/// process that has finished its fits owns no thread of ours.
class Pool {
 public:
  static Pool& instance() {
    // Never destroyed: a detached worker may outlive static destruction at process exit.
    static Pool* pool = new Pool();
    return *pool;
  }

  std::size_t budget() const { return budget_.load(std::memory_order_relaxed); }
  void setBudget(std::size_t threads) {
    {
      std::lock_guard lock(mutex_);
      budget_.store(std::max<std::size_t>(1, threads), std::memory_order_relaxed);
      noteWants();
    }
    wake_.notify_all();  // idle workers beyond the new budget leave
  }
  std::size_t alive() {
    std::lock_guard lock(mutex_);
    return workers_;
  }

  /// front = true for the tiles of a kernel that runs already: they go before new jobs.
  void push(std::function<void()> task, bool front) {
    {
      std::lock_guard lock(mutex_);
      if (front) {
        tasks_.push_front(std::move(task));
      } else {
        tasks_.push_back(std::move(task));
      }
      if (lacksWorker()) startWorker(front);
      noteWants();
    }
    wake_.notify_one();
  }

  void offer(const void* key, std::function<void()> task) {
    {
      std::lock_guard lock(mutex_);
      offers_.emplace_back(key, std::move(task));
      if (lacksWorker()) startWorker(true);
    }
    wake_.notify_one();
  }
  void withdraw(const void* key) {
    std::deque<Offer> withdrawn;  // destroyed without the lock
    std::lock_guard lock(mutex_);
    for (Offer& entry : offers_) {
      if (entry.first == key) withdrawn.push_back(std::move(entry));
    }
    std::erase_if(offers_, [](const Offer& entry) { return !entry.second; });
  }
  bool wanted() const { return wanted_.load(std::memory_order_relaxed); }

 private:
  using Offer = std::pair<const void*, std::function<void()>>;

  Pool() : budget_(std::max(1U, std::thread::hardware_concurrency())) {}

  bool lacksWorker() const { return idle_ < tasks_.size() + offers_.size() && workers_ < budget(); }
  bool hasWork() const { return !tasks_.empty() || !offers_.empty(); }
  void noteWants() {
    wanted_.store(tasks_.size() > idle_ || workers_ > budget(), std::memory_order_relaxed);
  }

  /// A machine that refuses another thread is no error while somebody is left to do the work: the
  /// caller of a kernel always takes part in it, and earlier workers empty the queue.
  void startWorker(bool front) {
    try {
      std::thread([this, inherited = InheritedBinding()] {
        inherited.undo();
        work();
      }).detach();
      ++workers_;
    } catch (const std::system_error&) {
      if (!front && workers_ == 0) {
        tasks_.pop_back();
        throw;
      }
    }
  }

  void work() {
    std::unique_lock lock(mutex_);
    for (;;) {
      ++idle_;
      const bool ready = wake_.wait_for(lock, std::chrono::seconds(2),
                                        [this] { return hasWork() || workers_ > budget(); });
      --idle_;
      if (!ready || workers_ > budget()) {
        --workers_;
        noteWants();
        if (ready) wake_.notify_one();
        return;
      }
      std::function<void()> task = take();
      noteWants();
      lock.unlock();
      task();
      task = nullptr;
      lock.lock();
    }
  }

  std::function<void()> take() {
    std::function<void()> task;
    if (!tasks_.empty()) {
      task = std::move(tasks_.front());
      tasks_.pop_front();
    } else {
      task = std::move(offers_.front().second);
      offers_.pop_front();
    }
    return task;
  }

  std::atomic<std::size_t> budget_;
  std::atomic<bool> wanted_{false};
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> tasks_;
  std::deque<Offer> offers_;
  std::size_t workers_ = 0;
  std::size_t idle_ = 0;
};

/// One parallelFor. Helpers hold it alive; a helper that comes late finds no index left and leaves.
struct Region {
  const std::function<void(std::size_t)>* body;
  const Cancellation* cancel;
  std::size_t count;
  std::atomic<std::size_t> next{0};
  std::mutex mutex;
  std::condition_variable finished;
  std::size_t running = 0;
  std::exception_ptr failure;

  void run() {
    {
      std::lock_guard lock(mutex);
      if (next.load() >= count) return;  // body may be gone already
      ++running;
    }
    try {
      for (std::size_t i; (i = next.fetch_add(1)) < count;) {
        if (cancel != nullptr) cancel->poll();
        (*body)(i);
      }
    } catch (...) {
      next.store(count);
      std::lock_guard lock(mutex);
      if (!failure) failure = std::current_exception();
    }
    std::lock_guard lock(mutex);
    if (--running == 0) finished.notify_all();
  }
};

}  // namespace

std::size_t threadBudget() { return Pool::instance().budget(); }
void setThreadBudget(std::size_t threads) { Pool::instance().setBudget(threads); }
std::size_t aliveThreads() { return Pool::instance().alive(); }

void submit(std::function<void()> job) { Pool::instance().push(std::move(job), false); }

void offer(const void* key, std::function<void()> task) {
  Pool::instance().offer(key, std::move(task));
}
void withdraw(const void* key) { Pool::instance().withdraw(key); }
bool threadsAreWanted() { return Pool::instance().wanted(); }

void parallelFor(std::size_t count, const std::function<void(std::size_t)>& body,
                 const Cancellation* cancel) {
  const std::size_t helpers = std::min(count, threadBudget());
  if (helpers <= 1) {
    for (std::size_t i = 0; i < count; ++i) {
      if (cancel != nullptr) cancel->poll();
      body(i);
    }
    return;
  }
  auto region = std::make_shared<Region>();
  region->body = &body;
  region->cancel = cancel;
  region->count = count;
  for (std::size_t h = 1; h < helpers; ++h) {
    Pool::instance().push([region] { region->run(); }, true);
  }
  region->run();
  std::unique_lock lock(region->mutex);
  region->finished.wait(lock, [&] { return region->running == 0; });
  if (region->failure) std::rethrow_exception(region->failure);
}

}  // namespace flipside::linalg
