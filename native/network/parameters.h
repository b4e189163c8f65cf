// What a training run keeps of each layer, and the pieces that its weights are swept in.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "network/aligned.h"
#include "network/method.h"
#include "network/optimizer.h"
#include "network/shape.h"

namespace flipside::network {

struct StartOptions {
  bool normal = false;        ///< of the weights; otherwise uniform in +-scale
  double scale = 0.0;         ///< or the standard deviation; 0 stands for 1 / sqrt(inputs)
  bool uniformBiases = true;  ///< in +-1 / sqrt(inputs); otherwise 0
  double theta = 0.0;
  double thetaDeviation = 0.0;
};

/// Arrays that a method or an optimiser does not need are empty.
template <typename Value>
struct LayerParameters {
  AlignedArray<Value> weights;
  AlignedArray<Value> biases;
  AlignedArray<Value> theta;
  AlignedArray<Value> memory;
  std::array<AlignedArray<Value>, 2> weightMoments;
  std::array<AlignedArray<Value>, 2> biasMoments;
  std::array<AlignedArray<Value>, 2> thetaMoments;
  /// Of the current step: with Noise::weights, and with Noise::outputs.
  AlignedArray<Value> effective;
  AlignedArray<Value> variances;
};

template <typename Value>
std::vector<LayerParameters<Value>> makeParameters(const NetworkShape& shape,
                                                   const MethodNeeds& needs, std::size_t moments);

/// Uniform numbers are 2 u - 1 with u = (word + 1/2) 2^-32 of stream streamOf(seed,
/// startingWeights, layer, 0 for weights and 1 for biases); both precisions start from the same
/// numbers, rounded.
template <typename Value>
void drawStart(const NetworkShape& shape, const StartOptions& start, std::uint64_t seed,
               std::vector<LayerParameters<Value>>& layers);

/// Weights firstRow .. firstRow + rows - 1 times firstColumn .. of a layer. A tile of all columns
/// is one range of weights.
struct WeightTile {
  std::size_t layer = 0;
  std::size_t firstRow = 0;
  std::size_t rows = 0;
  std::size_t firstColumn = 0;
  std::size_t columns = 0;
};

/// A tile has at most so many weights: its gradient stays in a cache of 32 to 48 kB.
inline constexpr std::size_t kTile = 8192;

std::vector<WeightTile> makeTiles(const NetworkShape& shape);

/// A range of weights of one layer, and where it begins in its tile.
struct BlockRange {
  std::size_t first = 0;
  std::size_t count = 0;
  std::size_t inTile = 0;
};

/// body(BlockRange) for each block of the tile, in order.
template <typename Body>
void eachBlock(const WeightTile& tile, std::size_t outputs, const Body& body) {
  const bool whole = tile.columns == outputs;
  const std::size_t runs = whole ? 1 : tile.rows;
  const std::size_t length = whole ? tile.rows * outputs : tile.columns;
  for (std::size_t run = 0; run < runs; ++run) {
    const std::size_t start = (tile.firstRow + run) * outputs + tile.firstColumn;
    for (std::size_t done = 0; done < length; done += kBlock) {
      body(BlockRange{start + done, std::min(kBlock, length - done), run * tile.columns + done});
    }
  }
}

template <typename Value>
Block<Value> blockOf(LayerParameters<Value>& layer, std::size_t index, const BlockRange& range) {
  const auto at = [&](AlignedArray<Value>& array) {
    return array.empty() ? nullptr : array.data() + range.first;
  };
  return {index,           range.first,     range.count, layer.weights.data() + range.first,
          at(layer.theta), at(layer.memory)};
}

}  // namespace flipside::network
