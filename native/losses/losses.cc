// The register: a function-local static, so that it exists before the first entry that adds itself.
#include <algorithm>
#include <cmath>
#include <utility>

#include "linalg/linalg.h"
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

void Loss::applyHessian(std::span<const double> fitted, std::span<const double> y,
                        std::span<const double> direction, std::span<double> out) const {
  curvatures(fitted, y, out);
  double sum = 0.0;
  double moment = 0.0;
  for (std::size_t i = 0; i < out.size(); ++i) {
    sum += out[i];
    moment += out[i] * direction[i];
  }
  const double mean = freeIntercept() && sum > 0.0 ? moment / sum : 0.0;
  for (std::size_t i = 0; i < out.size(); ++i) out[i] *= direction[i] - mean;
}

double Loss::residualScale(std::span<const double> y) const {
  return linalg::norm(y) / std::sqrt(static_cast<double>(y.size()));
}

LossEntry::LossEntry(LossItem item) {
  const auto place = position(item.name);
  items().insert(place, std::move(item));
}

}  // namespace flipside
