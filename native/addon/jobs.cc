// The event loop's half of a job.
#include "addon/jobs.h"

#include <utility>

#include "addon/environment.h"

namespace flipside::addon {

/// One thread-safe function for all jobs. It keeps the event loop alive while a job is pending, and
/// only then.
void Jobs::open() {
  const napi_env env = environment_.env();
  napi_value name = nullptr;
  check(napi_create_string_utf8(env, "flipside", NAPI_AUTO_LENGTH, &name));
  check(napi_create_threadsafe_function(env, nullptr, nullptr, name, 0, 1, nullptr, nullptr, this,
                                        onNews, &door_));
  check(napi_unref_threadsafe_function(env, door_));
  mailbox_ = std::make_shared<Mailbox>(door_);
}

std::uint64_t Jobs::submit(std::unique_ptr<Task> task, napi_value settle, napi_value progress,
                           std::initializer_list<napi_value> written) {
  const napi_env env = environment_.env();
  if (mailbox_ == nullptr) open();
  const std::uint64_t id = next_++;
  Pending pending;
  pending.settle = Napi::Persistent(Napi::Function(env, settle));
  if (progress != nullptr) pending.progress = Napi::Persistent(Napi::Function(env, progress));
  for (const napi_value array : written) {
    pending.written.push_back(Napi::Persistent(Napi::Object(env, array)));
  }
  pending.job = std::make_shared<Job>(id, std::move(task), progress != nullptr, mailbox_);
  const std::shared_ptr<Job> job = pending.job;
  if (pending_.empty()) check(napi_ref_threadsafe_function(env, door_));
  pending_.emplace(id, std::move(pending));
  try {
    linalg::submit([job] { job->run(); });
  } catch (...) {
    erase(id);
    throw;
  }
  return id;
}

void Jobs::cancel(std::uint64_t job) {
  const auto found = pending_.find(job);
  if (found != pending_.end()) found->second.job->cancel();
}

void Jobs::erase(std::uint64_t job) {
  pending_.erase(job);
  if (pending_.empty()) napi_unref_threadsafe_function(environment_.env(), door_);
}

void Jobs::shutDown() {
  if (mailbox_ != nullptr) mailbox_->close();
  for (auto& [id, pending] : pending_) pending.job->cancel();
  for (auto& [id, pending] : pending_) {
    if (!pending.written.empty()) pending.job->await();
  }
  pending_.clear();
}

void Jobs::onNews(napi_env env, napi_value, void* self, void* job) {
  if (env == nullptr) return;  // the queue is emptied at the environment's end; self may be gone
  static_cast<Jobs*>(self)->deliver(reinterpret_cast<std::uint64_t>(job));
}

void Jobs::deliver(std::uint64_t job) {
  const auto found = pending_.find(job);
  if (found == pending_.end()) return;  // news that a later message had told already
  const napi_env env = environment_.env();
  try {
    if (found->second.job->finished()) {
      const Pending done = std::move(found->second);
      erase(job);
      settle(*done.job, done.settle.Value());
    } else if (const auto progress = found->second.job->takeProgress()) {
      const napi_value state = progress(environment_);
      call(found->second.progress.Value(), 1, &state);
    }
  } catch (...) {
    // Only an environment that is being terminated refuses these calls.
    takePending(env);
  }
}

void Jobs::settle(const Job& job, napi_value callback) {
  const napi_env env = environment_.env();
  napi_value null = nullptr;
  check(napi_get_null(env, &null));
  napi_value arguments[] = {null, null};
  std::optional<Failure> failure = job.failure();
  if (!failure) {
    try {
      arguments[1] = job.result()(environment_);
    } catch (...) {
      takePending(env);
      failure = nativeFailure();
      arguments[1] = null;
    }
  }
  if (failure) arguments[0] = makeError(environment_, *failure);
  if (arguments[0] != nullptr) call(callback, 2, arguments);
}

void Jobs::call(napi_value callback, std::size_t count, const napi_value* arguments) {
  const napi_env env = environment_.env();
  napi_value receiver = nullptr;
  napi_value result = nullptr;
  check(napi_get_undefined(env, &receiver));
  if (napi_call_function(env, receiver, callback, count, arguments, &result) == napi_ok) return;
  // Left pending it would only become a deprecation warning (DEP0168).
  if (const napi_value thrown = takePending(env)) napi_fatal_exception(env, thrown);
}

}  // namespace flipside::addon
