// The register itself: a function-local static, so that it exists before the first entry that adds
// itself, whatever the order in which files are initialised.
#include "penalties/catalogue.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace flipside {
namespace {

std::vector<CatalogueItem>& items() {
  static std::vector<CatalogueItem> all;
  return all;
}

auto position(std::string_view name) {
  return std::ranges::lower_bound(items(), name, {}, &CatalogueItem::name);
}

}  // namespace

const std::vector<CatalogueItem>& catalogue() { return items(); }

const CatalogueItem* findPenalty(std::string_view name) {
  const auto found = position(name);
  return found != items().end() && found->name == name ? &*found : nullptr;
}

CatalogueEntry::CatalogueEntry(std::string name, std::vector<std::string> parameters,
                               PenaltyFactory make) {
  // A factory indexes its span, so the count is checked once here for all of them.
  PenaltyFactory counted = [name, count = parameters.size(),
                            make = std::move(make)](std::span<const double> values) {
    if (values.size() != count) {
      throw std::domain_error(name + " takes " + std::to_string(count) + " parameter(s), not " +
                              std::to_string(values.size()));
    }
    return make(values);
  };
  const auto place = position(name);
  items().insert(place, {std::move(name), std::move(parameters), std::move(counted)});
}

}  // namespace flipside
