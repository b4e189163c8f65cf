#include "solvers/describe.h"

#include <cmath>

namespace flipside {
namespace {

/// Below this many columns vectors with an entry per column are cheaper to hand over than lists.
constexpr std::size_t kFewColumns = 1000;
/// So are those of which a good part is not 0.
constexpr std::size_t kSparsity = 4;

/// eta / (eta + lambda) with the eta of the column as it is: masks act on columns as they are, so
/// eta counts in units of 1 / (|x_j|^2 / n) (theory of the mask).
double keep(double eta, double curvature, double lambda) {
  const double own = eta * (curvature > 0.0 ? curvature : 1.0);
  return std::isinf(own) || lambda == 0.0 ? 1.0 : own / (own + lambda);
}

void perColumn(const Problem& problem, std::span<const double> w, std::span<const double> scales,
               std::vector<double> eta, double blocks, FitOutcome& out) {
  const auto curvature = problem.design.curvature();
  out.eta = std::move(eta);
  out.coefficients.resize(w.size());
  out.keepProbability.resize(w.size());
  for (std::size_t j = 0; j < w.size(); ++j) {
    out.coefficients[j] = w[j] / scales[j];
    out.keepProbability[j] = keep(out.eta[j], blocks * curvature[j], problem.lambda);
  }
}

void perNonzero(const Problem& problem, std::span<const double> w, std::span<const double> scales,
                double etaAtZero, double blocks, FitOutcome& out) {
  const auto curvature = problem.design.curvature();
  out.sparse = true;
  out.etaAtZero = etaAtZero;
  out.keepAtZero = keep(etaAtZero, 1.0, problem.lambda);
  std::vector<double> values;
  for (std::size_t j = 0; j < w.size(); ++j) {
    if (w[j] == 0.0) continue;
    out.support.push_back(static_cast<std::uint32_t>(j));
    out.coefficients.push_back(w[j] / scales[j]);
    values.push_back(w[j]);
  }
  out.eta.resize(values.size());
  problem.penalty.etaHat(values, problem.context(), out.eta);
  for (std::size_t k = 0; k < values.size(); ++k) {
    out.keepProbability.push_back(
        keep(out.eta[k], blocks * curvature[out.support[k]], problem.lambda));
  }
}

/// eta of a coefficient that is 0 where it says the keep probability of every column: with eta = 0
/// or infinite the curvature of the column does not matter.
std::optional<double> etaAtZero(const Penalty& penalty, double lambda) {
  const auto* separable = dynamic_cast<const SeparablePenalty*>(&penalty);
  if (separable == nullptr) return {};
  const double eta = separable->etaHatAt(0.0, lambda);
  if (eta != 0.0 && !std::isinf(eta) && lambda > 0.0) return {};
  return eta;
}

}  // namespace

FitOutcome describe(const Problem& problem, std::span<const double> w,
                    const std::optional<FinalState>& end, std::span<const double> scales,
                    std::size_t outputs) {
  const auto blocks = static_cast<double>(outputs);
  FitOutcome out;
  std::vector<double> eta;
  if (end) {
    out.objective = end->objective;
    out.loss = end->loss;
    out.stationarity = end->violation;
  } else {
    Stationarity state = stationarity(problem, w);
    out.objective = state.objective;
    out.loss = state.loss;
    out.stationarity = state.violation;
    eta = std::move(state.eta);
  }
  for (const double value : w) {
    if (value != 0.0) ++out.nonzero;
  }
  // With structure zeros differ in eta.
  if (problem.structure == nullptr && w.size() >= kFewColumns &&
      out.nonzero <= w.size() / kSparsity) {
    if (const auto zero = etaAtZero(problem.penalty, problem.lambda)) {
      perNonzero(problem, w, scales, *zero, blocks, out);
      return out;
    }
  }
  if (eta.empty()) {
    eta.resize(w.size());
    problem.penalty.etaHat(w, problem.context(), eta);
  }
  perColumn(problem, w, scales, std::move(eta), blocks, out);
  return out;
}

}  // namespace flipside
