// The worker's half of a job.
#include <utility>

#include "addon/exit_guard.h"
#include "addon/jobs.h"

namespace flipside::addon {

void Mailbox::post(std::uint64_t job) {
  const std::lock_guard lock(mutex_);
  // Refused once Node has begun to close the function: then nobody waits for the news either.
  if (door_ != nullptr) {
    napi_call_threadsafe_function(door_, reinterpret_cast<void*>(job), napi_tsfn_nonblocking);
  }
}

void Mailbox::close() {
  const std::lock_guard lock(mutex_);
  door_ = nullptr;
}

Job::Job(std::uint64_t id, std::unique_ptr<Task> task, bool reports,
         std::shared_ptr<Mailbox> mailbox)
    : id_(id), reports_(reports), mailbox_(std::move(mailbox)), task_(std::move(task)) {}

void Job::run() noexcept {
  State waiting = State::waiting;
  if (!state_.compare_exchange_strong(waiting, State::running)) return;
  const ExitGuard::Entry entry(*this);
  compute();
  finish();
}

void Job::compute() {
  try {
    cancellation_.poll();
    std::function<void(Product)> progress;
    if (reports_) progress = [this](Product product) { report(std::move(product)); };
    result_ = task_->run(cancellation_, progress);
  } catch (...) {
    failure_ = nativeFailure();
  }
}

void Job::cancel() {
  cancellation_.cancel();
  State waiting = State::waiting;
  // running keeps a worker off while the result is put together
  if (!state_.compare_exchange_strong(waiting, State::running)) return;
  compute();  // polls first: ends as every cancelled job does
  finish();
}

void Job::finish() {
  task_.reset();  // the inputs go here, not when the event loop comes round
  state_.store(State::finished, std::memory_order_release);
  state_.notify_all();
  mailbox_->post(id_);
}

void Job::report(Product progress) {
  {
    const std::lock_guard lock(progressMutex_);
    const bool behind = progress_ != nullptr;
    progress_ = std::move(progress);
    if (behind) return;  // the event loop has not fetched the last one: it will find this instead
  }
  mailbox_->post(id_);
}

Product Job::takeProgress() {
  const std::lock_guard lock(progressMutex_);
  if (cancellation_.cancelled()) return nullptr;
  return std::exchange(progress_, nullptr);
}

}  // namespace flipside::addon
