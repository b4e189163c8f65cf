// Dawson's function and what variational dropout needs of it.
#pragma once

namespace flipside {

struct Dawson {
  double value;     ///< D(s) = e^(-s^2) int_0^s e^(t^2) dt
  double bend;      ///< s D'(s) / D(s) - 1, accurate for small s too (-4/3 s^2 there)
  double integral;  ///< int_0^s D
};

/// All three for s >= 0, infinity included, to about 1e-15 relative (bend 1e-13).
Dawson dawson(double s);

}  // namespace flipside
