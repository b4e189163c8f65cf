#include "solvers/diagnosis.h"

#include <algorithm>

namespace flipside {

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
  if (data.loss().name() != "logistic") return;
  const std::vector<double> z = data.predictors(w);
  const auto weights = data.design().weights();
  const auto y = data.y();
  out.smallestMargin = std::numeric_limits<double>::infinity();
  out.largestMargin = -out.smallestMargin;
  out.saturatedRows = 0.0;
  for (std::size_t i = 0; i < z.size(); ++i) {
    if (!weights.empty() && weights[i] == 0.0) continue;
    const bool sure = y[i] == 0.0 || y[i] == 1.0;
    const double margin =
        sure ? (2.0 * y[i] - 1.0) * z[i] : -std::numeric_limits<double>::infinity();
    out.smallestMargin = std::min(out.smallestMargin, margin);
    out.largestMargin = std::max(out.largestMargin, margin);
    if (margin > kSaturated) out.saturatedRows += 1.0;
  }
}

}  // namespace flipside
