#include "addon/index_array.h"

#include <cstring>
#include <memory>

#include "addon/environment.h"
#include "addon/failure.h"

namespace flipside::addon {
namespace {

/// From here on a copy costs more than what the garbage collector has to do for foreign memory.
constexpr std::size_t kLong = std::size_t{1} << 18;

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
    void* memory = nullptr;
    check(napi_create_arraybuffer(env, count * sizeof(std::uint32_t), &memory, &buffer));
    if (count > 0) std::memcpy(memory, indices.data(), count * sizeof(std::uint32_t));
  }
  napi_value array = nullptr;
  check(napi_create_typedarray(env, napi_uint32_array, count, buffer, 0, &array));
  return array;
}

}  // namespace flipside::addon
