#include "solvers/spread.h"

#include <algorithm>

namespace flipside {
namespace {

std::vector<double> repeated(const std::vector<double>& values, std::size_t outputs) {
  std::vector<double> all;
  for (std::size_t k = 0; k < outputs; ++k) all.insert(all.end(), values.begin(), values.end());
  return all;
}

}  // namespace

Structure spread(const Structure& structure, std::size_t columns, std::size_t outputs,
                 std::span<const double> scales) {
  Structure all = structure;
  all.factors = repeated(structure.factors, outputs);
  all.lower = repeated(structure.lower, outputs);
  all.upper = repeated(structure.upper, outputs);
  for (std::size_t j = 0; j < all.lower.size(); ++j) all.lower[j] *= scales[j];
  for (std::size_t j = 0; j < all.upper.size(); ++j) all.upper[j] *= scales[j];
  if (structure.groups.empty() && !(structure.joint && outputs > 1)) return all;
  std::vector<std::uint32_t> own = structure.groups;
  for (std::size_t j = own.size(); j < columns; ++j) own.push_back(static_cast<std::uint32_t>(j));
  const std::uint32_t groups = own.empty() ? 0 : 1 + *std::ranges::max_element(own);
  all.groups.clear();
  for (std::size_t k = 0; k < outputs; ++k) {
    const std::uint32_t first = structure.joint ? 0 : static_cast<std::uint32_t>(k) * groups;
    for (const std::uint32_t group : own) all.groups.push_back(first + group);
  }
  return all;
}

}  // namespace flipside
