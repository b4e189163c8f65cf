// A job on a training run.
#pragma once

#include <functional>
#include <memory>
#include <utility>

#include "addon/background.h"
#include "addon/task.h"
#include "addon/training_handle.h"

namespace flipside::addon {

/// work(run, cancel, progress) gives the product; it owns its other inputs.
template <typename Work>
class TrainingTask final : public Task {
 public:
  TrainingTask(TrainingLease lease, Work work) : lease_(std::move(lease)), work_(std::move(work)) {}

  Product run(const Cancellation& cancel, const std::function<void(Product)>& progress) override {
    return work_(lease_.run(), cancel, progress);
  }

 private:
  TrainingLease lease_;
  Work work_;
};

template <typename Work>
napi_value submitTraining(const Callbacks& callbacks, TrainingLease lease, Work work) {
  return callbacks.submit(std::make_unique<TrainingTask<Work>>(std::move(lease), std::move(work)));
}

}  // namespace flipside::addon
