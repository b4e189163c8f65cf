#include "solvers/certificates.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace flipside {

/// Whether the Hessian of L on the coordinates that are not 0 exceeds `concavity` in every
/// direction.
bool convexBeyond(const GramStore& store, std::span<const double> w, double concavity) {
  std::vector<std::size_t> support;
  for (std::size_t k = 0; k < w.size(); ++k) {
    if (w[k] == 0.0) continue;
    if (!(store.diagonal()[k] > concavity)) return false;
    support.push_back(k);
  }
  const std::size_t size = support.size();
  std::vector<double> matrix(size * size);
  const MutableMatrix factor{matrix.data(), size, size, size};
  for (std::size_t a = 0; a < size; ++a) {
    const float* from = store.column(support[a]);
    for (std::size_t b = a; b < size; ++b) factor(b, a) = static_cast<double>(from[support[b]]);
    factor(a, a) = store.diagonal()[support[a]] - concavity;
  }
  return linalg::cholesky(factor);
}

int localConvexity(const Problem& problem, std::size_t nonzero,
                   const std::function<bool(double)>& convexBeyond) {
  if (problem.penalty.convex() || nonzero == 0) return 1;
  const auto& penalty = dynamic_cast<const SeparablePenalty&>(problem.penalty);
  const double concavity = problem.lambda * penalty.concavity(problem.lambda);
  if (std::isinf(concavity)) return -1;
  if (nonzero > problem.design.rows()) return 0;
  return convexBeyond(concavity) ? 1 : 0;
}

double dualityGap(const Problem& problem, const Risk& risk, double objective, double violation,
                  std::span<const double> trace) {
  const auto& penalty = dynamic_cast<const SeparablePenalty&>(problem.penalty);
  const double slope = penalty.slopeAt(0.0, problem.lambda);
  // Of a convex omega the slope does not fall: where it ends as it begins it is the same between.
  const double last = penalty.slopeAt(std::numeric_limits<double>::max(), problem.lambda);
  if (!penalty.convex() || !(slope > 0.0) || slope != last) {
    return std::numeric_limits<double>::quiet_NaN();
  }
  const double allowed = problem.lambda * slope;
  const double constant =
      problem.lambda * penalty.omegaAt(0.0, problem.lambda) * static_cast<double>(risk.columns());
  const double dual = risk.dual(trace, allowed / (allowed + violation));
  return std::isnan(dual) ? dual : std::max(0.0, (objective - constant) - dual);
}

}  // namespace flipside
