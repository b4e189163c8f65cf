// TrainingRequest of binding.d.ts.
#pragma once

#include <napi.h>

#include <memory>

#include "network/dataset.h"
#include "network/training.h"

namespace flipside::addon {

struct TrainingRequest {
  std::shared_ptr<network::DatasetBase> data;
  network::TrainingOptions options;
};

TrainingRequest readTrainingRequest(napi_env env, napi_value value);

}  // namespace flipside::addon
