// The hard concrete mask (Louizos, Welling and Kingma 2018): s = clip(gamma + (zeta-gamma)
// sigmoid((theta + logit u)/beta), 0, 1), so that with z = logit((t-gamma)/(zeta-gamma))
//     P(s > t) = sigmoid(theta - beta z),  E s = int_0^1 P(s>t) dt,  E s^2 = int_0^1 2t P(s>t) dt.
// In z the integrands are analytic in a strip of half-width pi min(1, 1/beta), and Gauss-Legendre
// on panels of that order of width converges geometrically.
//
// kappa = Var s/(E s)^2 = 1/eta falls with theta for every beta, gamma and zeta: with T the clipped
// sigmoid, (log E s^2 - 2 log E s)' / 2 compares E[T'/T] under the weights s^2 and s, the former
// puts more weight on large T, and T'/T is decreasing because gamma + (zeta-gamma) sigmoid is
// log-concave for gamma <= 0. So eta is a function of theta and back.
//
// The variance alone is the sum of what the two ends and the density between them contribute,
//     Var s = m^2 P(s=0) + (1-m)^2 P(s=1) + int (t-m)^2 beta P(s>t) P(s<=t) dz,   m = E s,
// in which nothing cancels.
//
// Both ends need care. P' = P (1-P), so for small P the leading parts of kappa and kappa' cancel in
// omega''; they are split off by m - m' = int P^2 and the like. For P near 1 everything is written
// for 1-s.
#include "penalties/hard_concrete_family.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

#include "penalties/parameters.h"
#include "penalties/root.h"

namespace flipside {
namespace {

constexpr int order = 16;

double sigmoid(double x) {
  const double decay = std::exp(-std::abs(x));
  return (x >= 0.0 ? 1.0 : decay) / (1.0 + decay);
}

/// Abscissa and weight number k of Gauss-Legendre quadrature on [-1, 1], by Newton's method.
std::pair<double, double> gaussLegendre(int k) {
  double x = std::cos(std::numbers::pi * (k + 0.75) / (order + 0.5));
  double slope = 1.0;
  for (int iteration = 0; iteration < 8; ++iteration) {
    double before = 1.0;
    double value = x;
    for (int n = 2; n <= order; ++n) {
      before = std::exchange(value, ((2 * n - 1) * x * value - (n - 1) * before) / n);
    }
    slope = order * (x * value - before) / (x * x - 1.0);
    x -= value / slope;
  }
  return {x, 2.0 / ((1.0 - x * x) * slope * slope)};
}

}  // namespace

HardConcreteFamily::HardConcreteFamily(double beta, double gamma, double zeta)
    : beta_(positiveParameter("beta", beta)) {
  checkedParameter("gamma", gamma, gamma < 0.0, "less than 0");
  checkedParameter("zeta", zeta, zeta > 1.0, "greater than 1");
  z0_ = std::log(-gamma / zeta);
  z1_ = std::log((1.0 - gamma) / (zeta - 1.0));
  // Beyond this the ratio of P(s > t) at both ends leaves the range of a double.
  checkedParameter("beta", beta, beta * (z1_ - z0_) < 600.0,
                   "less than 600 / log((1-gamma) zeta / (-gamma (zeta-1)))");

  const double width = std::min(2.0, 2.0 / beta);
  const auto panels = static_cast<int>(std::ceil((z1_ - z0_) / width));
  const double half = 0.5 * (z1_ - z0_) / panels;
  for (int panel = 0; panel < panels; ++panel) {
    const double centre = z0_ + half * (2 * panel + 1);
    for (int k = 0; k < order; ++k) {
      const auto [x, weight] = gaussLegendre(k);
      const double z = centre + half * x;
      const double scale = zeta - gamma;
      nodes_.push_back({gamma + scale * sigmoid(z), 1.0 - zeta + scale * sigmoid(-z),
                        half * weight * scale * sigmoid(z) * sigmoid(-z),
                        std::exp(-beta * (z - z0_)), std::exp(-beta * (z1_ - z)), half * weight});
    }
  }
}

HardConcreteFamily::Point HardConcreteFamily::at(double theta) const {
  const double kept = sigmoid(theta - beta_ * z0_);
  const double dropped = sigmoid(beta_ * z0_ - theta);
  // Either form is accurate in the middle; they change places where t = 1/2 is passed half the
  // time.
  return theta < 0.5 * beta_ * (z0_ + z1_) ? fromBelow(kept, dropped)
                                           : fromAbove(theta, kept, dropped);
}

HardConcreteFamily::Moments HardConcreteFamily::moments(double theta) const {
  // From the nearer end, as above: `off` = P(s = 0) and `on` its complement, or the same of 1 - s.
  const bool low = theta < 0.5 * beta_ * (z0_ + z1_);
  const double threshold = low ? theta - thetaAtZero() : thetaAtOne() - theta;
  const double on = sigmoid(threshold);
  const double off = sigmoid(-threshold);
  double mean = 0.0;
  for (const Node& node : nodes_) {
    const double g = on * (low ? node.keep : node.drop);
    mean += node.weight * (g / (off + g));
  }
  const double span = low ? theta - thetaAtOne() : thetaAtZero() - theta;
  double variance = mean * mean * off + (1.0 - mean) * (1.0 - mean) * sigmoid(span);
  for (const Node& node : nodes_) {
    const double g = on * (low ? node.keep : node.drop);
    const double distance = (low ? node.t : node.complement) - mean;
    const double inverse = 1.0 / (off + g);
    variance += node.width * beta_ * (distance * distance) * (g * inverse) * (off * inverse);
  }
  return {low ? mean : 1.0 - mean, variance};
}

double HardConcreteFamily::thetaOfLogVariance(double logVariance) const {
  const auto residual = [this, logVariance](double x) -> ValueAndDerivative {
    const Point p = at(x);
    return {logVariance - std::log(p.variance), -p.varianceRate / p.variance};
  };
  const double low = std::min(thetaAtZero(), 0.0) - 750.0;
  const double high = std::max(thetaAtOne(), 0.0) + 750.0;
  return increasingRoot(residual, low, high, -logVariance);
}

HardConcreteFamily::Point HardConcreteFamily::fromBelow(double kept, double dropped) const {
  // s_k = int g^k dt and q_k = int 2t g^k dt of g = P(s > t) / P(s > 0).
  double s1 = 0.0, s2 = 0.0, s3 = 0.0, q1 = 0.0, q2 = 0.0, q3 = 0.0;
  for (const Node& node : nodes_) {
    const double g = node.keep / (dropped + kept * node.keep);
    const double w1 = node.weight * g, w2 = w1 * g, w3 = w2 * g;
    s1 += w1, s2 += w2, s3 += w3;
    q1 += 2.0 * node.t * w1, q2 += 2.0 * node.t * w2, q3 += 2.0 * node.t * w3;
  }
  Point p{};
  p.mean = kept * s1;
  p.kept = kept;
  p.dropped = dropped;
  p.variance = (q1 - kept * s1 * s1) / (kept * s1 * s1);
  // d log E s / d theta = 1 - e1, d log E s^2 / d theta = 1 - e2.
  const double e1 = kept * s2 / s1, e2 = kept * q2 / q1;
  const double e1Rate = e1 * (1.0 + e1 - 2.0 * kept * s3 / s2);
  const double e2Rate = e2 * (1.0 + e2 - 2.0 * kept * q3 / q2);
  // kappa' = (kappa + 1)(a - 1), kappa''/kappa' = delta - 1; a and delta vanish with P.
  const double a = 2.0 * e1 - e2;
  const double delta = a + (2.0 * e1Rate - e2Rate) / (a - 1.0);
  p.varianceRate = (p.variance + 1.0) * (a - 1.0);
  p.square = -kept * dropped / p.varianceRate;
  p.squareGrowth = 2.0 - 2.0 * kept - delta;
  p.curvature =
      (2.0 * (p.variance + 1.0) * a - 2.0 - p.variance * (2.0 * kept + delta)) / p.squareGrowth;
  return p;
}

HardConcreteFamily::Point HardConcreteFamily::fromAbove(double theta, double kept,
                                                        double dropped) const {
  // The same of d = 1 - s, whose tail is P(s <= t), greatest at t = 1.
  const double below = sigmoid(beta_ * z1_ - theta);
  const double one = sigmoid(theta - beta_ * z1_);
  double s1 = 0.0, s2 = 0.0, s3 = 0.0, q1 = 0.0, q2 = 0.0, q3 = 0.0;
  for (const Node& node : nodes_) {
    const double g = below * node.drop / (one + below * node.drop);
    const double w1 = node.weight * g, w2 = w1 * g, w3 = w2 * g;
    s1 += w1, s2 += w2, s3 += w3;
    q1 += 2.0 * node.complement * w1, q2 += 2.0 * node.complement * w2;
    q3 += 2.0 * node.complement * w3;
  }
  // g' = -g + g^2, g'' = g - 3 g^2 + 2 g^3.
  const double s = s2 - s1, ss = s1 - 3.0 * s2 + 2.0 * s3;
  const double q = q2 - q1, qq = q1 - 3.0 * q2 + 2.0 * q3;
  const double mean = 1.0 - s1;
  const double var = q1 - s1 * s1, varRate = q - 2.0 * s1 * s;
  const double varBend = qq - 2.0 * (s * s + s1 * ss);
  const double growth = varRate / var + 2.0 * s / mean;
  const double bend = growth * growth + varBend / var - varRate / var * (varRate / var) +
                      2.0 * (ss / mean + s / mean * (s / mean));
  Point p{};
  p.mean = mean;
  p.kept = kept;
  p.dropped = dropped;
  p.variance = var / mean / mean;
  p.varianceRate = p.variance * growth;
  p.square = -kept * dropped / p.varianceRate;
  p.squareGrowth = dropped - kept - bend / growth;
  p.curvature = p.variance + 2.0 * p.varianceRate / p.squareGrowth;
  return p;
}

}  // namespace flipside
