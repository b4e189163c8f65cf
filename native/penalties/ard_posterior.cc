// eta-hat of automatic relevance determination: the minimiser of
//     F(eta) = sum_j w_j^2/eta_j + log det Sigma,   Sigma = tau I + X diag(eta) X',
// over the m nonzero coordinates. d log det Sigma / d eta_j = z_j = x_j' Sigma^-1 x_j, so it solves
//     t_j = log |w_j| - 1/2 log z_j(t),   t = log eta.
//
// By Cauchy-Binet det Sigma is a polynomial in e^t with positive coefficients, so F is convex in t.
// The fixed point iteration t <- log |w| - 1/2 log z (Wipf and Nagarajan 2008) halves the largest
// error at least: d log z_j / d t_i = -P_ji with P_ji = eta_i z_ij^2 / z_j >= 0 and row sums x_j'
// Sigma^-1 (Sigma - tau I) Sigma^-1 x_j / z_j <= 1. The same P makes Newton's system (I - P/2)
// delta = residual diagonally dominant, solved by its Neumann series. A Newton step that does not
// halve the residual is replaced by a fixed point step, so convergence is global and quadratic.
//
// The work is done in min(n, m) dimensions: any R with R'R = X'X gives the same z_ij, and
// log det Sigma = (n - d) log tau + log det(tau I + R diag(eta) R') with d rows in R.
#include "penalties/ard_posterior.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "linalg/linalg.h"

namespace flipside::ard {
namespace {

constexpr double epsilon = std::numeric_limits<double>::epsilon();

double squaredNorm(std::span<const double> a) { return linalg::dot(a, a); }

Dense copyOf(ConstMatrix a) {
  Dense copy(a.rows, a.columns);
  for (std::size_t j = 0; j < a.columns; ++j) {
    std::ranges::copy(columnOf(a, j), copy.view().column(j));
  }
  return copy;
}

/// A diag(sqrt(eta))
Dense scaledColumns(ConstMatrix a, std::span<const double> eta) {
  Dense scaled = copyOf(a);
  for (std::size_t j = 0; j < a.columns; ++j) {
    for (double& value : columnOf(scaled.view(), j)) value *= std::sqrt(eta[j]);
  }
  return scaled;
}

/// The lower Cholesky factor of tau I + V V'.
Dense sigmaFactor(ConstMatrix v, double tau) {
  Dense product(v.rows, v.rows);
  linalg::outerGram(v, 1.0, product.view());
  double most = 0.0;
  for (std::size_t i = 0; i < v.rows; ++i) most = std::max(most, product.view()(i, i));
  // Where V V' is some 1e16 tau, its own rounding errors can make the sum indefinite: a shift of
  // their size puts that right.
  for (double shift = 0.0; shift <= 1e3; shift = std::max(1.0, 10.0 * shift)) {
    Dense sigma = product;
    for (std::size_t i = 0; i < v.rows; ++i) sigma.view()(i, i) += tau + shift * epsilon * most;
    if (linalg::cholesky(sigma.view())) return sigma;
  }
  throw std::domain_error("ard: w, the design or tau is outside the range of a double");
}

/// As posteriorAt, for a compressed design that stands for n rows.
Posterior evaluate(ConstMatrix a, std::size_t n, double tau, std::vector<double> eta) {
  const Dense factor = sigmaFactor(scaledColumns(a, eta).view(), tau);
  Posterior p{std::move(eta), std::vector<double>(a.columns), 0.0, copyOf(a)};
  linalg::forwardSolve(factor.view(), p.whitened.view());
  for (std::size_t j = 0; j < a.columns; ++j) p.z[j] = squaredNorm(columnOf(p.whitened.view(), j));
  for (std::size_t i = 0; i < a.rows; ++i) p.logDeterminant += 2.0 * std::log(factor.view()(i, i));
  p.logDeterminant += static_cast<double>(n - a.rows) * std::log(tau);
  return p;
}

/// log |w_j| - 1/2 log z_j - log eta_j, which is also the fixed point step in log eta.
std::vector<double> residualOf(const Posterior& p, std::span<const double> logW) {
  std::vector<double> residual(logW.size());
  for (std::size_t j = 0; j < residual.size(); ++j) {
    residual[j] = logW[j] - 0.5 * std::log(p.z[j]) - std::log(p.eta[j]);
  }
  return residual;
}

double largest(std::span<const double> values) {
  double most = 0.0;
  for (const double value : values) most = std::max(most, std::abs(value));
  return most;
}

/// delta = sum_k (P/2)^k residual.
std::vector<double> newtonStep(const Posterior& p, const std::vector<double>& residual) {
  const std::size_t m = residual.size();
  Dense squares(m, m);
  linalg::gram(p.whitened.view(), 1.0, squares.view());
  for (double& value : squares.data) value *= value;
  std::vector<double> delta = residual;
  std::vector<double> weighted(m);
  std::vector<double> next(m);
  const double enough = 1e-12 * largest(residual);
  double change = std::numeric_limits<double>::infinity();
  for (int k = 0; k < 60 && change > enough; ++k) {
    for (std::size_t i = 0; i < m; ++i) weighted[i] = p.eta[i] * delta[i];
    linalg::multiply(squares.view(), weighted, next);
    change = 0.0;
    for (std::size_t j = 0; j < m; ++j) {
      next[j] = residual[j] + 0.5 * next[j] / p.z[j];
      change = std::max(change, std::abs(next[j] - delta[j]));
    }
    delta.swap(next);
  }
  return delta;
}

std::vector<double> moved(const std::vector<double>& eta, const std::vector<double>& step) {
  std::vector<double> result(eta.size());
  for (std::size_t j = 0; j < eta.size(); ++j) result[j] = eta[j] * std::exp(step[j]);
  return result;
}

}  // namespace

Posterior posteriorAt(ConstMatrix x, double tau, std::span<const double> eta) {
  const Dense a = compress(x, eta);
  return evaluate(a.view(), x.rows, tau, {eta.begin(), eta.end()});
}

Posterior minimise(ConstMatrix x, double tau, std::span<const double> w,
                   const Cancellation* cancel) {
  const std::size_t m = x.columns;
  const Dense a = compress(x, w, cancel);
  // Newton needs the m x m matrix of z_ij; for much larger m the fixed point is the cheaper way.
  const bool newton = m <= 8 * a.rows;
  std::vector<double> logW(m);
  std::vector<double> eta(m);
  for (std::size_t j = 0; j < m; ++j) {
    logW[j] = std::log(std::abs(w[j]));
    // The fixed point of z at eta = 0, where it is largest.
    eta[j] = std::abs(w[j]) * std::sqrt(tau / squaredNorm(columnOf(a.view(), j)));
  }
  constexpr double tolerance = 1e-14;
  Posterior current = evaluate(a.view(), x.rows, tau, std::move(eta));
  std::vector<double> residual = residualOf(current, logW);
  for (int iteration = 0; iteration < 200; ++iteration) {
    const double error = largest(residual);
    if (error <= tolerance) break;
    if (cancel != nullptr) cancel->poll();
    if (newton) {
      Posterior candidate =
          evaluate(a.view(), x.rows, tau, moved(current.eta, newtonStep(current, residual)));
      std::vector<double> left = residualOf(candidate, logW);
      if (largest(left) <= 0.5 * error) {
        current = std::move(candidate);
        residual = std::move(left);
        continue;
      }
    }
    Posterior candidate = evaluate(a.view(), x.rows, tau, moved(current.eta, residual));
    std::vector<double> left = residualOf(candidate, logW);
    // In exact arithmetic the error halves: here it has reached the rounding errors of z.
    if (!(largest(left) <= 0.75 * error)) break;
    current = std::move(candidate);
    residual = std::move(left);
  }
  return current;
}

QuadraticForm::QuadraticForm(ConstMatrix x, double tau, std::span<const double> eta,
                             std::size_t count)
    : tau_(tau), v_(scaledColumns(x, eta)), transposed_(0, 0), factor_(0, 0) {
  const auto n = static_cast<double>(x.rows);
  const auto m = static_cast<double>(x.columns);
  const auto vectors = static_cast<double>(count);
  full_ = n * (m + vectors + n / 3.0) <= 4.0 * m * vectors;
  if (full_) {
    factor_ = sigmaFactor(v_.view(), tau);
  } else if (x.columns > 0) {
    transposed_ = Dense(x.columns, x.rows);
    for (std::size_t j = 0; j < x.columns; ++j) {
      for (std::size_t i = 0; i < x.rows; ++i) transposed_.view()(j, i) = v_.view()(i, j);
    }
    factor_ = sigmaFactor(transposed_.view(), tau);
  }
}

std::vector<double> QuadraticForm::operator()(ConstMatrix b) const {
  std::vector<double> forms(b.columns);
  Dense rest = copyOf(b);
  if (full_) {
    linalg::forwardSolve(factor_.view(), rest.view());
    for (std::size_t j = 0; j < b.columns; ++j) forms[j] = squaredNorm(columnOf(rest.view(), j));
    return forms;
  }
  // b' Sigma^-1 b = min over c of |b - V c|^2 / tau + |c|^2, at c = (tau I + V'V)^-1 V'b: an error
  // of c enters in second order only, whereas b'b - b'V c would cancel.
  if (v_.columns > 0) {
    Dense c(v_.columns, b.columns);
    Dense fitted(b.rows, b.columns);
    linalg::multiplyMatrices(v_.view(), b, c.view());
    for (std::size_t j = 0; j < b.columns; ++j) {
      linalg::choleskySolve(factor_.view(), columnOf(c.view(), j));
      forms[j] = squaredNorm(columnOf(c.view(), j));
    }
    linalg::multiplyMatrices(transposed_.view(), c.view(), fitted.view());
    linalg::axpy(-1.0, fitted.data, rest.data);
  }
  for (std::size_t j = 0; j < b.columns; ++j) {
    forms[j] += squaredNorm(columnOf(rest.view(), j)) / tau_;
  }
  return forms;
}

}  // namespace flipside::ard
