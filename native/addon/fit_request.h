// A FitRequest of binding.d.ts, on its way to the solver.
#pragma once

#include <napi.h>

#include <optional>

#include "addon/design_handle.h"
#include "addon/matrix_argument.h"
#include "solvers/fit.h"

namespace flipside::addon {

/// What a request is about: a matrix (the property x), a prepared design or a gram.
struct FitSource {
  std::optional<MatrixArgument> x;
  std::shared_ptr<const PreparedDesign> prepared;
  std::shared_ptr<const GramMoments> gram;
  std::size_t rows = 0;
  std::size_t columns = 0;

  /// Calls getters.
  static FitSource read(napi_env env, napi_value request);
  /// Bytes of the copy of x, and what there is to share into request. Checks the arrays of x.
  double share(napi_env env, FitRequest& request) const;
};

/// Penalty, solver with its options, tolerance and limit of iterations. Calls getters.
void readModel(napi_env env, napi_value value, const FitSource& source, FitRequest& request);
/// intercept, standardize, the name of the loss and the number of outputs. Calls getters.
void readSetting(napi_env env, napi_value value, FitRequest& request);

/// Numbers per row of y; 1 for a loss that is not known.
std::size_t responseWidth(const FitRequest& request);

/// Reads, checks kinds, lengths and scalars, and copies; refuses what this machine has no memory
/// for. What takes a pass over the data is left to checkValues, which belongs on a worker.
FitRequest readFitRequest(napi_env env, napi_value value);

/// Bytes that the results of so many fits may take.
double resultBytes(std::size_t fits, std::size_t columns);

/// Throws BadValue for elements that no fit can use; those of a dense x are checked as they are
/// standardised.
void checkValues(const FitRequest& request, const Cancellation* cancel);

}  // namespace flipside::addon
