// How a run begins, and what its steps have in common with other computations.
#include "network/training_run.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "linalg/tiles.h"

namespace flipside::network {

template <typename Value>
TileWork<Value>& TileWork<Value>::mine() {
  thread_local const auto work = std::make_unique<TileWork<Value>>();
  return *work;
}

template <typename Value>
TrainingRun<Value>::TrainingRun(std::shared_ptr<const Dataset<Value>> data, TrainingOptions options)
    : data_(std::move(data)),
      options_(std::move(options)),
      method_(makeMethod<Value>(options_.method)),
      optimizer_(makeOptimizer<Value>(options_.optimizer)),
      needs_(method_->needs()),
      layers_(makeParameters<Value>(options_.shape, needs_, optimizer_->moments())),
      tiles_(makeTiles(options_.shape)),
      batch_(options_.shape, options_.batchSize, batchNeeds()),
      order_(options_.trainingRows) {
  drawStart(options_.shape, options_.start, options_.seed, layers_);
  for (std::size_t l = 0; l < layers_.size(); ++l) {
    biasGradients_.emplace_back(options_.shape.layers[l].outputs);
    wholeLayers_.push_back(blockOf(layers_[l], l, {0, layers_[l].weights.size(), 0}));
  }
}

template <typename Value>
std::size_t TrainingRun<Value>::batchRows(std::size_t position) const {
  return std::min(options_.batchSize, order_.size() - position * options_.batchSize);
}

template <typename Value>
Step TrainingRun<Value>::stepAt(std::uint64_t number, double learningRate, double lambda) const {
  return {number, options_.seed, learningRate, lambda, options_.lossScale};
}

template <typename Value>
std::vector<LayerOperands<Value>> TrainingRun<Value>::operands() const {
  std::vector<LayerOperands<Value>> list;
  for (const LayerParameters<Value>& layer : layers_) {
    const bool noisy = needs_.noise == Noise::weights;
    list.push_back({noisy ? layer.effective.data() : layer.weights.data(), layer.biases.data(),
                    layer.variances.data()});
  }
  return list;
}

template <typename Value>
void TrainingRun<Value>::prepareBlock(std::size_t layer, const BlockRange& range,
                                      const Step& step) {
  LayerParameters<Value>& parameters = layers_[layer];
  const auto at = [&](AlignedArray<Value>& array) {
    return array.empty() ? nullptr : array.data() + range.first;
  };
  method_->effective(step, blockOf(parameters, layer, range), at(parameters.effective),
                     at(parameters.variances));
}

template <typename Value>
void TrainingRun<Value>::prepareTile(const WeightTile& tile, const Step& step) {
  eachBlock(tile, options_.shape.layers[tile.layer].outputs,
            [&](const BlockRange& range) { prepareBlock(tile.layer, range, step); });
}

template <typename Value>
void TrainingRun<Value>::prepare(linalg::Team& team, const Step& step) {
  if (needs_.noise == Noise::none) return;
  team.run(tiles_.size(), [&](std::size_t t) { prepareTile(tiles_[t], step); });
}

template <typename Value>
void TrainingRun<Value>::differentiateTile(const WeightTile& tile, const Batch<Value>& batch,
                                           std::size_t rows, Value* g, Value* h) const {
  const std::size_t l = tile.layer;
  const auto product = [&](const Rows<Value>& left, const Rows<Value>& right, Value* out) {
    linalg::multiplyTile<Value>(
        {tile.rows, rows, tile.columns}, {left.row(0) + tile.firstRow, 1, left.stride()},
        right.row(0) + tile.firstColumn, right.stride(), out, tile.columns, false);
  };
  product(batch.activations[l], batch.deltas[l], g);
  if (needs_.noise == Noise::outputs) product(batch.squares[l], batch.spreads[l], h);
}

template <typename Value>
void TrainingRun<Value>::differentiateBiases(std::size_t layer, const Batch<Value>& batch,
                                             std::size_t rows, Value* g) const {
  const std::size_t outputs = options_.shape.layers[layer].outputs;
  std::fill_n(g, outputs, Value{0});
  for (std::size_t i = 0; i < rows; ++i) {
    const Value* const delta = batch.deltas[layer].row(i);
    for (std::size_t j = 0; j < outputs; ++j) g[j] += delta[j];
  }
}

template <typename Value>
double TrainingRun<Value>::penalty(linalg::Team& team, const Step& step) {
  std::vector<double> sums(tiles_.size());
  team.run(tiles_.size(), [&](std::size_t t) {
    const WeightTile& tile = tiles_[t];
    eachBlock(tile, options_.shape.layers[tile.layer].outputs, [&](const BlockRange& range) {
      sums[t] += method_->penalty(step, blockOf(layers_[tile.layer], tile.layer, range));
    });
  });
  double total = 0.0;
  for (const double sum : sums) total += sum;
  return total;
}

template <typename Value>
std::vector<double> TrainingRun<Value>::countNonzero(linalg::Team& team, const Step& step) {
  std::vector<double> counts(tiles_.size());
  team.run(tiles_.size(), [&](std::size_t t) {
    TileWork<Value>& work = TileWork<Value>::mine();
    const WeightTile& tile = tiles_[t];
    eachBlock(tile, options_.shape.layers[tile.layer].outputs, [&](const BlockRange& range) {
      method_->evaluation(step, blockOf(layers_[tile.layer], tile.layer, range), work.gradients,
                          work.second);
      for (std::size_t i = 0; i < range.count; ++i) {
        const bool kept = static_cast<double>(work.second[i]) >= options_.threshold;
        counts[t] += work.gradients[i] != 0 && kept ? 1.0 : 0.0;
      }
    });
  });
  std::vector<double> nonzero(layers_.size());
  for (std::size_t t = 0; t < tiles_.size(); ++t) nonzero[tiles_[t].layer] += counts[t];
  return nonzero;
}

template <typename Value>
std::vector<AlignedArray<Value>> TrainingRun<Value>::predictors(linalg::Team& team,
                                                                const Step& step, bool prune) {
  std::vector<AlignedArray<Value>> weights;
  for (const LayerParameters<Value>& layer : layers_) {
    weights.push_back(AlignedArray<Value>::uninitialised(layer.weights.size()));
  }
  team.run(tiles_.size(), [&](std::size_t t) {
    TileWork<Value>& work = TileWork<Value>::mine();
    const WeightTile& tile = tiles_[t];
    eachBlock(tile, options_.shape.layers[tile.layer].outputs, [&](const BlockRange& range) {
      Value* const out = weights[tile.layer].data() + range.first;
      method_->evaluation(step, blockOf(layers_[tile.layer], tile.layer, range), out, work.second);
      for (std::size_t i = 0; prune && i < range.count; ++i) {
        if (static_cast<double>(work.second[i]) < options_.threshold) out[i] = 0;
      }
    });
  });
  return weights;
}

template struct TileWork<float>;
template struct TileWork<double>;
template class TrainingRun<float>;
template class TrainingRun<double>;

}  // namespace flipside::network
