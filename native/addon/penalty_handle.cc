#include "addon/penalty_handle.h"

#include "addon/shared_handle.h"

namespace flipside::addon {
namespace {

using Handle = SharedHandle<Penalty>;

constexpr napi_type_tag kTag = {0x7d1f3bd0c1a94e5bU, 0x9b6a52f0e8c4471dU};

}  // namespace

napi_value wrapPenalty(napi_env env, std::shared_ptr<const Penalty> penalty) {
  return Handle::wrap(env, std::move(penalty), kTag);
}

std::shared_ptr<const Penalty> unwrapPenalty(napi_env env, napi_value value) {
  const Handle* handle = Handle::find(env, value, kTag);
  if (handle == nullptr) {
    failExpected(env, "INVALID_ARGUMENT", {"penalty"}, "a penalty from createPenalty", value);
  }
  return handle->object();
}

}  // namespace flipside::addon
