#include "addon/index_array.h"

#include <cstring>
#include <memory>

#include "addon/environment.h"
#include "addon/failure.h"
#include "addon/results.h"

namespace flipside::addon {
namespace {

/// Lists from here on are not copied, which would hold up the event loop for longer than 10 ms.
/// Node does not transfer such memory to other threads, but clones it.
constexpr std::size_t kLong = std::size_t{1} << 22;

/// Null where the runtime allows no memory but its own, as Electron.
napi_value foreignBuffer(napi_env env, std::vector<std::uint32_t>& indices) {
  auto owned = std::make_unique<std::vector<std::uint32_t>>(std::move(indices));
  napi_value buffer = nullptr;
  const napi_status status = napi_create_external_arraybuffer(
      env, owned->data(), owned->size() * sizeof(std::uint32_t),
      [](napi_env, void*, void* vector) {
        delete static_cast<std::vector<std::uint32_t>*>(vector);
      },
      owned.get(), &buffer);
  if (status == napi_ok) {
    owned.release();
    return buffer;
  }
  indices = std::move(*owned);
  if (status != napi_no_external_buffers_allowed) throw CallFailed();
  return nullptr;
}

}  // namespace

napi_value newUint32Array(const Environment& environment, std::vector<std::uint32_t> indices) {
  const napi_env env = environment.env();
  const std::size_t count = indices.size();
  napi_value buffer = count >= kLong ? foreignBuffer(env, indices) : nullptr;
  if (buffer == nullptr) {
    // Of whole doubles: memory that can be refused.
    const NewArray made = newFloat64Array(environment, (count + 1) / 2);
    if (count > 0) std::memcpy(made.values.data(), indices.data(), count * sizeof(std::uint32_t));
    buffer = made.buffer;
  }
  napi_value array = nullptr;
  check(napi_create_typedarray(env, napi_uint32_array, count, buffer, 0, &array));
  return array;
}

}  // namespace flipside::addon
