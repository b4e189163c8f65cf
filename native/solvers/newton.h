// Newton's method on the support, where L + lambda Omega is smooth, for any loss: the Hessian of L
// is applied by central differences of its gradient (a quadratic one exactly, as that of a loss
// that ties entries to each other), the system solved by conjugate gradients with a diagonal
// preconditioner (Nocedal and Wright 2006, section 7.1).
#pragma once

#include "solvers/composite.h"

namespace flipside {

/// One step from at, which has its gradient, into next, which gets its own. A coordinate that would
/// cross 0 stops there if the penalty has a kink. Returns false when no step was found along the
/// direction with an objective below limit, or at it to working precision with half the violation.
bool newtonStep(const Composite& composite, const Point& at, double limit, Point& next);

}  // namespace flipside
