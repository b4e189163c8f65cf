// What is asked of a run between its epochs.
#include <algorithm>
#include <cmath>
#include <utility>

#include "design/bad_value.h"
#include "network/training_run.h"

namespace flipside::network {
namespace {

/// So many rows are evaluated at a time.
constexpr std::size_t kEvaluated = 16 * kRowTile;

template <typename Value>
std::vector<Value> copyOf(const AlignedArray<Value>& array) {
  return {array.values().begin(), array.values().end()};
}

}  // namespace

template <typename Value>
EvaluationOutcome TrainingRun<Value>::evaluate(bool validation, bool prune,
                                               std::optional<double> lambda,
                                               const Cancellation* cancel) {
  const std::vector<std::int32_t>& rows =
      validation ? options_.validationRows : options_.trainingRows;
  if (rows.empty()) {
    throw BadValue("EMPTY", "rows", "rows must name some rows, but this run has no validationRows");
  }
  linalg::Team team(options_.pin);
  const Step step = stepAt(step_, 0.0, lambda.value_or(lambda_));
  const std::vector<AlignedArray<Value>> weights = predictors(team, step, prune);
  std::vector<LayerOperands<Value>> layers;
  for (std::size_t l = 0; l < layers_.size(); ++l) {
    layers.push_back({weights[l].data(), layers_[l].biases.data(), nullptr});
  }
  Batch<Value> batch(options_.shape, std::min(kEvaluated, rows.size()), {});
  double loss = 0.0;
  double error = 0.0;
  for (std::size_t first = 0; first < rows.size(); first += kEvaluated) {
    const std::size_t count = std::min(kEvaluated, rows.size() - first);
    const RowPass<Value> pass{options_.shape, *data_, layers, batch, {&rows[first], count}, step};
    team.run(
        rowTiles(count),
        [&pass](std::size_t tile) {
          const RowRange range = rowRange(tile, pass.rows.size());
          forwardRows(pass, range);
          measureRows(pass, range, 0.0);
        },
        cancel);
    for (std::size_t i = 0; i < count; ++i) {
      loss += batch.losses[i];
      error += batch.errors[i];
    }
  }
  const auto count = static_cast<double>(rows.size());
  return {loss / count, error / count};
}

template <typename Value>
std::vector<TrainedLayer> TrainingRun<Value>::trained(double lambda) {
  const Step step = stepAt(step_, 0.0, lambda);
  std::vector<TrainedLayer> result;
  for (std::size_t l = 0; l < layers_.size(); ++l) {
    std::vector<Value> weights(layers_[l].weights.size());
    std::vector<Value> keep(weights.size());
    for (std::size_t first = 0; first < weights.size(); first += kBlock) {
      const BlockRange range{first, std::min(kBlock, weights.size() - first), 0};
      method_->evaluation(step, blockOf(layers_[l], l, range), &weights[first], &keep[first]);
    }
    result.push_back({std::move(weights), std::move(keep), copyOf(layers_[l].biases)});
  }
  return result;
}

template <typename Value>
GradientOutcome TrainingRun<Value>::gradient(std::span<const std::int32_t> rows,
                                             double learningRate, double lambda) {
  const Step step = stepAt(step_, learningRate, lambda);
  linalg::Team team(options_.pin);
  std::vector<std::vector<Value>> memories;
  for (const LayerParameters<Value>& layer : layers_) memories.push_back(copyOf(layer.memory));
  prepare(team, step);
  Batch<Value> batch(options_.shape, rows.size(), batchNeeds());
  const std::vector<LayerOperands<Value>> layers = operands();
  const RowPass<Value> pass{options_.shape, *data_, layers, batch, rows, step};
  const auto count = static_cast<double>(rows.size());
  GradientOutcome outcome;
  for (std::size_t tile = 0; tile < rowTiles(rows.size()); ++tile) {
    const RowRange range = rowRange(tile, rows.size());
    forwardRows(pass, range);
    measureRows(pass, range, options_.lossScale / count);
    backwardRows(pass, range);
  }
  for (const double loss : batch.losses) outcome.loss += loss / count;
  outcome.penalty = penalty(team, step);

  std::vector<std::vector<Value>> weights(layers_.size());
  std::vector<std::vector<Value>> thetas(layers_.size());
  for (std::size_t l = 0; l < layers_.size(); ++l) {
    weights[l].resize(layers_[l].weights.size());
    thetas[l].resize(layers_[l].theta.size());
  }
  TileWork<Value>& work = TileWork<Value>::mine();
  for (const WeightTile& tile : tiles_) {
    const std::size_t l = tile.layer;
    differentiateTile(tile, batch, rows.size(), work.gradients, work.second);
    eachBlock(tile, options_.shape.layers[l].outputs, [&](const BlockRange& range) {
      Value* const g = work.gradients + range.inTile;
      Value* const h = work.second + range.inTile;
      method_->gradients(step, blockOf(layers_[l], l, range), g, h);
      std::copy_n(g, range.count, &weights[l][range.first]);
      if (needs_.theta) std::copy_n(h, range.count, &thetas[l][range.first]);
    });
  }
  for (std::size_t l = 0; l < layers_.size(); ++l) {
    std::vector<Value> biases(layers_[l].biases.size());
    differentiateBiases(l, batch, rows.size(), biases.data());
    GradientLayer layer{std::move(weights[l]), std::move(biases), std::nullopt};
    if (needs_.theta) layer.theta = std::move(thetas[l]);
    outcome.layers.push_back(std::move(layer));
    std::ranges::copy(memories[l], layers_[l].memory.data());
  }
  return outcome;
}

template EvaluationOutcome TrainingRun<float>::evaluate(bool, bool, std::optional<double>,
                                                        const Cancellation*);
template EvaluationOutcome TrainingRun<double>::evaluate(bool, bool, std::optional<double>,
                                                         const Cancellation*);
template std::vector<TrainedLayer> TrainingRun<float>::trained(double);
template std::vector<TrainedLayer> TrainingRun<double>::trained(double);
template GradientOutcome TrainingRun<float>::gradient(std::span<const std::int32_t>, double,
                                                      double);
template GradientOutcome TrainingRun<double>::gradient(std::span<const std::int32_t>, double,
                                                       double);

}  // namespace flipside::network
