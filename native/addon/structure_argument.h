// A NativeStructure of binding.d.ts.
#pragma once

#include <napi.h>

#include <vector>

#include "addon/data_argument.h"
#include "solvers/structure.h"

namespace flipside::addon {

class StructureArgument {
 public:
  /// Calls getters. Nothing where the request has no structure.
  StructureArgument(napi_env env, napi_value request, std::size_t columns, Structure& target);
  /// Copies and checks; throws Failure.
  void copy(napi_env env) const;

 private:
  std::size_t columns_;
  Structure& target_;
  std::vector<VectorArgument> vectors_;
  napi_value groups_ = nullptr;
};

}  // namespace flipside::addon
