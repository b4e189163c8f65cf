// Masks on a worker.
#pragma once

#include <napi.h>

#include <initializer_list>
#include <memory>
#include <utility>

#include "addon/background.h"
#include "addon/task.h"
#include "masks/draws.h"

namespace flipside::addon {

/// The product of a computation that only writes: null.
Product nothing();
/// What a job tells of itself as what a mask does.
MaskControl controlOf(const Cancellation& cancel, const std::function<void(Product)>& progress);

/// work(control) gives the product. It owns its inputs; what it writes are arrays of JavaScript.
template <typename Work>
class MaskTask final : public Task {
 public:
  explicit MaskTask(Work work) : work_(std::move(work)) {}

  Product run(const Cancellation& cancel, const std::function<void(Product)>& progress) override {
    return work_(controlOf(cancel, progress));
  }

 private:
  Work work_;
};

/// Returns the number of the job. `written` are the arrays whose memory it writes.
template <typename Work>
napi_value submitMask(const Callbacks& callbacks, Work work,
                      std::initializer_list<napi_value> written = {}) {
  return callbacks.submit(std::make_unique<MaskTask<Work>>(std::move(work)), written);
}

}  // namespace flipside::addon
