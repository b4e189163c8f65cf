// Dropout masks: vectors of independent random factors, all of mean 1 but for the unscaled
// Bernoulli mask (theory of the mask: arXiv 2106.07769, section 2).
#pragma once

#include <span>
#include <vector>

#include "random/continuous.h"
#include "random/philox.h"

namespace flipside {

enum class MaskKind {
  bernoulli,          ///< 1/alpha with probability alpha, else 0
  unscaledBernoulli,  ///< 1 with probability alpha, else 0: of mean alpha
  gaussian,           ///< 1 + sigma z, z standard normal
  hardConcrete,       ///< s / E s, s of Louizos, Welling and Kingma 2018
};

/// How the distribution of one element depends on the two numbers that sampling needs.
struct Mask {
  double location;  ///< Bernoulli: alpha; Gaussian: the mean; hard concrete: log a
  double scale;     ///< Bernoulli: the value when kept; Gaussian: sigma; hard concrete: 1 / E s
};

/// The mask whose variance, relative to its squared mean, is `variance`: with 0 it is always 1,
/// with infinity always 0.
Mask bernoulliMask(double variance);
Mask unscaledBernoulliMask(double variance);
Mask gaussianMask(double variance);
/// By the location log a and E s, which belong to a variance; infinite logA as above.
Mask hardConcreteMask(double logA, double mean);

/// The distribution of a vector of masks.
struct MaskVector {
  MaskKind kind = MaskKind::bernoulli;
  std::vector<Mask> elements;
  HardConcreteShape shape{};

  /// out[j] = a draw of element j, from element j of the stream; as many as there are elements.
  void sample(const Philox& stream, std::span<double> out) const;
};

}  // namespace flipside
