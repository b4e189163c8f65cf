// The register: a function-local static, so that it exists before the first entry that adds itself.
#include <algorithm>
#include <utility>

#include "losses/loss.h"

namespace flipside {
namespace {

std::vector<LossItem>& items() {
  static std::vector<LossItem> all;
  return all;
}

auto position(std::string_view name) {
  return std::ranges::lower_bound(items(), name, {}, &LossItem::name);
}

}  // namespace

const std::vector<LossItem>& losses() { return items(); }

const LossItem* findLoss(std::string_view name) {
  const auto found = position(name);
  return found != items().end() && found->name == name ? &*found : nullptr;
}

LossEntry::LossEntry(LossItem item) {
  const auto place = position(item.name);
  items().insert(place, std::move(item));
}

}  // namespace flipside
