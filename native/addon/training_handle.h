// NativeTraining of binding.d.ts.
#pragma once

#include <napi.h>

#include <atomic>
#include <memory>

#include "network/training.h"

namespace flipside::addon {

/// A training run and whether something uses it. The first that does makes it: the memory of a
/// large network takes long to clear and its starting values to draw.
struct OpenTraining {
  std::shared_ptr<const network::DatasetBase> data;
  network::TrainingOptions options;
  std::unique_ptr<network::Training> run;
  std::atomic<bool> busy{false};
};

/// The right to use a run, which only one has at a time.
class TrainingLease {
 public:
  /// Runs no JavaScript. Throws INVALID_ARGUMENT for anything that is no training run, and for one
  /// that a job uses; CLOSED after closeTraining.
  TrainingLease(napi_env env, napi_value value);
  ~TrainingLease();
  TrainingLease(TrainingLease&&) = default;
  TrainingLease& operator=(TrainingLease&&) = delete;
  TrainingLease(const TrainingLease&) = delete;
  TrainingLease& operator=(const TrainingLease&) = delete;

  network::Training& run() const;
  std::size_t stepsPerEpoch() const { return network::stepsPerEpoch(open_->options); }
  std::size_t datasetRows() const { return open_->data->shape().rows; }

 private:
  std::shared_ptr<OpenTraining> open_;
};

}  // namespace flipside::addon
