#include "addon/floats.h"

#include <cstring>
#include <type_traits>
#include <variant>

#include "addon/environment.h"
#include "addon/failure.h"
#include "addon/results.h"

namespace flipside::addon {
namespace {

template <typename From, typename Value>
std::vector<Value> convert(const ArrayView& view) {
  std::vector<Value> values(view.length);
  for (std::size_t i = 0; i < view.length; ++i) {
    From value;
    std::memcpy(&value, view.bytes + i * sizeof(From), sizeof(From));
    values[i] = static_cast<Value>(value);
  }
  return values;
}

}  // namespace

template <typename Value>
napi_value newFloats(const Environment& environment, const std::vector<Value>& values) {
  // Of whole doubles: memory that can be refused.
  const std::size_t bytes = values.size() * sizeof(Value);
  const NewArray made = newFloat64Array(environment, (bytes + sizeof(double) - 1) / sizeof(double));
  if (bytes > 0) std::memcpy(made.values.data(), values.data(), bytes);
  if constexpr (std::is_same_v<Value, double>) return made.value;
  napi_value array = nullptr;
  check(napi_create_typedarray(environment.env(), floatKind<Value>(), values.size(), made.buffer, 0,
                               &array));
  return array;
}

napi_value floatsToJs(const Environment& environment, const network::Floats& values) {
  return std::visit([&](const auto& vector) { return newFloats(environment, vector); }, values);
}

network::Floats copyFloats(const ArrayView& view) {
  if (view.type == napi_float32_array) return copyElements<float>(view);
  return copyElements<double>(view);
}

template <typename Value>
std::vector<Value> roundFloats(const ArrayView& view) {
  if (view.type == floatKind<Value>()) return copyElements<Value>(view);
  return view.type == napi_float32_array ? convert<float, Value>(view)
                                         : convert<double, Value>(view);
}

network::FloatView floatView(const ArrayView& view) {
  if (view.type == napi_float32_array) {
    return {reinterpret_cast<const float*>(view.bytes), nullptr, view.length};
  }
  return {nullptr, reinterpret_cast<const double*>(view.bytes), view.length};
}

template napi_value newFloats(const Environment&, const std::vector<float>&);
template napi_value newFloats(const Environment&, const std::vector<double>&);
template std::vector<float> roundFloats(const ArrayView&);
template std::vector<double> roundFloats(const ArrayView&);

}  // namespace flipside::addon
