#include "addon/mask_task.h"

#include "addon/environment.h"
#include "addon/results.h"

namespace flipside::addon {

Product nothing() {
  return [](const Environment& at) {
    napi_value null = nullptr;
    check(napi_get_null(at.env(), &null));
    return null;
  };
}

MaskControl controlOf(const Cancellation& cancel, const std::function<void(Product)>& progress) {
  MaskControl control{&cancel, {}};
  if (progress) {
    control.progress = [&progress](double fraction) {
      progress([fraction](const Environment& at) { return numberToJs(at.env(), fraction); });
    };
  }
  return control;
}

}  // namespace flipside::addon
