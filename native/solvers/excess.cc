#include "solvers/excess.h"

#include <algorithm>

#include "solvers/f_quantile.h"

namespace flipside {
namespace {

constexpr double kConfidence = 0.95;
constexpr std::size_t kCoarse = 8;

/// Adjacent blocks averaged to at most `count` groups; what does not fill one is left out at the
/// old end.
std::vector<std::vector<double>> grouped(const std::vector<std::vector<double>>& blocks,
                                         std::size_t count) {
  const std::size_t size = blocks.size() / count;
  std::vector<std::vector<double>> out;
  for (std::size_t b = blocks.size() - size * count; b < blocks.size(); b += size) {
    std::vector<double> sum(blocks[b].size(), 0.0);
    for (std::size_t i = 0; i < size; ++i) linalg::axpy(1.0, blocks[b + i], sum);
    for (double& value : sum) value /= static_cast<double>(size);
    out.push_back(std::move(sum));
  }
  return out;
}

/// tr(S)^2 / tr(S^2), S the covariance of independent normal vectors with the given deviations from
/// their mean; tr(S^2) without the bias of its estimate (Bai and Saranadasa 1996).
double degreesOfFreedom(const std::vector<std::vector<double>>& deviations) {
  const auto free = static_cast<double>(deviations.size()) - 1.0;
  double trace = 0.0, square = 0.0;
  for (std::size_t a = 0; a < deviations.size(); ++a) {
    for (std::size_t b = 0; b <= a; ++b) {
      const double product = linalg::dot(deviations[a], deviations[b]) / free;
      if (a == b) trace += product;
      square += (a == b ? 1.0 : 2.0) * product * product;
    }
  }
  const double unbiased =
      free * free / ((free - 1.0) * (free + 2.0)) * (square - trace * trace / free);
  return unbiased > 0.0 ? std::max(1.0, trace * trace / unbiased) : 1.0;
}

}  // namespace

double excessQuantile(const Problem& problem, const Penalty& penalty,
                      const std::vector<std::vector<double>>& blocks, std::span<const double> mean,
                      double objective) {
  const std::size_t n = problem.design.rows();
  std::vector<double> centre(n);
  problem.design.multiply(mean, centre);
  double freedom = 0.0, bound = 0.0;
  for (const std::size_t count : {blocks.size(), std::min(blocks.size(), kCoarse)}) {
    double above = 0.0;
    std::vector<std::vector<double>> deviations;
    for (const std::vector<double>& w : grouped(blocks, count)) {
      std::vector<double> fitted(n);
      problem.design.multiply(w, fitted);
      above += problem.loss.value(fitted, problem.y) - objective +
               problem.lambda * penalty.omega(w, problem.context());
      linalg::axpy(-1.0, centre, fitted);
      deviations.push_back(std::move(fitted));
    }
    if (freedom == 0.0) {
      freedom = std::min(degreesOfFreedom(deviations), static_cast<double>(mean.size()));
    }
    const auto size = static_cast<double>(count);
    bound = std::max(bound, above / (size * (size - 1.0)) *
                                fQuantile(kConfidence, freedom, freedom * (size - 1.0)));
  }
  return bound;
}

}  // namespace flipside
