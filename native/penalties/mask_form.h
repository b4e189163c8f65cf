// What lambda / etaHat of a separable penalty is as a formula, for those who have kernels of their
// own for it, such as in another precision.
#pragma once

namespace flipside {

/// v(w) = lambda / etaHat(w), w > 0, of a penalty; with `share` and `ridge` it is that of the
/// formula at share lambda, plus ridge lambda.
struct MaskForm {
  enum class Kind {
    logSum,           ///< lambda / (w (w + a))
    logSumSquares,    ///< 2 lambda / (w^2 + a)
    clipped,          ///< min((a lambda - w) / b, lambda) / w, and 0 from w = a lambda on
    power,            ///< lambda w^(a - 2)
    sigmoid,          ///< e^-w
    lambdaFree,       ///< lambda times the v of the penalty at lambda = 1
    keepProbability,  ///< the v at lambda = 1
    maskFamily,       ///< the v at lambda = 1 of w / sqrt(lambda)
    any,              ///< nothing is known
  };
  Kind kind = Kind::any;
  double a = 0.0;
  double b = 0.0;
  double share = 1.0;
  double ridge = 0.0;

  bool closed() const { return kind <= Kind::sigmoid; }
};

}  // namespace flipside
