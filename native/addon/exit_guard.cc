#include "addon/exit_guard.h"

#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <set>

#include "addon/jobs.h"

namespace flipside::addon {
namespace {

/// Kernels poll for cancellation every few milliseconds; one that does not must not keep the
/// process.
constexpr std::chrono::seconds kLongestWait(10);

struct Computing {
  std::mutex mutex;
  std::condition_variable left;
  std::set<Job*> jobs;
  bool exiting = false;

  static Computing& instance() {
    // Never destroyed: workers may outlive static destruction.
    static Computing* computing = new Computing();
    return *computing;
  }
};

void stopAll() {
  Computing& computing = Computing::instance();
  std::unique_lock lock(computing.mutex);
  computing.exiting = true;
  for (Job* job : computing.jobs) job->interrupt();
  computing.left.wait_for(lock, kLongestWait, [&] { return computing.jobs.empty(); });
}

}  // namespace

void ExitGuard::install() { [[maybe_unused]] static const int registered = std::atexit(stopAll); }

ExitGuard::Entry::Entry(Job& job) : job_(job) {
  Computing& computing = Computing::instance();
  const std::lock_guard lock(computing.mutex);
  computing.jobs.insert(&job);
  if (computing.exiting) job.interrupt();
}

ExitGuard::Entry::~Entry() {
  Computing& computing = Computing::instance();
  const std::lock_guard lock(computing.mutex);
  computing.jobs.erase(&job_);
  computing.left.notify_all();
}

}  // namespace flipside::addon
