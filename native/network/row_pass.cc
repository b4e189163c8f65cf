#include "network/row_pass.h"

#include <algorithm>
#include <cmath>

#include "linalg/tiles.h"
#include "network/activation.h"
#include "random/continuous.h"

namespace flipside::network {
namespace {

/// Added to the variance of an output, so that its root has a slope.
constexpr double kLeastVariance = 1e-8;

template <typename Value>
void gatherRows(const RowPass<Value>& pass, const RowRange& range) {
  for (std::size_t i = range.first; i < range.first + range.count; ++i) {
    std::copy_n(pass.data.inputs(static_cast<std::size_t>(pass.rows[i])), pass.data.shape().inputs,
                pass.batch.activations[0].row(i));
  }
}

/// Adds the noise to z, whose mean is there.
template <typename Value>
void addNoise(const RowPass<Value>& pass, const RowRange& range, std::size_t l, Value* z) {
  Batch<Value>& batch = pass.batch;
  const LayerShape& layer = pass.shape.layers[l];
  const Rows<Value>& a = batch.activations[l];
  Rows<Value>& squares = batch.squares[l];
  Rows<Value>& spreads = batch.spreads[l];
  for (std::size_t i = range.first; i < range.first + range.count; ++i) {
    const Value* const from = a.row(i);
    Value* const to = squares.row(i);
    for (std::size_t k = 0; k < layer.inputs; ++k) to[k] = from[k] * from[k];
  }
  linalg::multiplyTile<Value>(
      {range.count, layer.inputs, layer.outputs}, {squares.row(range.first), squares.stride(), 1},
      pass.layers[l].variances, layer.outputs, spreads.row(range.first), spreads.stride(), false);
  const Address address = streamOf(pass.step.seed, Purpose::outputNoise, l, pass.step.number);
  const std::size_t stride = batch.activations[l + 1].stride();
  for (std::size_t i = range.first; i < range.first + range.count; ++i) {
    Value* const eps = batch.normals[l].row(i);
    Value* const spread = spreads.row(i);
    Value* const row = z + (i - range.first) * stride;
    sampleNormal(address, i * layer.outputs, layer.outputs, eps);
    for (std::size_t j = 0; j < layer.outputs; ++j) {
      spread[j] = std::sqrt(spread[j] + static_cast<Value>(kLeastVariance));
      row[j] += spread[j] * eps[j];
    }
  }
}

/// spreads <- lossScale dL/dv.
template <typename Value>
void differentiateSpreads(const RowPass<Value>& pass, const RowRange& range, std::size_t l) {
  Batch<Value>& batch = pass.batch;
  for (std::size_t i = range.first; i < range.first + range.count; ++i) {
    const Value* const delta = batch.deltas[l].row(i);
    const Value* const eps = batch.normals[l].row(i);
    Value* const spread = batch.spreads[l].row(i);
    for (std::size_t j = 0; j < pass.shape.layers[l].outputs; ++j) {
      spread[j] = delta[j] * eps[j] / (2 * spread[j]);
    }
  }
}

/// to, `width` rows of kRowTile, is the transpose of some rows.
template <typename Value>
void turn(const Rows<Value>& from, const RowRange& range, std::size_t width, Value* to) {
  for (std::size_t i = 0; i < range.count; ++i) {
    const Value* const row = from.row(range.first + i);
    for (std::size_t j = 0; j < width; ++j) to[j * kRowTile + i] = row[j];
  }
}

/// The product of a matrix of layer l with the deltas, or the like, of these rows, transposed.
template <typename Value>
void multiplyTurned(const RowPass<Value>& pass, const RowRange& range, std::size_t l,
                    const Value* matrix, const Rows<Value>& right, Value* work, Value* product) {
  const LayerShape& layer = pass.shape.layers[l];
  turn(right, range, layer.outputs, work);
  linalg::multiplyTile<Value>({layer.inputs, layer.outputs, range.count},
                              {matrix, layer.outputs, 1}, work, kRowTile, product, kRowTile, false);
}

/// The deltas of layer l - 1 from those of l.
template <typename Value>
void passBack(const RowPass<Value>& pass, const RowRange& range, std::size_t l) {
  Batch<Value>& batch = pass.batch;
  const LayerShape& layer = pass.shape.layers[l];
  Rows<Value>& turned = batch.turned[range.first / kRowTile];
  const auto part = [&](std::size_t k) { return turned.row(k * batch.widest); };
  const Value* const variances = pass.layers[l].variances;
  multiplyTurned(pass, range, l, pass.layers[l].weights, batch.deltas[l], part(0), part(1));
  if (variances != nullptr) {
    multiplyTurned(pass, range, l, variances, batch.spreads[l], part(2), part(3));
  }
  for (std::size_t i = 0; i < range.count; ++i) {
    const Value* const a = batch.activations[l].row(range.first + i);
    Value* const delta = batch.deltas[l - 1].row(range.first + i);
    const Value* const mean = part(1) + i;
    for (std::size_t k = 0; k < layer.inputs; ++k) delta[k] = mean[k * kRowTile];
    if (variances != nullptr) {
      const Value* const variance = part(3) + i;
      for (std::size_t k = 0; k < layer.inputs; ++k) delta[k] += 2 * a[k] * variance[k * kRowTile];
    }
    multiplyBySlopes(pass.shape.layers[l - 1].activation, layer.inputs, a, delta);
  }
}

}  // namespace

template <typename Value>
void forwardRows(const RowPass<Value>& pass, const RowRange& range) {
  Batch<Value>& batch = pass.batch;
  gatherRows(pass, range);
  for (std::size_t l = 0; l < pass.layers.size(); ++l) {
    const LayerShape& layer = pass.shape.layers[l];
    const LayerOperands<Value>& operands = pass.layers[l];
    const Rows<Value>& a = batch.activations[l];
    Rows<Value>& out = batch.activations[l + 1];
    for (std::size_t i = 0; i < range.count; ++i) {
      std::copy_n(operands.biases, layer.outputs, out.row(range.first + i));
    }
    Value* const z = out.row(range.first);
    linalg::multiplyTile<Value>({range.count, layer.inputs, layer.outputs},
                                {a.row(range.first), a.stride(), 1}, operands.weights,
                                layer.outputs, z, out.stride(), true);
    if (operands.variances != nullptr) addNoise(pass, range, l, z);
    for (std::size_t i = 0; i < range.count; ++i) {
      activate(layer.activation, layer.outputs, out.row(range.first + i));
    }
  }
}

template <typename Value>
void backwardRows(const RowPass<Value>& pass, const RowRange& range) {
  for (std::size_t l = pass.layers.size(); l-- > 0;) {
    if (pass.layers[l].variances != nullptr) differentiateSpreads(pass, range, l);
    if (l > 0) passBack(pass, range, l);
  }
}

template void forwardRows(const RowPass<float>&, const RowRange&);
template void forwardRows(const RowPass<double>&, const RowRange&);
template void backwardRows(const RowPass<float>&, const RowRange&);
template void backwardRows(const RowPass<double>&, const RowRange&);

}  // namespace flipside::network
