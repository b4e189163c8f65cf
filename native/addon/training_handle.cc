// createTraining and closeTraining.
#include "addon/training_handle.h"

#include <utility>

#include "addon/environment.h"
#include "addon/exports.h"
#include "addon/shared_handle.h"
#include "addon/training_request.h"

namespace flipside::addon {
namespace {

struct Holder {
  std::shared_ptr<OpenTraining> open;
};
using Handle = SharedHandle<Holder>;

constexpr napi_type_tag kTag = {0x15a7c0e83bd94f26U, 0xa94e7b60d2c8135fU};

Handle& requireHandle(napi_env env, napi_value value) {
  Handle* handle = Handle::find(env, value, kTag);
  if (handle == nullptr) {
    failExpected(env, "INVALID_ARGUMENT", {"training"}, "a training run from createTraining",
                 value);
  }
  return *handle;
}

}  // namespace

TrainingLease::TrainingLease(napi_env env, napi_value value) {
  const auto& holder = requireHandle(env, value).object();
  if (holder == nullptr) {
    throw Failure("CLOSED", "training must be open, but closeTraining has been called");
  }
  if (holder->open->busy.exchange(true)) {
    throw Failure("INVALID_ARGUMENT",
                  "training must be used by one call at a time, but another one still uses it");
  }
  open_ = holder->open;
}

TrainingLease::~TrainingLease() {
  if (open_ != nullptr) open_->busy.store(false);
}

network::Training& TrainingLease::run() const {
  if (open_->run == nullptr) open_->run = network::makeTraining(open_->data, open_->options);
  return *open_->run;
}

napi_value createTraining(Environment& environment, const Arguments& arguments) {
  const napi_env env = environment.env();
  TrainingRequest request = readTrainingRequest(env, arguments[0]);
  const double bytes = network::trainingBytes(request.options, request.data->isSingle());
  auto open = std::make_shared<OpenTraining>();
  network::checkTraining(*request.data, request.options);
  request.data->freeze();
  open->data = std::move(request.data);
  open->options = std::move(request.options);
  auto holder = std::make_shared<Holder>();
  holder->open = std::move(open);
  return Handle::wrap(env, std::move(holder), kTag, bytes);
}

napi_value closeTraining(Environment& environment, const Arguments& arguments) {
  requireHandle(environment.env(), arguments[0]).release(environment.env());
  return nullptr;
}

}  // namespace flipside::addon
