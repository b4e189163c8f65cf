#include "addon/index_array.h"

#include <cstring>

#include "addon/environment.h"
#include "addon/failure.h"
#include "addon/results.h"

namespace flipside::addon {
namespace {

/// Lists from here on are not copied, which would hold up the event loop for longer than 10 ms.
/// Node does not transfer such memory to other threads, but clones it.
constexpr std::size_t kLong = std::size_t{1} << 22;

/// Null where the runtime allows no memory but its own, as Electron.
napi_value foreignBuffer(napi_env env, IndexList& list) {
  napi_value buffer = nullptr;
  const napi_status status = napi_create_external_arraybuffer(
      env, list.indices.get(), list.count * sizeof(std::uint32_t),
      [](napi_env, void* memory, void*) { delete[] static_cast<std::uint32_t*>(memory); }, nullptr,
      &buffer);
  if (status == napi_no_external_buffers_allowed) return nullptr;
  check(status);
  list.indices.release();
  return buffer;
}

}  // namespace

napi_value newUint32Array(const Environment& environment, IndexList list) {
  const napi_env env = environment.env();
  napi_value buffer = list.count >= kLong ? foreignBuffer(env, list) : nullptr;
  if (buffer == nullptr) {
    // Of whole doubles: memory that can be refused.
    const NewArray made = newFloat64Array(environment, (list.count + 1) / 2);
    if (list.count > 0) {
      std::memcpy(made.values.data(), list.indices.get(), list.count * sizeof(std::uint32_t));
    }
    buffer = made.buffer;
  }
  napi_value array = nullptr;
  check(napi_create_typedarray(env, napi_uint32_array, list.count, buffer, 0, &array));
  return array;
}

}  // namespace flipside::addon
