// ard(tau), automatic relevance determination, not separable:
//     Omega(w) = min over eta of 1/2 (sum_j w_j^2/eta_j + f(eta)),
//     f(eta) = log det(tau I + X diag(eta) X')
// with X the standardised design; f(0) = n log tau, not 0. tau > 0 is the noise variance of the
// Gaussian model whose type II likelihood this is: w minimises |y - X w|^2 / tau + 2 Omega(w). So
// |y - X w|^2 / (2n) + lambda Omega(w) belongs to tau = n lambda, which tau = 0 stands for.
// Wipf and Nagarajan 2008, "A new view of automatic relevance determination".
//
// With Sigma = tau I + X diag(etaHat) X' and z_ij = x_i' Sigma^-1 x_j:
//     etaHat_j = |w_j| / sqrt(z_jj),   dOmega/d|w_j| = sqrt(z_jj), also where w_j = etaHat_j = 0.
//
// Hessian over the nonzero coordinates. F(w, t) = 1/2 (sum w^2 e^-t + f(e^t)) has F_ww = D(1/eta),
// F_wt = -D(w/eta) and F_tt = 1/2 (D(w^2/eta + eta z) - eta_i z_ij^2 eta_j); w^2/eta = eta z at the
// minimum. With C_ij = z_ij^2 / (z_ii z_jj), E = D(sqrt(eta z)), S = E C E, N =
// D(sign(w)/sqrt(eta)) and Z = D(sign(w) sqrt(z)) this makes
//     F_ww - F_wt F_tt^-1 F_tw = N (I - (I - S/2)^-1) N
//                              = -1/2 Z (C + 1/2 C E (I - S/2)^-1 E C) Z,
// negative semidefinite, and a sum without cancellation or division by w.
#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <vector>

#include "linalg/linalg.h"
#include "penalties/ard_posterior.h"
#include "penalties/catalogue.h"
#include "penalties/parameters.h"

namespace flipside {
namespace {

using ard::Dense;
using ard::Posterior;

constexpr double infinity = std::numeric_limits<double>::infinity();

bool zeroColumn(ConstMatrix x, std::size_t j) {
  return std::all_of(x.column(j), x.column(j) + x.rows, [](double v) { return v == 0.0; });
}

/// The coordinates with a nonzero value and a nonzero column. A zero column has no part in f: its
/// slope is 0, its etaHat infinite unless w_j is 0.
struct Support {
  Support(std::span<const double> values, ConstMatrix x) {
    for (std::size_t j = 0; j < values.size(); ++j) {
      if (values[j] != 0.0 && !zeroColumn(x, j)) index.push_back(j);
    }
  }
  std::vector<double> of(std::span<const double> values) const {
    std::vector<double> some;
    for (const std::size_t j : index) some.push_back(values[j]);
    return some;
  }
  std::vector<std::size_t> index;
};

Dense columnsOf(ConstMatrix x, std::span<const std::size_t> index) {
  Dense some(x.rows, index.size());
  for (std::size_t k = 0; k < index.size(); ++k) {
    std::copy_n(x.column(index[k]), x.rows, some.view().column(k));
  }
  return some;
}

class Ard final : public Penalty {
 public:
  explicit Ard(double tau)
      : tau_(checkedParameter("tau", tau, tau >= 0.0, "greater than 0, or 0 for n * lambda")) {}

  bool needsDesign() const override { return true; }

  double omega(std::span<const double> w, const PenaltyContext& context) const override {
    const double tau = tauFor(w, context);
    if (tau == 0.0) return 0.0;
    const Support support(w, context.columns);
    if (support.index.empty()) return 0.5 * logDeterminantAtZero(context, tau);
    return omegaOf(solve(w, context, support, tau), w, support);
  }

  double dual(std::span<const double> eta, const PenaltyContext& context) const override {
    const double tau = tauFor(eta, context);
    if (tau == 0.0) return 0.0;
    const Support support(eta, context.columns);
    if (support.index.empty()) return logDeterminantAtZero(context, tau);
    const std::vector<double> some = support.of(eta);
    if (std::ranges::count(some, infinity) > 0) return infinity;
    const Dense x = columnsOf(context.columns, support.index);
    return ard::posteriorAt(x.view(), tau, some).logDeterminant;
  }

  void etaHat(std::span<const double> w, const PenaltyContext& context,
              std::span<double> out) const override {
    const double tau = tauFor(w, context);
    const Support support(w, context.columns);
    etaOf(solve(w, context, support, tau), w, context, support, tau, out);
  }

  void slope(std::span<const double> w, const PenaltyContext& context,
             std::span<double> out) const override {
    std::vector<double> eta(w.size());
    evaluateAll(w, context, out, eta);
  }

  double evaluateAll(std::span<const double> w, const PenaltyContext& context,
                     std::span<double> slopes, std::span<double> eta) const override {
    const double tau = tauFor(w, context);
    const Support support(w, context.columns);
    std::ranges::fill(slopes, 0.0);
    const Posterior p = solve(w, context, support, tau);
    double omega = tau > 0.0 ? 0.5 * logDeterminantAtZero(context, tau) : 0.0;
    if (!p.eta.empty()) omega = omegaOf(p, w, support);
    etaOf(p, w, context, support, tau, eta);
    if (tau == 0.0) return omega;
    for (std::size_t k = 0; k < p.z.size(); ++k) slopes[support.index[k]] = std::sqrt(p.z[k]);
    slopesAtZeros(p, w, context, support, tau, slopes);
    return omega;
  }

  bool hessian(std::span<const double> w, const PenaltyContext& context,
               MutableMatrix out) const override {
    const double tau = tauFor(w, context);
    for (std::size_t j = 0; j < out.columns; ++j) std::fill_n(out.column(j), out.rows, 0.0);
    const Support support(w, context.columns);
    const std::size_t m = support.index.size();
    if (tau == 0.0 || m == 0) return true;
    const Posterior p = solve(w, context, support, tau);
    std::vector<double> e(m);
    for (std::size_t k = 0; k < m; ++k) e[k] = std::sqrt(p.eta[k]) * std::sqrt(p.z[k]);
    Dense c(m, m);
    linalg::gram(p.whitened.view(), 1.0, c.view());
    Dense factor(m, m);
    Dense half(m, m);
    for (std::size_t j = 0; j < m; ++j) {
      for (std::size_t i = 0; i < m; ++i) {
        const double correlation = c.view()(i, j) / std::sqrt(p.z[i]) / std::sqrt(p.z[j]);
        c.view()(i, j) = correlation * correlation;
        half.view()(i, j) = e[i] * c.view()(i, j);
        factor.view()(i, j) = (i == j ? 1.0 : 0.0) - 0.5 * half.view()(i, j) * e[j];
      }
    }
    if (!linalg::cholesky(factor.view())) return false;
    linalg::forwardSolve(factor.view(), half.view());
    Dense sum(m, m);
    linalg::gram(half.view(), 0.5, sum.view());
    // Zero columns keep their rows of zeros.
    std::vector<std::size_t> place;
    for (std::size_t j = 0, k = 0; j < w.size(); ++j) {
      if (w[j] == 0.0) continue;
      if (place.size() < m && support.index[place.size()] == j) place.push_back(k);
      ++k;
    }
    for (std::size_t j = 0; j < m; ++j) {
      for (std::size_t i = 0; i < m; ++i) {
        const double size = std::sqrt(p.z[i]) * std::sqrt(p.z[j]);
        const bool same = (w[support.index[i]] > 0.0) == (w[support.index[j]] > 0.0);
        out(place[i], place[j]) = (same ? -0.5 : 0.5) * size * (c.view()(i, j) + sum.view()(i, j));
      }
    }
    return true;
  }

 private:
  static double omegaOf(const Posterior& p, std::span<const double> w, const Support& support) {
    double total = p.logDeterminant;
    for (std::size_t k = 0; k < p.eta.size(); ++k) {
      const double value = w[support.index[k]];
      total += value * (value / p.eta[k]);
    }
    return 0.5 * total;
  }

  static void etaOf(const Posterior& p, std::span<const double> w, const PenaltyContext& context,
                    const Support& support, double tau, std::span<double> out) {
    for (std::size_t j = 0; j < w.size(); ++j) {
      const bool free = tau == 0.0 || (w[j] != 0.0 && zeroColumn(context.columns, j));
      out[j] = free ? infinity : 0.0;
    }
    for (std::size_t k = 0; k < p.z.size(); ++k) {
      out[support.index[k]] = std::abs(w[support.index[k]]) / std::sqrt(p.z[k]);
    }
  }

  static void slopesAtZeros(const Posterior& p, std::span<const double> w,
                            const PenaltyContext& context, const Support& support, double tau,
                            std::span<double> out) {
    std::vector<std::size_t> zeros;
    for (std::size_t j = 0; j < w.size(); ++j) {
      if (w[j] == 0.0) zeros.push_back(j);
    }
    if (zeros.empty()) return;
    const Dense x = columnsOf(context.columns, support.index);
    const ard::QuadraticForm form(x.view(), tau, p.eta, zeros.size());
    constexpr std::size_t block = 256;  // of columns copied at a time
    for (std::size_t start = 0; start < zeros.size(); start += block) {
      const auto some = std::span(zeros).subspan(start, std::min(block, zeros.size() - start));
      const std::vector<double> z = form(columnsOf(context.columns, some).view());
      for (std::size_t k = 0; k < some.size(); ++k) out[some[k]] = std::sqrt(z[k]);
    }
  }

  /// 0 when lambda is, for an automatic tau: then there is no penalty.
  double tauFor(std::span<const double> values, const PenaltyContext& context) const {
    if (context.columns.rows == 0 || context.columns.columns != values.size()) {
      throw std::domain_error("ard needs the design: as many columns as there are coordinates");
    }
    return tau_ > 0.0 ? tau_ : static_cast<double>(context.columns.rows) * context.lambda;
  }

  static double logDeterminantAtZero(const PenaltyContext& context, double tau) {
    return static_cast<double>(context.columns.rows) * std::log(tau);
  }

  /// Without a coordinate if there is no penalty or no support.
  static Posterior solve(std::span<const double> w, const PenaltyContext& context,
                         const Support& support, double tau) {
    if (tau == 0.0 || support.index.empty()) return {{}, {}, 0.0, Dense(0, 0)};
    const Dense x = columnsOf(context.columns, support.index);
    return ard::minimise(x.view(), tau, support.of(w), context.cancel);
  }

  double tau_;
};

const CatalogueEntry entry("ard", {"tau"}, [](std::span<const double> values) {
  return std::make_shared<Ard>(values[0]);
});

}  // namespace
}  // namespace flipside
