// The methods by name, with their options as they come from the caller.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "penalties/penalty.h"

namespace flipside::network {

struct MethodOptions {
  /// "none", "directPenalty", "adaptiveTikhonov", "adaptiveProx", "etaTrick", "adaptiveDropout",
  /// "variationalDropout", "hardConcrete", "magnitudePruning".
  std::string name = "none";
  /// Of the five that have one; never null there.
  std::shared_ptr<const SeparablePenalty> penalty;

  double smallestKeep = 1e-3;  ///< adaptiveTikhonov: alpha in the penalty is at least this
  double decay = 0.0;          ///< etaTrick: of log(eta / lambda), inside the lambda / 2

  bool gaussianMask = false;  ///< adaptiveDropout: otherwise scaled Bernoulli

  /// variationalDropout. theta is log alpha, or log sigma with additiveReparametrization. R is the
  /// divergence KL(log alpha) as Molchanov et al. 2017 approximate it.
  bool localReparametrization = false;
  bool additiveReparametrization = false;

  /// hardConcrete: theta is log a, R = 1/2 P(s != 0).
  double beta = 2.0 / 3.0;
  double gamma = -0.1;
  double zeta = 1.1;

  /// magnitudePruning: the fraction of zeros is initialSparsity until step `begin`, rises like
  /// 1 - (1 - t)^3 (Zhu and Gupta 2017) to finalSparsity at step `end`, and is brought about every
  /// `interval` steps and at the end.
  double initialSparsity = 0.0;
  double finalSparsity = 0.0;
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  std::uint64_t interval = 1;
  bool perLayer = false;  ///< that fraction of each layer rather than of all weights
};

}  // namespace flipside::network
