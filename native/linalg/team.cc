#include "linalg/team.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "hwy/cache_control.h"

namespace flipside::linalg {
namespace {

using Clock = std::chrono::steady_clock;

/// For so long a waiting thread does nothing else, and after this it lets others run in between,
/// who may be those that it waits for.
constexpr auto kBusy = std::chrono::microseconds(20);
/// How long a helper waits for the next phase, and the caller for the helpers' last indices before
/// it sleeps.
constexpr auto kHelperSpins = std::chrono::microseconds(50);
constexpr auto kCallerSpins = std::chrono::microseconds(100);

/// Whether `ready` came true in time.
template <typename Ready>
bool spin(Clock::duration time, const Ready& ready) {
  constexpr int kPauses = 32;
  if (ready()) return true;
  const Clock::time_point start = Clock::now();
  for (;;) {
    for (int i = 0; i < kPauses; ++i) {
      if (ready()) return true;
      hwy::Pause();
    }
    const Clock::duration waited = Clock::now() - start;
    if (waited > time) return false;
    if (waited > kBusy) std::this_thread::yield();
  }
}

}  // namespace

/// What the members have in common; helpers hold it alive, since one may come or leave when the
/// team has gone.
///
/// A phase is published by storing its count in `left`. Who decrements a positive number there owns
/// an index; the phase cannot end before its owner has added it to `done`. Only an owner looks at
/// the fields of the phase, so that a member that comes late, even from an earlier phase, takes
/// either nothing or an index of the phase that runs.
struct Team::Shared {
  // Of the phase that runs; written between phases, by the caller.
  const std::function<void(std::size_t)>* body = nullptr;
  const Cancellation* cancel = nullptr;
  std::size_t count = 0;

  alignas(64) std::atomic<std::ptrdiff_t> left{0};
  /// Indices that helpers have finished.
  alignas(64) std::atomic<std::size_t> done{0};
  std::atomic<bool> callerSleeps{false};
  /// Helpers that neither are here nor have been offered to the pool.
  alignas(64) std::atomic<std::size_t> absent{0};
  std::atomic<bool> ended{false};

  std::mutex mutex;
  std::condition_variable finished;
  std::exception_ptr failure;
  /// To which helpers are bound, each with whether one is there; empty when they are not.
  std::vector<std::pair<int, bool>> places;

  bool hasIndex() const { return left.load(std::memory_order_relaxed) > 0; }
  bool mustLeave() const { return ended.load(std::memory_order_relaxed) || threadsAreWanted(); }

  /// Takes indices until there are none; returns how many are accounted for.
  std::size_t work() {
    std::size_t mine = 0;
    while (hasIndex()) {
      const std::ptrdiff_t taken = left.fetch_sub(1, std::memory_order_acq_rel);
      if (taken <= 0) break;
      ++mine;
      try {
        if (cancel != nullptr) cancel->poll();
        (*body)(count - static_cast<std::size_t>(taken));
      } catch (...) {
        {
          const std::lock_guard lock(mutex);
          if (!failure) failure = std::current_exception();
        }
        // Those that nobody has begun count as mine.
        const std::ptrdiff_t rest = left.exchange(0, std::memory_order_acq_rel);
        if (rest > 0) mine += static_cast<std::size_t>(rest);
      }
    }
    return mine;
  }

  /// The stay of a helper. Sequential consistency here, in `run` and in `awaitHelpers`: of two
  /// threads that each write one number and then read the other's, one sees what the other wrote.
  void help() {
    const Seat seat(*this);
    do {
      while (!mustLeave() && spin(kHelperSpins, [this] { return hasIndex() || mustLeave(); })) {
        const std::size_t mine = work();
        if (mine == 0) continue;
        done.fetch_add(mine, std::memory_order_seq_cst);
        if (callerSleeps.load(std::memory_order_seq_cst)) {
          const std::lock_guard lock(mutex);
          finished.notify_one();
        }
      }
      absent.fetch_add(1, std::memory_order_seq_cst);
      // A phase that was published meanwhile counted on this helper.
    } while (left.load(std::memory_order_seq_cst) > 0 && !mustLeave() && takeAbsent(1) == 1);
  }

  /// Up to `most` of the absent helpers, for which the taker is now responsible.
  std::size_t takeAbsent(std::size_t most) {
    std::size_t there = absent.load(std::memory_order_seq_cst);
    while (there > 0) {
      const std::size_t taken = std::min(there, most);
      if (absent.compare_exchange_weak(there, there - taken)) return taken;
    }
    return 0;
  }

  void awaitHelpers(std::size_t theirs) {
    const auto arrived = [&] { return done.load(std::memory_order_acquire) == theirs; };
    if (spin(kCallerSpins, arrived)) return;
    callerSleeps.store(true, std::memory_order_seq_cst);
    std::unique_lock lock(mutex);
    finished.wait(lock, [&] { return done.load(std::memory_order_seq_cst) == theirs; });
    callerSleeps.store(false, std::memory_order_relaxed);
  }

  /// A helper's processor, if there is one for it.
  class Seat {
   public:
    explicit Seat(Shared& shared) : shared_(shared) {
      const std::lock_guard lock(shared.mutex);
      const auto free = std::ranges::find(shared.places, false, &std::pair<int, bool>::second);
      if (free == shared.places.end()) return;
      free->second = true;
      place_ = static_cast<std::size_t>(free - shared.places.begin());
      binding_.emplace(free->first);
    }
    ~Seat() {
      if (!binding_) return;
      binding_.reset();
      const std::lock_guard lock(shared_.mutex);
      shared_.places[place_].second = false;
    }
    Seat(const Seat&) = delete;
    Seat& operator=(const Seat&) = delete;

   private:
    Shared& shared_;
    std::size_t place_ = 0;
    std::optional<Binding> binding_;
  };
};

Team::Team(bool pin) : helpers_(threadBudget() - 1), shared_(std::make_shared<Shared>()) {
  shared_->absent = helpers_;
  if (!pin || helpers_ == 0) return;
  const std::vector<int> processors = allowedProcessors();
  if (processors.size() < 2) return;
  for (std::size_t i = 1; i < processors.size(); ++i) {
    shared_->places.emplace_back(processors[i], false);
  }
  binding_ = std::make_unique<Binding>(processors[0]);
}

Team::~Team() {
  shared_->ended.store(true, std::memory_order_relaxed);
  withdraw(shared_.get());
}

void Team::run(std::size_t count, const std::function<void(std::size_t)>& body,
               const Cancellation* cancel) {
  if (count <= 1 || helpers_ == 0) {
    for (std::size_t i = 0; i < count; ++i) {
      if (cancel != nullptr) cancel->poll();
      body(i);
    }
    return;
  }
  Shared& shared = *shared_;
  shared.body = &body;
  shared.cancel = cancel;
  shared.count = count;
  shared.done.store(0, std::memory_order_relaxed);
  shared.left.store(static_cast<std::ptrdiff_t>(count), std::memory_order_seq_cst);
  for (std::size_t called = shared.takeAbsent(count - 1); called > 0; --called) {
    try {
      offer(&shared, [team = shared_] { team->help(); });
    } catch (...) {  // no memory: the caller works alone, and tries again in the next phase
      shared.absent.fetch_add(called);
      break;
    }
  }
  const std::size_t mine = shared.work();
  shared.awaitHelpers(count - mine);
  if (shared.failure) std::rethrow_exception(std::exchange(shared.failure, nullptr));
}

}  // namespace flipside::linalg
