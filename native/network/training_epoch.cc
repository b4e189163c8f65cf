// The steps of an epoch. Each has two phases: rows go forward and back, and then weights are swept,
// tile by tile: their gradient over the whole batch, the method's part of it, the optimiser's
// update, and the effective weights of the next step, while the tile is in the nearest cache.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <numeric>
#include <string>

#include "design/bad_value.h"
#include "hwy/cache_control.h"
#include "network/order.h"
#include "network/training_run.h"

namespace flipside::network {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kReportInterval{50};

/// Calls the listener now and then.
class Reporter {
 public:
  explicit Reporter(const std::function<void(std::size_t)>& listener) : listener_(listener) {}
  void tell(std::size_t steps) {
    if (!listener_) return;
    const auto now = Clock::now();
    if (now - told_ < kReportInterval) return;
    told_ = now;
    listener_(steps);
  }

 private:
  const std::function<void(std::size_t)>& listener_;
  Clock::time_point told_ = Clock::now();
};

template <typename Value>
Value* dataOf(AlignedArray<Value>& array, std::size_t first) {
  return array.empty() ? nullptr : array.data() + first;
}

/// Asks for numbers that are read soon.
template <typename Value>
void fetch(const Value* values, std::size_t count) {
  constexpr std::size_t kLine = 64 / sizeof(Value);
  for (std::size_t i = 0; i < count; i += kLine) hwy::Prefetch(values + i);
}

}  // namespace

/// What the next batch will gather from far away, a part of it with each tile.
template <typename Value>
void TrainingRun<Value>::fetchRows(std::size_t tile) const {
  const std::span<const std::int32_t> rows = course_.following;
  const std::size_t last = rows.size() * (tile + 1) / tiles_.size();
  for (std::size_t i = rows.size() * tile / tiles_.size(); i < last; ++i) {
    fetch(data_->inputs(static_cast<std::size_t>(rows[i])), data_->shape().inputs);
  }
}

template <typename Value>
void TrainingRun<Value>::sweepTile(const WeightTile& tile) {
  TileWork<Value>& work = TileWork<Value>::mine();
  LayerParameters<Value>& layer = layers_[tile.layer];
  const Step& now = course_.now;
  differentiateTile(tile, batch_, course_.rows, work.gradients, work.second);
  eachBlock(tile, options_.shape.layers[tile.layer].outputs, [&](const BlockRange& range) {
    const Block<Value> block = blockOf(layer, tile.layer, range);
    Value* const g = work.gradients + range.inTile;
    Value* const h = work.second + range.inTile;
    method_->gradients(now, block, g, h);
    Value* const second = dataOf(layer.weightMoments[1], range.first);
    optimizer_->update(now, range.count, block.w, g, dataOf(layer.weightMoments[0], range.first),
                       second);
    if (needs_.theta) {
      optimizer_->update(now, range.count, block.theta, h,
                         dataOf(layer.thetaMoments[0], range.first),
                         dataOf(layer.thetaMoments[1], range.first));
    }
    if (needs_.rates) {
      optimizer_->rates(now, range.count, second, work.rates);
      method_->afterStep(now, block, work.rates);
    }
    if (course_.prepare) prepareBlock(tile.layer, range, course_.next);
  });
}

template <typename Value>
void TrainingRun<Value>::sweepBiases(std::size_t layer) {
  LayerParameters<Value>& parameters = layers_[layer];
  Value* const g = biasGradients_[layer].data();
  differentiateBiases(layer, batch_, course_.rows, g);
  optimizer_->update(course_.now, parameters.biases.size(), parameters.biases.data(), g,
                     parameters.biasMoments[0].data(), parameters.biasMoments[1].data());
}

template <typename Value>
double TrainingRun<Value>::runStep(linalg::Team& team, const RowPass<Value>& pass) {
  const std::size_t rows = pass.rows.size();
  // Closures of two pointers: std::function holds them without an allocation.
  team.run(rowTiles(rows), [this, &pass](std::size_t tile) {
    const RowRange range = rowRange(tile, pass.rows.size());
    forwardRows(pass, range);
    measureRows(pass, range, options_.lossScale / static_cast<double>(pass.rows.size()));
    backwardRows(pass, range);
  });
  const auto first = batch_.losses.begin();
  const double loss = std::accumulate(first, first + static_cast<std::ptrdiff_t>(rows), 0.0);
  if (!std::isfinite(loss)) {
    throw BadValue("NUMERIC", "loss",
                   "the loss must stay finite, but is " +
                       numberText(loss / static_cast<double>(rows)) + " at step " +
                       std::to_string(step_) + ": lower the learning rate");
  }
  optimizer_->begin(course_.now);
  team.run(tiles_.size() + layers_.size(), [this](std::size_t i) {
    if (i < tiles_.size()) {
      fetchRows(i);
      sweepTile(tiles_[i]);
    } else {
      sweepBiases(i - tiles_.size());
    }
  });
  if (needs_.wholeNetwork) method_->wholeNetwork(course_.now, wholeLayers_);
  return loss;
}

template <typename Value>
EpochOutcome TrainingRun<Value>::trainEpoch(std::span<const double> learningRates,
                                            std::span<const double> lambdas,
                                            const Cancellation* cancel,
                                            const std::function<void(std::size_t)>& progress) {
  const std::size_t steps = stepsPerEpoch(options_);
  const auto at = [&](std::uint64_t number) {
    const auto position = static_cast<std::size_t>(number % steps);
    return stepAt(number, learningRates[position], lambdas[position]);
  };
  std::size_t position = static_cast<std::size_t>(step_ % steps);
  if (position == 0) epochLoss_ = 0.0;
  order_ = options_.trainingRows;
  if (options_.shuffle) shuffleRows(options_.seed, step_ / steps, order_);

  linalg::Team team(options_.pin);
  const std::vector<LayerOperands<Value>> layers = operands();
  Reporter reporter(progress);
  const bool fused = needs_.noise != Noise::none && !needs_.wholeNetwork;
  for (bool prepared = false; position < steps; ++position) {
    if (cancel != nullptr) cancel->poll();
    const Step now = at(step_);
    if (!prepared) prepare(team, now);
    prepared = fused && position + 1 < steps;
    const std::size_t rows = batchRows(position);
    const std::span left(order_.data() + position * options_.batchSize,
                         order_.size() - position * options_.batchSize);
    const std::span batch = left.first(rows);
    const std::span following = left.subspan(rows);
    course_ = {now, prepared ? at(step_ + 1) : now, prepared, rows,
               following.first(std::min(following.size(), options_.batchSize))};
    epochLoss_ += runStep(team, {options_.shape, *data_, layers, batch_, batch, now});
    ++step_;
    lambda_ = now.lambda;
    reporter.tell(position + 1);
  }

  const Step last = at(step_ - 1);
  EpochOutcome outcome;
  outcome.loss = epochLoss_ / static_cast<double>(order_.size());
  outcome.penalty = penalty(team, last);
  outcome.nonzero = countNonzero(team, last);
  outcome.steps = static_cast<double>(step_);
  return outcome;
}

template void TrainingRun<float>::fetchRows(std::size_t) const;
template void TrainingRun<double>::fetchRows(std::size_t) const;
template void TrainingRun<float>::sweepTile(const WeightTile&);
template void TrainingRun<double>::sweepTile(const WeightTile&);
template void TrainingRun<float>::sweepBiases(std::size_t);
template void TrainingRun<double>::sweepBiases(std::size_t);
template double TrainingRun<float>::runStep(linalg::Team&, const RowPass<float>&);
template double TrainingRun<double>::runStep(linalg::Team&, const RowPass<double>&);
template EpochOutcome TrainingRun<float>::trainEpoch(std::span<const double>,
                                                     std::span<const double>, const Cancellation*,
                                                     const std::function<void(std::size_t)>&);
template EpochOutcome TrainingRun<double>::trainEpoch(std::span<const double>,
                                                      std::span<const double>, const Cancellation*,
                                                      const std::function<void(std::size_t)>&);

}  // namespace flipside::network
