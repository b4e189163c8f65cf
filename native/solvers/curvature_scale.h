// What stands for the bound on the curvature of a loss that has none.
#pragma once

#include "solvers/problem.h"

namespace flipside {

/// Whether rowCurvatureBound() is a number.
bool boundedCurvature(const Loss& loss);

/// Loss::rowCurvatureBound() where there is one; else the mean curvature of the rows at w = 0,
/// which is the scale of things and no bound.
double rowCurvatureScale(const Problem& problem);

/// The same of Loss::curvatureBound().
double curvatureScale(const Problem& problem);

}  // namespace flipside
