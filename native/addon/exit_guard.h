// process.exit() must not pull the ground from under a job: OpenBLAS frees its buffers in a library
// destructor, while our threads may still compute in them. Exit handlers run before destructors, so
// one stops all jobs of the process and waits for them.
#pragma once

namespace flipside::addon {

class Job;

class ExitGuard {
 public:
  /// Registers the exit handler, once for the process.
  static void install();

  /// Held by a worker while it computes.
  class Entry {
   public:
    explicit Entry(Job& job);
    ~Entry();
    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;

   private:
    Job& job_;
  };
};

}  // namespace flipside::addon
