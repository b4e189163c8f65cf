// From omega to its dual: where f(eta) = sup over w of 2 omega(w) - w^2 / eta is attained.
#pragma once

#include "penalties/curve.h"

namespace flipside {

/// The w >= 0 at which 2 omega(w) - w^2 / eta is largest, for 0 < eta < infinity; +infinity when
/// there is no end to it. Found by bisection where etaHat(w) = w / omega'(w) is known to be
/// monotone, otherwise from all local maxima.
double maximiserOfConjugate(const Curve& omega, double eta, bool monotone);

}  // namespace flipside
