// Training in one precision.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "linalg/team.h"
#include "network/batch.h"
#include "network/parameters.h"
#include "network/row_pass.h"
#include "network/training.h"

namespace flipside::network {

/// What a thread needs for a tile of weights.
template <typename Value>
struct TileWork {
  alignas(64) Value gradients[kTile];
  alignas(64) Value second[kTile];
  alignas(64) Value rates[kBlock];

  /// That of this thread.
  static TileWork& mine();
};

template <typename Value>
class TrainingRun final : public Training {
 public:
  TrainingRun(std::shared_ptr<const Dataset<Value>> data, TrainingOptions options);

  EpochOutcome trainEpoch(std::span<const double> learningRates, std::span<const double> lambdas,
                          const Cancellation* cancel,
                          const std::function<void(std::size_t)>& progress) override;
  EvaluationOutcome evaluate(bool validation, bool prune, std::optional<double> lambda,
                             const Cancellation* cancel) override;
  TrainingState state() const override;
  void restore(const TrainingState& state) override;
  std::vector<TrainedLayer> trained(double lambda) override;
  GradientOutcome gradient(std::span<const std::int32_t> rows, double learningRate,
                           double lambda) override;

 private:
  /// A step of an epoch: what the two phases read.
  struct Course {
    Step now;
    Step next;
    /// The sweep computes the effective weights of `next`.
    bool prepare = false;
    std::size_t rows = 0;
    /// The rows of the next batch of the epoch, if there is one.
    std::span<const std::int32_t> following;
  };

  Step stepAt(std::uint64_t number, double learningRate, double lambda) const;
  std::size_t batchRows(std::size_t position) const;
  std::vector<LayerOperands<Value>> operands() const;
  BatchNeeds batchNeeds() const { return {true, needs_.noise == Noise::outputs}; }

  /// Effective weights of a step, of all layers.
  void prepare(linalg::Team& team, const Step& step);
  void prepareTile(const WeightTile& tile, const Step& step);
  void prepareBlock(std::size_t layer, const BlockRange& range, const Step& step);

  /// As course_ says. The sum of the losses of its rows.
  double runStep(linalg::Team& team, const RowPass<Value>& pass);
  /// lossScale dL/dW of a tile, and lossScale dL/dS with Noise::outputs.
  void differentiateTile(const WeightTile& tile, const Batch<Value>& batch, std::size_t rows,
                         Value* g, Value* h) const;
  void differentiateBiases(std::size_t layer, const Batch<Value>& batch, std::size_t rows,
                           Value* g) const;
  void fetchRows(std::size_t tile) const;
  void sweepTile(const WeightTile& tile);
  void sweepBiases(std::size_t layer);

  double penalty(linalg::Team& team, const Step& step);
  std::vector<double> countNonzero(linalg::Team& team, const Step& step);
  /// The weights to predict with; those below the threshold are 0 when `prune`.
  std::vector<AlignedArray<Value>> predictors(linalg::Team& team, const Step& step, bool prune);

  std::shared_ptr<const Dataset<Value>> data_;
  TrainingOptions options_;
  std::unique_ptr<Method<Value>> method_;
  std::unique_ptr<Optimizer<Value>> optimizer_;
  MethodNeeds needs_;
  std::vector<LayerParameters<Value>> layers_;
  std::vector<WeightTile> tiles_;
  std::vector<Block<Value>> wholeLayers_;
  Batch<Value> batch_;
  std::vector<AlignedArray<Value>> biasGradients_;
  std::vector<std::int32_t> order_;
  Course course_;

  std::uint64_t step_ = 0;
  double epochLoss_ = 0.0;
  double lambda_ = 0.0;  ///< of the last step
};

}  // namespace flipside::network
