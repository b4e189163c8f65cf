// A FitRequest of binding.d.ts, on its way to the solver.
#pragma once

#include <napi.h>

#include "solvers/fit.h"

namespace flipside::addon {

/// Reads, checks kinds, lengths and scalars, and copies; refuses what this machine has no memory
/// for. What takes a pass over the data is left to checkValues, which belongs on a worker.
FitRequest readFitRequest(napi_env env, napi_value value);

/// Throws BadValue for elements that no fit can use; those of a dense x are checked as they are
/// standardised.
void checkValues(const FitRequest& request, const Cancellation* cancel);

}  // namespace flipside::addon
