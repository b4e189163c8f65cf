#include "solvers/blocks_stationarity.h"

#include <algorithm>
#include <vector>

#include "solvers/blocks.h"
#include "solvers/blocks_run.h"

namespace flipside {
namespace {

constexpr std::size_t kUnpenalisedIterations = 200;
constexpr double kUnpenalisedTolerance = 1e-12;  // of the largest gradient

}  // namespace

Stationarity structuredStationarity(const Problem& problem, std::span<const double> w) {
  const Design& design = problem.design;
  const Blocks blocks(problem);
  Stationarity result;
  std::vector<double> fitted(design.rows());
  std::vector<double> residual(design.rows());
  design.multiply(w, fitted);
  result.loss = problem.loss.evaluate(fitted, problem.y, residual);
  result.gradient.resize(w.size());
  design.correlate(residual, result.gradient);
  const double total = blocks.total(w);
  result.omega = problem.lambda > 0.0 ? total / problem.lambda : 0.0;
  result.objective = result.loss + total;
  result.slope.assign(w.size(), 0.0);
  result.eta.assign(w.size(), 0.0);
  std::vector<double> own;
  std::vector<double> gradient;
  for (const Blocks::Group& group : blocks.groups()) {
    const auto columns = blocks.columnsOf(group);
    const double r = gatherGroup(columns, w, own);
    gatherGroup(columns, result.gradient, gradient);
    result.violation = std::max(result.violation, blocks.violation(group, own, gradient));
    for (const std::size_t j : columns) {
      result.slope[j] = problem.lambda > 0.0 ? blocks.slope(group, r) / problem.lambda : 0.0;
      result.eta[j] = blocks.eta(group, r);
    }
  }
  return result;
}

void fitUnpenalised(const Problem& problem, BlockRun& run) {
  const auto groups = run.blocks().groups();
  if (std::ranges::none_of(groups, [](const auto& group) { return group.factor == 0.0; })) return;
  Problem zero = problem;
  zero.structure = nullptr;
  zero.lambda = 0.0;
  const Stationarity start = stationarity(zero, run.w());
  double largest = 0.0;
  for (const double g : start.gradient) largest = std::max(largest, std::abs(g));
  run.settle(problem.lambda > 0.0 ? problem.lambda : 1.0,
             std::max(kUnpenalisedTolerance * largest, roundingFloor(problem)),
             kUnpenalisedIterations, false, {});
}

double structuredLambdaMax(const Problem& problem) {
  Problem trial = problem;
  trial.lambda = 1.0;
  trial.onIteration = {};
  BlockRun run(trial);
  run.begin({});
  fitUnpenalised(trial, run);
  return run.lambdaOfZero();
}

}  // namespace flipside
