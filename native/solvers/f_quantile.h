// Quantiles of Fisher's F distribution.
#pragma once

namespace flipside {

/// The x with P(F <= x) = probability for F with (above, below) > 0 degrees of freedom, which need
/// not be whole; to about 1e-9 relative.
double fQuantile(double probability, double above, double below);

}  // namespace flipside
