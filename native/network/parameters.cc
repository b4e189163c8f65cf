#include "network/parameters.h"

#include <algorithm>
#include <cmath>

#include "random/continuous.h"
#include "random/words.h"

namespace flipside::network {
namespace {

constexpr std::size_t kChunk = 1024;

/// Rows of a weight matrix that the kernels of products take at once.
constexpr std::size_t kRowGroup = 8;

/// The stream of the biases beside that of the weights.
constexpr std::uint64_t kBiases = 1;

template <typename Value>
void drawUniform(const Address& address, double scale, AlignedArray<Value>& out) {
  std::array<std::uint32_t, kChunk> words;
  for (std::size_t first = 0; first < out.size(); first += kChunk) {
    fillBlocks(address, blockNumber(Domain::words, first / 4), kChunk / 4, words.data());
    const std::size_t count = std::min(kChunk, out.size() - first);
    for (std::size_t i = 0; i < count; ++i) {
      const double u = (words[i] + 0.5) * 0x1p-32;
      out.data()[first + i] = static_cast<Value>(scale * (2.0 * u - 1.0));
    }
  }
}

template <typename Value>
void drawNormal(const Address& address, double mean, double deviation, AlignedArray<Value>& out) {
  std::array<double, kChunk> z;
  for (std::size_t first = 0; first < out.size(); first += kChunk) {
    const std::size_t count = std::min(kChunk, out.size() - first);
    sampleNormal(address, first, count, z.data());
    for (std::size_t i = 0; i < count; ++i) {
      out.data()[first + i] = static_cast<Value>(mean + deviation * z[i]);
    }
  }
}

}  // namespace

template <typename Value>
std::vector<LayerParameters<Value>> makeParameters(const NetworkShape& shape,
                                                   const MethodNeeds& needs, std::size_t moments) {
  std::vector<LayerParameters<Value>> layers(shape.layers.size());
  for (std::size_t l = 0; l < layers.size(); ++l) {
    LayerParameters<Value>& layer = layers[l];
    const std::size_t count = shape.layers[l].weights();
    const auto zeros = [](std::size_t size) { return AlignedArray<Value>(size); };
    layer.weights = zeros(count);
    layer.biases = zeros(shape.layers[l].outputs);
    if (needs.theta) layer.theta = zeros(count);
    if (needs.memory) layer.memory = zeros(count);
    for (std::size_t m = 0; m < moments; ++m) {
      layer.weightMoments[m] = zeros(count);
      layer.biasMoments[m] = zeros(shape.layers[l].outputs);
      if (needs.theta) layer.thetaMoments[m] = zeros(count);
    }
    if (needs.noise == Noise::weights) layer.effective = zeros(count);
    if (needs.noise == Noise::outputs) layer.variances = zeros(count);
  }
  return layers;
}

template <typename Value>
void drawStart(const NetworkShape& shape, const StartOptions& start, std::uint64_t seed,
               std::vector<LayerParameters<Value>>& layers) {
  for (std::size_t l = 0; l < layers.size(); ++l) {
    const double usual = 1.0 / std::sqrt(static_cast<double>(shape.layers[l].inputs));
    const double scale = start.scale == 0.0 ? usual : start.scale;
    const Address weights = streamOf(seed, Purpose::startingWeights, l, 0);
    if (start.normal) {
      drawNormal(weights, 0.0, scale, layers[l].weights);
    } else {
      drawUniform(weights, scale, layers[l].weights);
    }
    if (start.uniformBiases) {
      drawUniform(streamOf(seed, Purpose::startingWeights, l, kBiases), usual, layers[l].biases);
    }
    drawNormal(streamOf(seed, Purpose::startingTheta, l, 0), start.theta, start.thetaDeviation,
               layers[l].theta);
  }
}

std::vector<WeightTile> makeTiles(const NetworkShape& shape) {
  std::vector<WeightTile> tiles;
  for (std::size_t l = 0; l < shape.layers.size(); ++l) {
    const LayerShape& layer = shape.layers[l];
    const std::size_t width = std::min(layer.outputs, kBlock);
    // Products are quick for whole groups of rows (linalg/tiles.h).
    const std::size_t most = std::max<std::size_t>(1, kTile / width);
    const std::size_t height = most < kRowGroup ? most : most / kRowGroup * kRowGroup;
    for (std::size_t row = 0; row < layer.inputs; row += height) {
      for (std::size_t column = 0; column < layer.outputs; column += width) {
        tiles.push_back({l, row, std::min(height, layer.inputs - row), column,
                         std::min(width, layer.outputs - column)});
      }
    }
  }
  return tiles;
}

template std::vector<LayerParameters<float>> makeParameters(const NetworkShape&, const MethodNeeds&,
                                                            std::size_t);
template std::vector<LayerParameters<double>> makeParameters(const NetworkShape&,
                                                             const MethodNeeds&, std::size_t);
template void drawStart(const NetworkShape&, const StartOptions&, std::uint64_t,
                        std::vector<LayerParameters<float>>&);
template void drawStart(const NetworkShape&, const StartOptions&, std::uint64_t,
                        std::vector<LayerParameters<double>>&);

}  // namespace flipside::network
