// The inner problem of automatic relevance determination.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "penalties/ard_compress.h"

namespace flipside::ard {

/// Of Sigma = tau I + X diag(eta) X' over the given columns of X.
struct Posterior {
  std::vector<double> eta;
  std::vector<double> z;  ///< z_j = x_j' Sigma^-1 x_j
  double logDeterminant;  ///< of Sigma, n x n
  Dense whitened;         ///< Y with Y'Y = (x_i' Sigma^-1 x_j)
};

/// The Posterior for a given eta. x is n x m, eta > 0.
Posterior posteriorAt(ConstMatrix x, double tau, std::span<const double> eta);

/// The Posterior at the eta that minimises sum_j w_j^2/eta_j + log det(tau I + X diag(eta) X'), to
/// rounding level. All w_j and all columns are nonzero.
Posterior minimise(ConstMatrix x, double tau, std::span<const double> w,
                   const Cancellation* cancel = nullptr);

/// b' Sigma^-1 b for vectors b other than the columns x that make Sigma. Factorised once, for about
/// `count` vectors.
class QuadraticForm {
 public:
  QuadraticForm(ConstMatrix x, double tau, std::span<const double> eta, std::size_t count);
  /// One value for each column of b.
  std::vector<double> operator()(ConstMatrix b) const;

 private:
  bool full_;  // factor_ is that of Sigma, else that of tau I + V'V
  double tau_;
  Dense v_;           // X sqrt(eta)
  Dense transposed_;  // its transpose
  Dense factor_;
};

}  // namespace flipside::ard
