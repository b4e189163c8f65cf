// The loss of each row, its gradient, and what evaluations call its error.
#include <cmath>
#include <limits>

#include "network/activation.h"
#include "network/row_pass.h"

namespace flipside::network {
namespace {

/// -log softmax(z)_label with softmax(z)_j = e_j / (1 + rest), e_j = exp(z_j - max z) and rest the
/// sum of all e_j but the largest: nothing cancels near 0.
template <typename Value>
double crossEntropy(const Value* z, std::size_t count, std::size_t label, double scale,
                    Value* delta, double& error) {
  std::size_t best = 0;
  for (std::size_t j = 1; j < count; ++j) best = z[j] > z[best] ? j : best;
  error = best == label ? 0.0 : 1.0;
  const double largest = z[best];
  double rest = 0.0;
  double others = 1.0;  // 1 + rest without the label's own, which is not the largest
  for (std::size_t j = 0; j < count; ++j) {
    const double e = j == best ? 1.0 : std::exp(z[j] - largest);
    if (j != best) rest += e;
    if (j != best && j != label) others += e;
    if (delta != nullptr) delta[j] = static_cast<Value>(e);
  }
  // Of rows whose largest output is infinite or NaN, which best may have passed over.
  if (!std::isfinite(largest)) rest = std::numeric_limits<double>::quiet_NaN();
  if (delta != nullptr) {
    const double factor = scale / (1.0 + rest);
    const double own = label == best ? rest : others;
    for (std::size_t j = 0; j < count; ++j) delta[j] = static_cast<Value>(delta[j] * factor);
    delta[label] = static_cast<Value>(-own * factor);
  }
  return std::log1p(rest) + (largest - z[label]);
}

template <typename Value>
double squaredError(const Value* a, const Value* y, std::size_t count, double scale, Value* delta) {
  double sum = 0.0;
  for (std::size_t j = 0; j < count; ++j) {
    const double residual = static_cast<double>(a[j]) - static_cast<double>(y[j]);
    sum += residual * residual;
    if (delta != nullptr) delta[j] = static_cast<Value>(scale * residual);
  }
  return sum;
}

}  // namespace

template <typename Value>
void measureRows(const RowPass<Value>& pass, const RowRange& range, double gradientScale) {
  Batch<Value>& batch = pass.batch;
  const LayerShape& last = pass.shape.layers.back();
  const std::size_t outputs = last.outputs;
  for (std::size_t i = range.first; i < range.first + range.count; ++i) {
    const auto row = static_cast<std::size_t>(pass.rows[i]);
    const Value* const a = batch.activations.back().row(i);
    Value* const delta = batch.deltas.empty() ? nullptr : batch.deltas.back().row(i);
    if (pass.shape.objective == Objective::softmaxCrossEntropy) {
      const auto label = static_cast<std::size_t>(pass.data.labels()[row]);
      batch.losses[i] = crossEntropy(a, outputs, label, gradientScale, delta, batch.errors[i]);
      continue;
    }
    const double sum = squaredError(a, pass.data.targets(row), outputs, gradientScale, delta);
    batch.losses[i] = 0.5 * sum;
    batch.errors[i] = sum / static_cast<double>(outputs);
    if (delta != nullptr) multiplyBySlopes(last.activation, outputs, a, delta);
  }
}

template void measureRows(const RowPass<float>&, const RowRange&, double);
template void measureRows(const RowPass<double>&, const RowRange&, double);

}  // namespace flipside::network
