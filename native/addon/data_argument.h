// The parts that requests about a regression share: x, y and other vectors, and a kind of mask.
#pragma once

#include <napi.h>

#include <initializer_list>
#include <span>
#include <vector>

#include "addon/arrays.h"
#include "design/raw_matrix.h"
#include "linalg/pool.h"
#include "random/masks.h"

namespace flipside::addon {

/// A Float64Array of a request: what it is called, how long it must be, and where it goes.
struct VectorArgument {
  Name name;
  Length length;
  std::vector<double>& target;
  bool optional = false;
  napi_value value = nullptr;

  /// Calls getters.
  void read(napi_env env, napi_value request);
  /// Nothing for an optional one that is missing.
  void copy(napi_env env) const;
};

/// One of the allowed kinds by its name in binding.d.ts.
MaskKind readMask(napi_env env, napi_value value, Name name,
                  std::initializer_list<MaskKind> allowed);

/// Throws BadValue for elements that no regression can use; those of a dense x are checked as they
/// are standardised. weights and offset may be empty.
void checkData(const RawMatrix& x, std::span<const double> y, std::span<const double> weights,
               std::span<const double> offset, const Cancellation* cancel);

/// Throws OUT_OF_MEMORY when a computation needs more than four fifths of the machine.
void requireMemory(double bytes, const char* what);

}  // namespace flipside::addon
