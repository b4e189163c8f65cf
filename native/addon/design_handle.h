// NativeDesign of binding.d.ts: a standardised design that many fits share.
#pragma once

#include <napi.h>

#include <memory>
#include <string>

#include "design/standardized.h"
#include "penalties/penalty.h"

namespace flipside::addon {

/// A design and how it is held.
struct PreparedDesign {
  std::shared_ptr<const StandardizedDesign> design;
  Storage storage = Storage::dense;
};

/// Whether the value is a design, open or closed. Runs no JavaScript.
bool isDesign(napi_env env, napi_value value);
/// Throws INVALID_ARGUMENT for anything else, CLOSED after closeDesign.
std::shared_ptr<const PreparedDesign> unwrapDesign(napi_env env, napi_value value);

/// Throws BadValue when this solver or penalty needs a design that is held as dense doubles, and
/// this one is not.
void requireServed(const PreparedDesign& prepared, const std::string& solver,
                   const Penalty& penalty);

}  // namespace flipside::addon
