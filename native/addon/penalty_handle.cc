#include "addon/penalty_handle.h"

#include "addon/describe.h"
#include "addon/failure.h"

namespace flipside::addon {
namespace {

using Handle = std::shared_ptr<const Penalty>;

/// Node keeps the tag under a private symbol of the object itself: no prototype, proxy or copy has
/// it.
constexpr napi_type_tag kTag = {0x7d1f3bd0c1a94e5bU, 0x9b6a52f0e8c4471dU};

}  // namespace

napi_value wrapPenalty(napi_env env, std::shared_ptr<const Penalty> penalty) {
  napi_value object = nullptr;
  check(napi_create_object(env, &object));
  auto handle = std::make_unique<Handle>(std::move(penalty));
  check(napi_wrap(
      env, object, handle.get(),
      [](napi_env, void* data, void*) { delete static_cast<Handle*>(data); }, nullptr, nullptr));
  handle.release();
  check(napi_type_tag_object(env, object, &kTag));
  check(napi_object_freeze(env, object));
  return object;
}

std::shared_ptr<const Penalty> unwrapPenalty(napi_env env, napi_value value) {
  napi_valuetype type = napi_undefined;
  bool ours = false;
  void* handle = nullptr;
  check(napi_typeof(env, value, &type));
  if (type == napi_object) check(napi_check_object_type_tag(env, value, &kTag, &ours));
  if (!ours || napi_unwrap(env, value, &handle) != napi_ok || handle == nullptr) {
    failExpected(env, "INVALID_ARGUMENT", {"penalty"}, "a penalty from createPenalty", value);
  }
  return *static_cast<Handle*>(handle);
}

}  // namespace flipside::addon
