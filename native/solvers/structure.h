// What a penalty is applied to, where that is not each coefficient alike: factors, bounds, groups.
//
//   Omega(w) = sum over groups g of m_g omega(|w_g|)   or   sum_g m_g omega(|w_g|; m_g lambda)
//
// with |w_g| the Euclidean norm of the coefficients of the group and omega any separable penalty.
#pragma once

#include <cstdint>
#include <vector>

namespace flipside {

/// Every vector is empty, or has one entry per column of x.
struct Structure {
  /// >= 0; 0: not penalised, +infinity: the coefficient is 0. The same within a group.
  std::vector<double> factors;
  /// True: the factor multiplies lambda, lambda_j = m_j lambda, as in ncvreg (MCP(m lambda,
  /// gamma)). False: it multiplies the penalty, as in skglm (m MCP(lambda, gamma)). They differ
  /// where omega depends on lambda.
  bool factorsScaleLambda = true;
  /// On the caller's scale; lower <= 0 <= upper.
  std::vector<double> lower;
  std::vector<double> upper;
  /// Columns with the same number are a group, 0, 1, ...
  std::vector<std::uint32_t> groups;
  /// With several outputs: the coefficients of a column (or group) for all outputs are one group.
  bool joint = false;

  bool plain() const {
    return factors.empty() && lower.empty() && upper.empty() && groups.empty() && !joint;
  }
};

}  // namespace flipside
