// A penalty that came as functions of the caller: omega, and perhaps its dual, as curves.
#pragma once

#include <memory>
#include <optional>

#include "penalties/curve.h"
#include "penalties/penalty.h"

namespace flipside {

/// Which class of scaling.h says how it depends on lambda.
enum class LambdaScaling { lambdaFree, keepProbability, maskFamily };

struct CurvePenaltySpec {
  LambdaScaling scaling;
  Curve omega;                ///< omega(w) at lambda = 1
  std::optional<Curve> dual;  ///< f(eta) at lambda = 1; without it f is the conjugate of omega
  bool convex = false;
  bool monotone = false;  ///< etaHat is nondecreasing, which makes the conjugate cheap to find
};

std::shared_ptr<const SeparablePenalty> makeCurvePenalty(CurvePenaltySpec spec);

}  // namespace flipside
