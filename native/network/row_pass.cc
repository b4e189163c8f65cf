#include "network/row_pass.h"

#include <algorithm>

#include "linalg/tiles.h"
#include "network/activation.h"
#include "network/activations.h"
#include "network/noise_kernels.h"
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
    squareAll<Value>(layer.inputs, a.row(i), squares.row(i));
  }
  linalg::multiplyTile<Value>(
      {range.count, layer.inputs, layer.outputs}, {squares.row(range.first), squares.stride(), 1},
      pass.layers[l].variances, layer.outputs, spreads.row(range.first), spreads.stride(), false);
  const Address address = streamOf(pass.step.seed, Purpose::outputNoise, l, pass.step.number);
  const std::size_t stride = batch.activations[l + 1].stride();
  for (std::size_t i = range.first; i < range.first + range.count; ++i) {
    Value* const eps = batch.normals[l].row(i);
    sampleNormal(address, i * layer.outputs, layer.outputs, eps);
    spreadOutputs<Value>(layer.outputs, kLeastVariance, eps, spreads.row(i),
                         z + (i - range.first) * stride);
  }
}

/// spreads <- lossScale dL/dv.
template <typename Value>
void differentiateSpreads(const RowPass<Value>& pass, const RowRange& range, std::size_t l) {
  Batch<Value>& batch = pass.batch;
  for (std::size_t i = range.first; i < range.first + range.count; ++i) {
    spreadSlopes<Value>(pass.shape.layers[l].outputs, batch.deltas[l].row(i),
                        batch.normals[l].row(i), batch.spreads[l].row(i));
  }
}

/// The product of a matrix of layer l with the deltas, or the like, of these rows, transposed.
template <typename Value>
void multiplyTurned(const RowPass<Value>& pass, const RowRange& range, std::size_t l,
                    const Value* matrix, const Rows<Value>& right, Value* work, Value* product) {
  const LayerShape& layer = pass.shape.layers[l];
  turnRows<Value>(right.row(range.first), right.stride(), range.count, layer.outputs, work,
                  kRowTile);
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
  Rows<Value>& deltas = batch.deltas[l - 1];
  turnRows<Value>(part(1), kRowTile, layer.inputs, range.count, deltas.row(range.first),
                  deltas.stride());
  // The work of the product is free by now.
  Value* const slopes = part(2);
  if (variances != nullptr) {
    turnRows<Value>(part(3), kRowTile, layer.inputs, range.count, slopes, layer.inputs);
  }
  for (std::size_t i = 0; i < range.count; ++i) {
    const Value* const a = batch.activations[l].row(range.first + i);
    Value* const delta = deltas.row(range.first + i);
    if (variances != nullptr) {
      addSquareSlopes<Value>(layer.inputs, a, slopes + i * layer.inputs, delta);
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
