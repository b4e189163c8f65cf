// The location log a of hard concrete masks by their variance kappa = Var s / (E s)^2, as a table:
// to invert the moments (penalties/hard_concrete_family.h) for each of many elements would take a
// thousand times as long as to draw them.
#pragma once

#include <memory>
#include <vector>

#include "penalties/hard_concrete_family.h"
#include "random/continuous.h"

namespace flipside {

class HardConcreteLocations {
 public:
  /// std::domain_error for a shape outside its range.
  explicit HardConcreteLocations(const HardConcreteShape& shape);

  /// The log a of a variance in [0, infinity], to 1e-9 absolutely.
  double at(double variance) const;

 private:
  /// log a and its derivative by log kappa.
  struct Knot {
    double location;
    double slope;
  };

  Knot knot(double logVariance, double guess) const;

  HardConcreteFamily family_;
  double origin_ = 0.0;  // log kappa of knot 0, the largest location
  std::vector<Knot> knots_;
};

/// Made once for each shape of the process.
std::shared_ptr<const HardConcreteLocations> sharedLocations(const HardConcreteShape& shape);

}  // namespace flipside
