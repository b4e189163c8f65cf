#include "network/batch.h"

namespace flipside::network {

template <typename Value>
Batch<Value>::Batch(const NetworkShape& shape, std::size_t capacity, const BatchNeeds& needs)
    : losses(capacity), errors(capacity) {
  activations.emplace_back(capacity, shape.layers.front().inputs);
  for (const LayerShape& layer : shape.layers) {
    activations.emplace_back(capacity, layer.outputs);
    if (needs.backward) deltas.emplace_back(capacity, layer.outputs);
    if (!needs.outputNoise) continue;
    squares.emplace_back(capacity, layer.inputs);
    spreads.emplace_back(capacity, layer.outputs);
    normals.emplace_back(capacity, layer.outputs);
  }
  if (!needs.backward || shape.layers.size() == 1) return;
  for (std::size_t l = 1; l < shape.layers.size(); ++l) {
    widest = std::max({widest, shape.layers[l].inputs, shape.layers[l].outputs});
  }
  const std::size_t arrays = needs.outputNoise ? 4 : 2;
  for (std::size_t tile = 0; tile < rowTiles(capacity); ++tile) {
    turned.emplace_back(arrays * widest, kRowTile);
  }
}

template struct Batch<float>;
template struct Batch<double>;

double batchBytes(const NetworkShape& shape, std::size_t capacity, std::size_t valueBytes,
                  bool outputNoise) {
  double widths = 0.0;
  for (const LayerShape& layer : shape.layers) {
    widths += static_cast<double>(layer.inputs + layer.outputs);
  }
  const double arrays = outputNoise ? 8.0 : 4.0;
  return arrays * widths * static_cast<double>(capacity + kRowTile) *
         static_cast<double>(valueBytes);
}

}  // namespace flipside::network
