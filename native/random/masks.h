// Dropout masks: vectors of independent random factors, all of mean 1 but for the unscaled
// Bernoulli mask (theory of the mask: arXiv 2106.07769, section 2).
#pragma once

#include <span>
#include <vector>

#include "random/continuous.h"

namespace flipside {

enum class MaskKind {
  bernoulli,          ///< 1/alpha with probability alpha, else 0
  unscaledBernoulli,  ///< 1 with probability alpha, else 0: of mean alpha
  gaussian,           ///< 1 + sigma z, z standard normal
  hardConcrete,       ///< s / E s, s of Louizos, Welling and Kingma 2018
};

/// How the distribution of one element depends on the two numbers that sampling needs.
struct Mask {
  double parameter;  ///< alpha, sigma or log a
  double scale;      ///< what the kernel's draw is multiplied by, finite
};

/// The mask whose variance, relative to its squared mean, is `variance`: with 0 it is always 1,
/// with infinity always 0.
Mask bernoulliMask(double variance);
Mask unscaledBernoulliMask(double variance);
Mask gaussianMask(double variance);
/// By the location log a and E s, which belong to a variance; infinite logA as above.
Mask hardConcreteMask(double logA, double mean);

/// The distribution of a vector of masks.
class MaskVector {
 public:
  explicit MaskVector(MaskKind kind = MaskKind::bernoulli, std::size_t size = 0,
                      const HardConcreteShape& shape = {});

  MaskKind kind() const { return kind_; }
  void set(std::size_t j, const Mask& mask);
  void add(const Mask& mask);
  /// alpha, sigma or log a of element j.
  double parameter(std::size_t j) const { return parameters_[j]; }

  /// out[j] = a draw of element j, from element j of the stream; as many as there are elements.
  void sample(const Address& stream, std::span<double> out) const;

 private:
  MaskKind kind_;
  std::vector<double> parameters_;
  std::vector<double> scales_;
  HardConcreteShape shape_;
};

}  // namespace flipside
