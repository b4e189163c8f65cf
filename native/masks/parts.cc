#include "masks/parts.h"

#include <atomic>
#include <chrono>
#include <exception>
#include <limits>
#include <mutex>

namespace flipside {
namespace {

constexpr std::chrono::milliseconds kProgressInterval(50);

/// Adds up what is done and tells it now and then.
class Reporter {
 public:
  Reporter(std::size_t total, const std::function<void(double)>& progress)
      : total_(static_cast<double>(total)), progress_(progress) {}

  void add(std::size_t count) {
    if (!progress_) return;
    const std::lock_guard lock(mutex_);
    done_ += count;
    const auto now = std::chrono::steady_clock::now();
    if (now - reported_ < kProgressInterval) return;
    reported_ = now;
    progress_(static_cast<double>(done_) / total_);
  }

 private:
  const double total_;
  const std::function<void(double)>& progress_;
  std::mutex mutex_;
  std::size_t done_ = 0;
  std::chrono::steady_clock::time_point reported_ = std::chrono::steady_clock::now();
};

/// The exception of the lowest part. Parts begin in order, so that all below one that failed are
/// under way and will be heard.
class FirstFailure {
 public:
  bool before(std::size_t part) const { return first_.load(std::memory_order_relaxed) < part; }

  void record(std::size_t part) {
    const std::lock_guard lock(mutex_);
    if (part >= first_.load(std::memory_order_relaxed)) return;
    first_.store(part, std::memory_order_relaxed);
    failure_ = std::current_exception();
  }

  void rethrow() const {
    if (failure_) std::rethrow_exception(failure_);
  }

 private:
  std::atomic<std::size_t> first_{std::numeric_limits<std::size_t>::max()};
  std::mutex mutex_;
  std::exception_ptr failure_;
};

}  // namespace

void forPartsInParallel(std::size_t total, std::size_t part, const MaskControl& control,
                        const std::function<void(std::size_t, std::size_t)>& body) {
  Reporter reporter(total, control.progress);
  FirstFailure failure;
  linalg::parallelFor((total + part - 1) / part,
                      [&](std::size_t i) {
                        if (failure.before(i)) return;
                        const std::size_t begin = i * part;
                        const std::size_t count = std::min(part, total - begin);
                        try {
                          body(begin, count);
                        } catch (...) {
                          failure.record(i);
                          return;
                        }
                        reporter.add(count);
                      },
                      control.cancel);
  failure.rethrow();
}

}  // namespace flipside
