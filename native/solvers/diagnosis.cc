#include "solvers/diagnosis.h"

#include <algorithm>
#include <cmath>

namespace flipside {
namespace {

/// Of the class of row i against all others together: log p / (1 - p).
double logOdds(std::span<const double> z, std::span<const double> y, std::size_t i) {
  const auto own = static_cast<std::size_t>(y[i]);
  double largest = -std::numeric_limits<double>::infinity();
  for (std::size_t k = 0; k * y.size() < z.size(); ++k) {
    if (k != own) largest = std::max(largest, z[k * y.size() + i]);
  }
  double sum = 0.0;
  for (std::size_t k = 0; k * y.size() < z.size(); ++k) {
    if (k != own) sum += std::exp(z[k * y.size() + i] - largest);
  }
  return z[own * y.size() + i] - largest - std::log(sum);
}

}  // namespace

Diagnosis constantColumns(const Design& design) {
  Diagnosis out;
  const auto curvature = design.curvature();
  for (std::size_t j = 0; j < curvature.size(); ++j) {
    if (curvature[j] > 0.0) continue;
    if (++out.constantCount <= kNamedColumns) {
      out.constantColumns.push_back(static_cast<std::uint32_t>(j));
    }
  }
  return out;
}

void readMargins(const Prepared& data, std::span<const double> w, Diagnosis& out) {
  const bool multinomial = data.loss().name() == "multinomial";
  if (data.loss().name() != "logistic" && !multinomial) return;
  const std::vector<double> z = data.predictors(w);
  const auto weights = data.design().weights();
  const auto y = data.y();
  out.smallestMargin = std::numeric_limits<double>::infinity();
  out.largestMargin = -out.smallestMargin;
  out.saturatedRows = 0.0;
  for (std::size_t i = 0; i < y.size(); ++i) {
    if (!weights.empty() && weights[i] == 0.0) continue;
    const bool sure = y[i] == 0.0 || y[i] == 1.0;
    const double margin = multinomial ? logOdds(z, y, i)
                          : sure      ? (2.0 * y[i] - 1.0) * z[i]
                                      : -std::numeric_limits<double>::infinity();
    out.smallestMargin = std::min(out.smallestMargin, margin);
    out.largestMargin = std::max(out.largestMargin, margin);
    if (margin > kSaturated) out.saturatedRows += 1.0;
  }
}

}  // namespace flipside
