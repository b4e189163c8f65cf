// E L(s o w) by Monte Carlo beside its Tikhonov form (arXiv 2106.07769, section 2): for the squared
// error and independent masks s of mean 1,
//     E L(s o w) = L(w) + 1/2 sum_j Var(s_j) (|x_j|^2 / n) w_j^2.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "design/standardized.h"
#include "penalties/penalty.h"
#include "random/masks.h"

namespace flipside {

struct ExpectationRequest {
  std::shared_ptr<const RawMatrix> x;
  std::vector<double> y;             ///< rows values
  std::vector<double> weights;       ///< empty, or rows values >= 0, not all 0
  std::vector<double> offset;        ///< empty, or rows values
  Standardization standardization;   ///< with an intercept L is that of centred columns
  std::vector<double> coefficients;  ///< columns values on the caller's scale
  /// Var(s_j) in [0, infinity], columns values. Empty: lambda / (eta_j |x_j|^2 / n) with eta_j =
  /// etaHat of the standardised coefficients under the penalty, and 0 for every j at lambda = 0.
  std::vector<double> variances;
  std::shared_ptr<const Penalty> penalty;
  double lambda = 0.0;
  MaskKind mask = MaskKind::bernoulli;
  HardConcreteShape shape{};
  std::size_t samples = 0;  ///< at least 2
  std::uint64_t seed = 0;
};

struct Expectation {
  double estimate = 0.0;       ///< mean of L(s o w) over the samples
  double standardError = 0.0;  ///< of that mean, from the sample variance
  std::size_t samples = 0;
  double loss = 0.0;      ///< L(w)
  double tikhonov = 0.0;  ///< the right-hand side above
  /// How far elements may move the estimate of which fewer than 30 rare outcomes are expected in
  /// all samples: the normal approximation knows nothing of what it has not seen.
  double unseen = 0.0;
  std::vector<double> variances;  ///< those given or computed
};

struct ExpectationControl {
  const Cancellation* cancel = nullptr;
  /// Called with the number of samples so far, on the worker's thread and at most every 50 ms.
  std::function<void(std::size_t)> progress;
};

/// The same bits for any number of threads: sample k is drawn from stream k of the seed. Throws
/// BadValue for data that no fit can use, for an infinite variance where the coefficient is not 0,
/// and for sums that overflow; Cancelled.
Expectation runExpectation(const ExpectationRequest& request, const ExpectationControl& control);

/// Bytes that runExpectation will need for its copies and work space, an upper estimate.
double workspaceBytes(const ExpectationRequest& request);

}  // namespace flipside
