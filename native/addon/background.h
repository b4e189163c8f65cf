// The arguments that every function with a job takes last: settle and progress.
#pragma once

#include <napi.h>

#include <initializer_list>
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
  /// `written` are the arrays of JavaScript that the task writes into (jobs.h).
  napi_value submit(std::unique_ptr<Task> task,
                    std::initializer_list<napi_value> written = {}) const;

 private:
  Environment& environment_;
  napi_value settle_;
  napi_value progress_ = nullptr;
};

}  // namespace flipside::addon
