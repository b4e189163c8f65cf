#include "network/eta_pass.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <type_traits>
#include <utility>

namespace flipside::network {
namespace {

using Kind = MaskForm::Kind;

/// The cells serve e^these.
constexpr int kLowest = -32;
constexpr int kHighest = 32;

template <typename Value>
double bounded(Value theta) {
  constexpr double kEnd = std::is_same_v<Value, float> ? 85.0 : 700.0;
  return std::clamp(static_cast<double>(theta), -kEnd, kEnd);
}

}  // namespace

template <typename Value>
EtaPass<Value>::EtaPass(std::shared_ptr<const SeparablePenalty> penalty)
    : penalty_(std::move(penalty)), form_(penalty_->maskForm()) {}

template <typename Value>
double EtaPass<Value>::productAt(double lambda, double theta) const {
  const double eta = lambda * std::exp(theta);
  return std::min(lambda * (eta * penalty_->dualSlopeAt(eta, lambda)), kMostProduct);
}

template <typename Value>
bool EtaPass<Value>::cellProducts(double lambda, std::size_t count, const Value* theta,
                                  Value* out) const {
  if constexpr (std::is_same_v<Value, float>) {
    if (form_.closed() || form_.kind == Kind::any || !(lambda > 1e-15) || !(lambda < 1e15)) {
      return false;
    }
    std::call_once(once_, [this] {
      cells_ = CubicCells::ofLine(kLowest, kHighest,
                                  [this](std::span<const double> x, std::span<double> to) {
                                    for (std::size_t i = 0; i < x.size(); ++i) {
                                      to[i] = productAt(1.0, x[i]);
                                    }
                                  });
    });
    // f of lambda eta' is, in the order of MaskForm, f_1(lambda eta'), f_1(eta') / lambda and
    // f_1(eta').
    const bool free = form_.kind == Kind::lambdaFree;
    const double outer = form_.kind == Kind::keepProbability ? 1.0 : lambda;
    return cells_->atShifted(outer, free ? std::log(lambda) : 0.0, count, theta, out);
  }
  return false;
}

template <typename Value>
void EtaPass<Value>::gradients(const EtaFactors& factors, const EtaArrays<Value>& arrays) const {
  if (etaServed(form_, factors.lambda)) return etaFormGradients(form_, factors, arrays);
  const auto [count, w, theta, g, h] = arrays;
  std::fill_n(h, count, std::numeric_limits<Value>::quiet_NaN());
  if (!cellProducts(factors.lambda, count, theta, h)) {
    for (std::size_t i = 0; i < count; ++i) {
      if (!std::isnan(h[i]) || std::isnan(theta[i])) continue;
      h[i] = static_cast<Value>(productAt(factors.lambda, bounded(theta[i])));
    }
  }
  etaGradients(factors, arrays);
}

template class EtaPass<float>;
template class EtaPass<double>;

}  // namespace flipside::network
