#include "network/penalty_pass.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <type_traits>
#include <utility>
#include <vector>

#include "network/form_kernels.h"
#include "network/method.h"
#include "network/pass_kernels.h"

namespace flipside::network {
namespace {

using Kind = MaskForm::Kind;
using Buffer = std::array<double, kBlock>;

/// lambda omega'(w), w > 0, where the quotient v = lambda / etaHat(w) is known.
double slopeOf(const SeparablePenalty& penalty, double lambda, double w, double v) {
  // Their product is as good wherever both have all their digits.
  return w > 1e-290 && v < 1e290 && v > 1e-290 ? w * v : lambda * penalty.slopeAt(w, lambda);
}

void slopesInDouble(const SeparablePenalty& penalty, double lambda, std::span<const double> w,
                    std::span<double> out) {
  penalty.maskVariances(w, lambda, out);
  for (std::size_t i = 0; i < w.size(); ++i) {
    const double size = std::abs(w[i]);
    out[i] = size == 0.0 ? 0.0 : slopeOf(penalty, lambda, size, out[i]);
  }
}

/// Where |w| / etaHat(|w|) at lambda = 1 is asked for: v at lambda is (outer of it) of (inner |w|)
/// over |w|.
struct Scales {
  double outer;
  double inner;
};

Scales scalesOf(Kind kind, double lambda) {
  if (kind == Kind::lambdaFree) return {lambda, 1.0};
  if (kind == Kind::keepProbability) return {1.0, 1.0};
  const double root = std::sqrt(lambda);
  return {root, 1.0 / root};
}

/// The weights that cells serve, in units of the table: 2^these.
constexpr int kLowest = -60;
constexpr int kHighest = 30;

}  // namespace

template <typename Value>
PenaltyPass<Value>::PenaltyPass(std::shared_ptr<const SeparablePenalty> penalty)
    : given_(std::move(penalty)) {}

template <typename Value>
auto PenaltyPass<Value>::prepared() const -> const Prepared& {
  std::call_once(once_, [this] {
    prepared_.form = given_->maskForm();
    prepared_.penalty = given_->tabulated(1.0);
    if (prepared_.penalty == nullptr) prepared_.penalty = given_;
    if (std::is_same_v<Value, double> || prepared_.form.closed() ||
        prepared_.form.kind == Kind::any) {
      return;
    }
    const SeparablePenalty& penalty = *prepared_.penalty;
    prepared_.cells = CubicCells::ofOctaves(kLowest, kHighest,
                                            [&](std::span<const double> w, std::span<double> out) {
                                              slopesInDouble(penalty, 1.0, w, out);
                                            });
  });
  return prepared_;
}

template <typename Value>
void PenaltyPass<Value>::exactSlopes(double lambda, std::size_t count, const Value* w,
                                     Value* out) const {
  const SeparablePenalty& penalty = *prepared().penalty;
  Buffer weights;
  Buffer slopes;
  std::copy_n(w, count, weights.begin());
  slopesInDouble(penalty, lambda, std::span(weights).first(count), std::span(slopes).first(count));
  for (std::size_t i = 0; i < count; ++i) out[i] = static_cast<Value>(slopes[i]);
}

template <typename Value>
bool PenaltyPass<Value>::cellSlopes(double lambda, std::size_t count, const Value* w,
                                    Value* out) const {
  if constexpr (std::is_same_v<Value, float>) {
    const Prepared& now = prepared();
    if (!now.cells || !(lambda > 1e-18) || !(lambda < 1e18)) return false;
    const Scales scales = scalesOf(now.form.kind, lambda);
    if (now.cells->atMagnitudes(scales.outer, scales.inner, count, w, out)) return true;
    for (std::size_t i = 0; i < count; ++i) {
      if (!std::isnan(out[i]) || std::isnan(w[i])) continue;
      exactSlopes(lambda, 1, w + i, out + i);
    }
    return true;
  }
  return false;
}

template <typename Value>
void PenaltyPass<Value>::slopes(double lambda, std::size_t count, const Value* w,
                                Value* out) const {
  if (!(lambda > 0.0)) return void(std::fill_n(out, count, Value{0}));
  if constexpr (std::is_same_v<Value, float>) {
    const MaskForm& form = prepared().form;
    if (formServed(form, lambda)) return formSlopes(form, lambda, count, w, out);
    if (cellSlopes(lambda, count, w, out)) return;
  }
  exactSlopes(lambda, count, w, out);
}

template <typename Value>
void PenaltyPass<Value>::variances(double lambda, std::size_t count, const Value* w,
                                   Value* out) const {
  if (!(lambda > 0.0)) return void(std::fill_n(out, count, Value{0}));
  const Prepared& now = prepared();
  if constexpr (std::is_same_v<Value, float>) {
    const double zero = 0.0;
    double atZero = 0.0;
    now.penalty->maskVariances({&zero, 1}, lambda, {&atZero, 1});
    if (formServed(now.form, lambda)) {
      return formVariances(now.form, lambda, atZero, count, w, out);
    }
    if (cellSlopes(lambda, count, w, out)) {
      return quotients(atZero, count, w, static_cast<const Value*>(out), out);
    }
  }
  Buffer weights;
  Buffer results;
  std::copy_n(w, count, weights.begin());
  now.penalty->maskVariances(std::span(weights).first(count), lambda,
                             std::span(results).first(count));
  for (std::size_t i = 0; i < count; ++i) out[i] = static_cast<Value>(results[i]);
}

template <typename Value>
double PenaltyPass<Value>::omega(double lambda, std::size_t count, const Value* w) const {
  const SeparablePenalty& penalty = *prepared().penalty;
  double total = 0.0;
  for (std::size_t i = 0; i < count; ++i) {
    total += penalty.omegaAt(static_cast<double>(std::abs(w[i])), lambda);
  }
  return total;
}

template <typename Value>
void PenaltyPass<Value>::keep(double lambda, std::size_t count, const Value* w, Value* out) const {
  Buffer weights;
  Buffer results;
  std::copy_n(w, count, weights.begin());
  prepared().penalty->keepProbabilities(std::span(weights).first(count), lambda,
                                        std::span(results).first(count));
  for (std::size_t i = 0; i < count; ++i) out[i] = static_cast<Value>(results[i]);
}

template class PenaltyPass<float>;
template class PenaltyPass<double>;

}  // namespace flipside::network
