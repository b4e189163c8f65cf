#pragma once

#include <algorithm>
#include <limits>

#include "random/continuous.h"

namespace flipside {

/// The shape of a hard concrete mask in the precision of its elements. Finite and 1 / beta not 0,
/// so that no product of an infinity and 0 comes about.
template <typename Value>
struct Stretch {
  Value inverseBeta;
  Value gamma;
  Value zeta;

  explicit Stretch(const HardConcreteShape& shape)
      : inverseBeta(bounded(1.0 / shape.beta, static_cast<double>(Limits::min()))),
        gamma(bounded(shape.gamma, -kMost)),
        zeta(bounded(shape.zeta, -kMost)) {}

 private:
  using Limits = std::numeric_limits<Value>;
  static constexpr double kMost = static_cast<double>(Limits::max());

  static Value bounded(double value, double least) {
    return static_cast<Value>(std::clamp(value, least, kMost));
  }
};

}  // namespace flipside
