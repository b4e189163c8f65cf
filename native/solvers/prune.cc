#include "solvers/prune.h"

#include <cmath>
#include <vector>

namespace flipside {

double prune(const Problem& problem, const SeparablePenalty& penalty, std::span<const double> small,
             std::span<double> w) {
  const std::size_t n = problem.design.rows();
  const auto h = problem.design.curvature();
  const ConstMatrix x = problem.design.dense();
  const double lambda = problem.lambda;
  const double slope = penalty.slopeAt(0.0, lambda);
  const double zero = penalty.omegaAt(0.0, lambda);
  std::vector<double> residual(n);
  problem.design.multiply(w, residual);
  for (std::size_t i = 0; i < n; ++i) residual[i] = problem.y[i] - residual[i];
  for (std::size_t j = 0; j < w.size() && slope > 0.0; ++j) {
    if (w[j] == 0.0 || !(std::abs(w[j]) <= small[j])) continue;
    const std::span<const double> column(x.column(j), n);
    const double gradient = linalg::dot(column, residual) / static_cast<double>(n);
    const double loss = w[j] * (gradient + 0.5 * h[j] * w[j]);  // its rise
    const double saved = lambda * (penalty.omegaAt(std::abs(w[j]), lambda) - zero);
    if (std::abs(gradient + h[j] * w[j]) > lambda * slope || loss > saved) continue;
    linalg::axpy(w[j], column, residual);
    w[j] = 0.0;
  }
  return linalg::dot(residual, residual) / (2.0 * static_cast<double>(n)) +
         lambda * penalty.omega(w, problem.context());
}

}  // namespace flipside
