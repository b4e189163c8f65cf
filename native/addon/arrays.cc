#include "addon/arrays.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "addon/failure.h"
#include "design/bad_value.h"

namespace flipside::addon {
namespace {

std::size_t elementSize(napi_typedarray_type type) {
  switch (type) {
    case napi_float64_array:
      return sizeof(double);
    case napi_float32_array:
      return sizeof(float);
    case napi_int32_array:
      return sizeof(std::int32_t);
    case napi_uint32_array:
      return sizeof(std::uint32_t);
    case napi_uint8_array:
      return 1;
    default:
      return 0;  // no kind that anything here accepts
  }
}

std::string requirement(std::initializer_list<napi_typedarray_type> kinds) {
  std::string text;
  for (const napi_typedarray_type kind : kinds) {
    text += text.empty() ? (kind == napi_int32_array ? "an " : "a ") : " or ";
    text += kindName(kind);
  }
  return text;
}

bool aligned(const void* memory, std::size_t alignment) {
  return reinterpret_cast<std::uintptr_t>(memory) % alignment == 0;
}

}  // namespace

ArrayView viewArray(napi_env env, napi_value value, Name name,
                    std::initializer_list<napi_typedarray_type> kinds) {
  ArrayView view;
  bool is = false;
  check(napi_is_typedarray(env, value, &is));
  if (!is) failExpected(env, "INVALID_ARGUMENT", name, requirement(kinds), value);

  view.type = napi_biguint64_array;  // for a kind that this Node does not name
  napi_value buffer = nullptr;
  std::size_t offset = 0;
  check(napi_get_typedarray_info(env, value, &view.type, &view.length, nullptr, &buffer, &offset));
  if (std::find(kinds.begin(), kinds.end(), view.type) == kinds.end()) {
    failExpected(env, "INVALID_ARGUMENT", name, requirement(kinds), value);
  }
  check(napi_is_arraybuffer(env, buffer, &is));
  if (!is) {
    throw Failure("INVALID_ARGUMENT",
                  name.text() + " must not lie in a SharedArrayBuffer, but does: copy it first");
  }
  bool detached = false;
  check(napi_is_detached_arraybuffer(env, buffer, &detached));
  if (detached) {
    throw Failure("INVALID_ARGUMENT",
                  name.text() + " must have memory, but its buffer is detached");
  }
  void* memory = nullptr;
  std::size_t bytes = 0;
  check(napi_get_arraybuffer_info(env, buffer, &memory, &bytes));
  // A resizable buffer may have shrunk below the array since it was made.
  if (offset > bytes || view.length > (bytes - offset) / elementSize(view.type)) {
    throw Failure("LENGTH_MISMATCH", name.text() + " must lie within its buffer, but does not");
  }
  if (view.length > 0) view.bytes = static_cast<const std::uint8_t*>(memory) + offset;
  return view;
}

ArrayView viewArray(napi_env env, napi_value value, Name name,
                    std::initializer_list<napi_typedarray_type> kinds, Length length) {
  const ArrayView view = viewArray(env, value, name, kinds);
  if (view.length != length.value) {
    throw Failure("LENGTH_MISMATCH", name.text() + " must be " + requirement(kinds) +
                                         " of length " + std::to_string(length.value) + " (" +
                                         length.reason + "), but has length " +
                                         std::to_string(view.length));
  }
  return view;
}

template <typename Element>
std::vector<Element> copyElements(const ArrayView& view) {
  if (view.length == 0) return {};
  if (aligned(view.bytes, alignof(Element))) {
    const auto* first = reinterpret_cast<const Element*>(view.bytes);
    return {first, first + view.length};  // without writing zeros first
  }
  std::vector<Element> copy(view.length);
  std::memcpy(copy.data(), view.bytes, view.length * sizeof(Element));
  return copy;
}

template std::vector<double> copyElements(const ArrayView& view);
template std::vector<float> copyElements(const ArrayView& view);
template std::vector<std::int32_t> copyElements(const ArrayView& view);

std::vector<double> copyDoubles(napi_env env, napi_value value, Name name) {
  return copyElements<double>(viewArray(env, value, name, {napi_float64_array}));
}

std::vector<double> copyDoubles(napi_env env, napi_value value, Name name, Length length) {
  return copyElements<double>(viewArray(env, value, name, {napi_float64_array}, length));
}

Doubles::Doubles(const ArrayView& view) {
  if (aligned(view.bytes, alignof(double))) {
    values_ = {reinterpret_cast<const double*>(view.bytes), view.length};
  } else {
    copy_ = copyElements<double>(view);
    values_ = copy_;
  }
}

void requireFinite(std::span<const double> values, const std::string& name) {
  const auto bad = std::ranges::find_if(values, [](double value) { return !std::isfinite(value); });
  if (bad == values.end()) return;
  throw badElement(name, "finite", static_cast<std::size_t>(bad - values.begin()), *bad,
                   "NOT_FINITE");
}

void requireNonnegative(std::span<const double> values, const std::string& name) {
  const auto bad = std::ranges::find_if(values, [](double value) { return !(value >= 0.0); });
  if (bad == values.end()) return;
  throw badElement(name, ">= 0", static_cast<std::size_t>(bad - values.begin()), *bad);
}

}  // namespace flipside::addon
