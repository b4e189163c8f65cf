// The register of penalties: a file that defines one adds it here with a static CatalogueEntry.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "penalties/penalty.h"

namespace flipside {

/// Parameters arrive in the order of `parameters`, already finite. A factory throws
/// std::domain_error with a sentence naming the parameter and its range when a value is outside it.
using PenaltyFactory = std::function<std::shared_ptr<const Penalty>(std::span<const double>)>;

struct CatalogueItem {
  std::string name;
  std::vector<std::string> parameters;
  PenaltyFactory make;
};

/// Every registered penalty, sorted by name.
const std::vector<CatalogueItem>& catalogue();

/// Null when the name is unknown.
const CatalogueItem* findPenalty(std::string_view name);

struct CatalogueEntry {
  CatalogueEntry(std::string name, std::vector<std::string> parameters, PenaltyFactory make);
};

}  // namespace flipside
