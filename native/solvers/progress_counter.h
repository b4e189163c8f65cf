// How far several tasks are that run at the same time, told now and then.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <mutex>
#include <vector>

namespace flipside {

/// Counts fits of all tasks, which run at the same time.
class ProgressCounter {
 public:
  ProgressCounter(std::size_t tasks, const std::function<void(std::size_t)>& listener)
      : done_(tasks), listener_(listener) {}

  void set(std::size_t task, std::size_t done) {
    if (!listener_) return;
    const std::lock_guard lock(mutex_);
    total_ += done - done_[task];
    done_[task] = done;
    const auto now = std::chrono::steady_clock::now();
    if (now - reported_ < kInterval) return;
    reported_ = now;
    listener_(total_);
  }
  bool listens() const { return listener_ != nullptr; }

 private:
  static constexpr std::chrono::milliseconds kInterval{50};

  std::mutex mutex_;
  std::vector<std::size_t> done_;
  std::size_t total_ = 0;
  const std::function<void(std::size_t)>& listener_;
  std::chrono::steady_clock::time_point reported_ = std::chrono::steady_clock::now();
};

}  // namespace flipside
