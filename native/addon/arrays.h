// The elements of typed arrays. A view is the memory as it is at this moment, checked against the
// buffer that it lies in; it is good until JavaScript runs again, so nothing here calls into
// JavaScript.
#pragma once

#include <napi.h>

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <vector>

#include "addon/describe.h"

namespace flipside::addon {

struct ArrayView {
  napi_typedarray_type type = napi_uint8_array;
  const std::uint8_t* bytes = nullptr;
  std::size_t length = 0;
};

/// A length that an array must have, and where that comes from, such as "rows".
struct Length {
  std::size_t value = 0;
  const char* reason = nullptr;
};

/// Refuses other kinds, a SharedArrayBuffer (another thread could write while we read) and detached
/// buffers.
ArrayView viewArray(napi_env env, napi_value value, Name name,
                    std::initializer_list<napi_typedarray_type> kinds);
/// The same, and refuses any other length.
ArrayView viewArray(napi_env env, napi_value value, Name name,
                    std::initializer_list<napi_typedarray_type> kinds, Length length);

/// The elements of a view whose kind is that of Element.
template <typename Element>
std::vector<Element> copyElements(const ArrayView& view);

std::vector<double> copyDoubles(napi_env env, napi_value value, Name name);
std::vector<double> copyDoubles(napi_env env, napi_value value, Name name, Length length);

/// A Float64Array to be read in place; a copy is made only of memory that is not aligned for
/// double.
class Doubles {
 public:
  explicit Doubles(const ArrayView& view);
  Doubles(const Doubles&) = delete;
  Doubles& operator=(const Doubles&) = delete;
  std::span<const double> values() const { return values_; }

 private:
  std::vector<double> copy_;
  std::span<const double> values_;
};

/// Throw BadValue with the index of the first element that is not.
void requireFinite(std::span<const double> values, const std::string& name);
void requireNonnegative(std::span<const double> values, const std::string& name);

}  // namespace flipside::addon
