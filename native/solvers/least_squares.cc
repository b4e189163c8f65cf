#include "solvers/least_squares.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "solvers/history.h"

namespace flipside {
namespace {

std::vector<std::size_t> varyingColumns(const Design& design) {
  std::vector<std::size_t> index;
  for (std::size_t j = 0; j < design.columns(); ++j) {
    if (design.curvature()[j] > 0.0) index.push_back(j);
  }
  return index;
}

/// The residual at b in extended precision, and its correlations with the standardised columns.
class Residual {
 public:
  Residual(const RawProblem& raw, const StandardizedDesign& design) : raw_(raw), design_(design) {
    const std::size_t n = raw.y.size();
    column_.resize(n);
    residual_.resize(n);
    for (std::size_t i = 0; i < n; ++i) total_ += weight(i);
  }

  void at(std::span<const std::size_t> index, std::span<const long double> b,
          const Cancellation* cancel) {
    for (std::size_t i = 0; i < residual_.size(); ++i) {
      residual_[i] = raw_.y[i];
      if (!raw_.offset.empty()) residual_[i] -= raw_.offset[i];
    }
    for (std::size_t k = 0; k < index.size(); ++k) {
      if (cancel != nullptr) cancel->poll();
      raw_.x.readColumn(index[k], column_.data());
      for (std::size_t i = 0; i < column_.size(); ++i) residual_[i] -= column_[i] * b[k];
    }
    if (!raw_.intercept) return;
    long double mean = 0.0L;
    for (std::size_t i = 0; i < residual_.size(); ++i) mean += weight(i) * residual_[i];
    mean /= total_;
    for (long double& value : residual_) value -= mean;
  }

  double correlation(std::size_t j) {
    raw_.x.readColumn(j, column_.data());
    const long double mean = design_.means()[j];
    long double sum = 0.0L;
    for (std::size_t i = 0; i < column_.size(); ++i) {
      sum += weight(i) * (column_[i] - mean) * residual_[i];
    }
    return static_cast<double>(sum / total_ / design_.scales()[j]);
  }

 private:
  long double weight(std::size_t i) const { return raw_.weights.empty() ? 1.0 : raw_.weights[i]; }

  const RawProblem& raw_;
  const StandardizedDesign& design_;
  std::vector<double> column_;
  std::vector<long double> residual_;
  long double total_ = 0.0L;
};

}  // namespace

Solution solveLeastSquares(const Problem& problem) {
  const Design& design = problem.design;
  const std::vector<std::size_t> index = varyingColumns(design);
  std::vector<double> columns(design.rows() * index.size());
  const MutableMatrix matrix{columns.data(), design.rows(), index.size(), design.rows()};
  design.gather(index, matrix);
  std::vector<double> y(problem.y.begin(), problem.y.end());
  std::vector<double> solution(index.size());
  linalg::leastSquares(matrix, y, solution, problem.cancel);
  Solution result;
  History history(result);
  history.add(stationarity(problem, std::vector<double>(design.columns(), 0.0)).objective, 0);
  result.w.assign(design.columns(), 0.0);
  for (std::size_t k = 0; k < index.size(); ++k) result.w[index[k]] = solution[k];
  result.iterations = 1;
  result.reason = "tolerance";
  const double end = stationarity(problem, result.w).objective;
  const auto nonzero =
      std::count_if(result.w.begin(), result.w.end(), [](double w) { return w != 0.0; });
  history.add(std::min(history.last(), end), static_cast<std::size_t>(nonzero));
  return result;
}

void refineLeastSquares(const RawProblem& raw, const StandardizedDesign& design,
                        std::span<double> coefficients, const Cancellation* cancel) {
  const std::vector<std::size_t> index = varyingColumns(design);
  const std::size_t size = index.size();
  const std::size_t n = design.rows();
  if (size == 0 || size > n) return;
  std::vector<double> columns(n * size);
  design.gather(index, {columns.data(), n, size, n});
  std::vector<double> gram(size * size);
  const MutableMatrix factor{gram.data(), size, size, size};
  linalg::gram({columns.data(), n, size, n}, 1.0 / static_cast<double>(n), factor, cancel);
  std::vector<double> diagonal(size);
  for (std::size_t k = 0; k < size; ++k) diagonal[k] = factor(k, k);
  if (!linalg::cholesky(factor, cancel)) return;
  for (std::size_t k = 0; k < size; ++k) {
    if (!(factor(k, k) * factor(k, k) > 1e-11 * diagonal[k])) return;
  }
  std::vector<long double> b(size);
  for (std::size_t k = 0; k < size; ++k) b[k] = coefficients[index[k]];
  Residual residual(raw, design);
  std::vector<double> step(size);
  double before = std::numeric_limits<double>::infinity();
  for (int pass = 0; pass < 5; ++pass) {
    residual.at(index, b, cancel);
    for (std::size_t k = 0; k < size; ++k) step[k] = residual.correlation(index[k]);
    linalg::choleskySolve(factor, step);
    const double length = linalg::norm(step);
    if (!(length < 0.5 * before)) break;  // what is left is the rounding of the residual
    before = length;
    for (std::size_t k = 0; k < size; ++k) b[k] += step[k] / design.scales()[index[k]];
  }
  for (std::size_t k = 0; k < size; ++k) coefficients[index[k]] = static_cast<double>(b[k]);
}

}  // namespace flipside
