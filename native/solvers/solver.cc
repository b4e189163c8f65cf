// The register: a function-local static, so that it exists before the first entry that adds itself.
#include "solvers/solver.h"

#include <algorithm>
#include <utility>

namespace flipside {
namespace {

std::vector<SolverItem>& items() {
  static std::vector<SolverItem> all;
  return all;
}

auto position(std::string_view name) {
  return std::ranges::lower_bound(items(), name, {}, &SolverItem::name);
}

}  // namespace

const std::vector<SolverItem>& solvers() { return items(); }

const SolverItem* findSolver(std::string_view name) {
  const auto found = position(name);
  return found != items().end() && found->name == name ? &*found : nullptr;
}

const SolverItem& chooseSolver(const Penalty& penalty, const Loss& loss, bool structured) {
  if (structured) {
    for (const SolverItem& item : items()) {
      if (item.structured && item.gap(loss, penalty).empty()) return item;
    }
  }
  for (const std::string_view name : {"workingSet", "reweighted"}) {
    const SolverItem* item = findSolver(name);
    if (item != nullptr && item->gap(loss, penalty).empty()) return *item;
  }
  return *findSolver("proximal");
}

SolverEntry::SolverEntry(SolverItem item) {
  const auto place = position(item.name);
  items().insert(place, std::move(item));
}

}  // namespace flipside
