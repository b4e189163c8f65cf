#include "solvers/curvature_scale.h"

#include <cmath>
#include <numeric>
#include <vector>

namespace flipside {

bool boundedCurvature(const Loss& loss) { return std::isfinite(loss.rowCurvatureBound()); }

double rowCurvatureScale(const Problem& problem) {
  const double bound = problem.loss.rowCurvatureBound();
  if (std::isfinite(bound)) return bound;
  const std::vector<double> zeros(problem.design.rows(), 0.0);
  std::vector<double> values(zeros.size());
  problem.loss.curvatures(zeros, problem.y, values);
  const double sum = std::accumulate(values.begin(), values.end(), 0.0);
  const double mean = sum / static_cast<double>(values.size());
  return std::isfinite(mean) && mean > 0.0 ? mean : 1.0;
}

double curvatureScale(const Problem& problem) {
  return boundedCurvature(problem.loss) ? problem.loss.curvatureBound()
                                        : rowCurvatureScale(problem);
}

}  // namespace flipside
