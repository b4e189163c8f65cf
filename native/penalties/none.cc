// No penalty at all: what lambda = 0 leaves of any.
#include <limits>

#include "penalties/scaling.h"

namespace flipside {
namespace {

class NoPenalty final : public LambdaFreePenalty {
 public:
  bool convex() const override { return true; }
  double unitOmega(double) const override { return 0.0; }
  double unitDual(double) const override { return 0.0; }
  double unitEtaHat(double) const override { return std::numeric_limits<double>::infinity(); }
  double unitSlope(double) const override { return 0.0; }
  double unitCurvature(double) const override { return 0.0; }
  double unitDualSlope(double) const override { return 0.0; }
  double unitProx(double z, double) const override { return z; }
};

}  // namespace

const Penalty& noPenalty() {
  static const NoPenalty none;
  return none;
}

}  // namespace flipside
