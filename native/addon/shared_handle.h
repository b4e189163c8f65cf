// Native objects inside JavaScript objects that nobody can forge: Node keeps the tag under a
// private symbol of the object itself, so that no prototype, proxy or copy has it.
#pragma once

#include <napi.h>

#include <cstdint>
#include <memory>

#include "addon/describe.h"
#include "addon/failure.h"

namespace flipside::addon {

template <typename T>
class SharedHandle {
 public:
  /// A frozen JavaScript object that shares `object`; `bytes` is memory that Node would not see
  /// otherwise. On the event loop.
  static napi_value wrap(napi_env env, std::shared_ptr<const T> object, const napi_type_tag& tag,
                         double bytes = 0.0) {
    napi_value value = nullptr;
    check(napi_create_object(env, &value));
    auto handle = std::make_unique<SharedHandle>();
    handle->object_ = std::move(object);
    check(napi_wrap(
        env, value, handle.get(),
        [](napi_env at, void* data, void*) {
          const std::unique_ptr<SharedHandle> owned(static_cast<SharedHandle*>(data));
          owned->release(at);
        },
        nullptr, nullptr));
    SharedHandle* const wrapped = handle.release();
    wrapped->count(env, static_cast<std::int64_t>(bytes));
    check(napi_type_tag_object(env, value, &tag));
    check(napi_object_freeze(env, value));
    return value;
  }

  /// Null for anything but an object made by wrap with this tag. Runs no JavaScript.
  static SharedHandle* find(napi_env env, napi_value value, const napi_type_tag& tag) {
    napi_valuetype type = napi_undefined;
    bool ours = false;
    void* handle = nullptr;
    check(napi_typeof(env, value, &type));
    if (type == napi_object) check(napi_check_object_type_tag(env, value, &tag, &ours));
    if (!ours || napi_unwrap(env, value, &handle) != napi_ok) return nullptr;
    return static_cast<SharedHandle*>(handle);
  }

  /// Null after release().
  const std::shared_ptr<const T>& object() const { return object_; }
  /// Lets go of the object; whoever shares it keeps it.
  void release(napi_env env) {
    object_.reset();
    count(env, -bytes_);
  }

 private:
  void count(napi_env env, std::int64_t change) {
    std::int64_t total = 0;
    if (change != 0 && napi_adjust_external_memory(env, change, &total) == napi_ok) {
      bytes_ += change;
    }
  }

  std::shared_ptr<const T> object_;
  std::int64_t bytes_ = 0;
};

}  // namespace flipside::addon
