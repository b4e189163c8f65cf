// The arguments that every function with a job takes last: settle and progress.
#pragma once

#include <napi.h>

#include <memory>

#include "addon/failure.h"
#include "addon/task.h"

namespace flipside::addon {

class Callbacks {
 public:
  /// (request, settle, progress?) as they came. To be made before the request is read, which may
  /// call into JavaScript.
  Callbacks(Environment& environment, const Arguments& arguments);
  /// The number of the job, as a JavaScript value.
  napi_value submit(std::unique_ptr<Task> task) const;

 private:
  Environment& environment_;
  napi_value settle_;
  napi_value progress_ = nullptr;
};

}  // namespace flipside::addon
