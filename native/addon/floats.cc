#include "addon/floats.h"

#include <algorithm>
#include <cstring>

#include "addon/environment.h"
#include "addon/failure.h"
#include "addon/results.h"

namespace flipside::addon {

napi_value floatsToJs(const Environment& environment, const network::Floats& values) {
  if (const auto* doubles = std::get_if<std::vector<double>>(&values)) {
    const NewArray made = newFloat64Array(environment, doubles->size());
    std::ranges::copy(*doubles, made.values.begin());
    return made.value;
  }
  const auto& floats = std::get<std::vector<float>>(values);
  // Of whole doubles: memory that can be refused.
  const NewArray made = newFloat64Array(environment, (floats.size() + 1) / 2);
  if (!floats.empty()) {
    std::memcpy(made.values.data(), floats.data(), floats.size() * sizeof(float));
  }
  napi_value array = nullptr;
  check(napi_create_typedarray(environment.env(), napi_float32_array, floats.size(), made.buffer, 0,
                               &array));
  return array;
}

network::Floats copyFloats(const ArrayView& view) {
  if (view.type == napi_float32_array) return copyElements<float>(view);
  return copyElements<double>(view);
}

network::FloatView floatView(const ArrayView& view) {
  if (view.type == napi_float32_array) {
    return {reinterpret_cast<const float*>(view.bytes), nullptr, view.length};
  }
  return {nullptr, reinterpret_cast<const double*>(view.bytes), view.length};
}

}  // namespace flipside::addon
