// The moments of the hard concrete mask as functions of its location theta = log a.
#pragma once

#include <vector>

namespace flipside {

class HardConcreteFamily {
 public:
  /// beta > 0, gamma < 0, zeta > 1, or std::domain_error.
  HardConcreteFamily(double beta, double gamma, double zeta);

  struct Point {
    double mean;          ///< E s
    double kept;          ///< f = P(s != 0)
    double dropped;       ///< P(s = 0), without cancellation
    double variance;      ///< kappa = Var s / (E s)^2 = 1/eta
    double varianceRate;  ///< d kappa / d theta, negative
    double square;        ///< W = -f'/kappa', the w^2 at which theta is stationary
    double squareGrowth;  ///< d log W / d theta
    double curvature;     ///< omega''(w) at that w
  };
  /// To about 1e-14 relative for any theta whose e^|theta| is in the range of a double.
  Point at(double theta) const;

  struct Moments {
    double mean;      ///< E s
    double variance;  ///< Var s
  };
  /// To about 1e-14 relative for any theta, infinite too, as long as they are in the range of a
  /// double.
  Moments moments(double theta) const;

  /// The theta where log kappa is this, for any kappa of a double that is neither 0 nor infinite.
  double thetaOfLogVariance(double logVariance) const;

  /// The thetas where P(s > t) = 1/2 at t = 0 and t = 1. Further out than a few units, the moments
  /// are power laws in e^theta.
  double thetaAtZero() const { return beta_ * z0_; }
  double thetaAtOne() const { return beta_ * z1_; }

 private:
  /// One quadrature point: t, dt, and the tail probabilities relative to those at the ends as theta
  /// tends to -infinity (keep) and +infinity (drop).
  struct Node {
    double t;
    double complement;  // 1 - t
    double weight;
    double keep;
    double drop;
    double width;  // dz
  };

  Point fromBelow(double kept, double dropped) const;
  Point fromAbove(double theta, double kept, double dropped) const;

  double beta_;
  double z0_;
  double z1_;
  std::vector<Node> nodes_;
};

}  // namespace flipside
