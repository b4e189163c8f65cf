// A training run of a network: its parameters, the moments of its optimiser, and how far it is.
// What it computes has the same bits on any number of threads: rows go through the layers in pieces
// of a fixed size, weights are swept in tiles of a fixed size, and sums over either are taken in
// order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <variant>
#include <vector>

#include "linalg/pool.h"
#include "network/dataset.h"
#include "network/method.h"
#include "network/optimizer.h"
#include "network/parameters.h"
#include "network/shape.h"

namespace flipside::network {

struct TrainingOptions {
  NetworkShape shape;
  MethodOptions method;
  OptimizerOptions optimizer;
  StartOptions start;
  std::vector<std::int32_t> trainingRows;
  std::vector<std::int32_t> validationRows;
  std::size_t batchSize = 0;
  bool shuffle = true;
  std::uint64_t seed = 0;
  double lossScale = 1.0;
  double threshold = 0.0;  ///< weights whose keep probability is below it count as zero
  bool pin = false;        ///< see linalg/team.h
};

/// In the precision of the run.
using Floats = std::variant<std::vector<float>, std::vector<double>>;

struct EpochOutcome {
  double loss = 0.0;
  double penalty = 0.0;
  std::vector<double> nonzero;
  double steps = 0.0;
};

struct EvaluationOutcome {
  double loss = 0.0;
  double error = 0.0;
};

/// Arrays that the method does not need are absent; moments are as many as the optimiser has.
struct LayerState {
  Floats weights;
  Floats biases;
  std::optional<Floats> theta;
  std::optional<Floats> memory;
  std::vector<Floats> weightMoments;
  std::vector<Floats> biasMoments;
  std::vector<Floats> thetaMoments;
};

struct TrainingState {
  std::uint64_t step = 0;
  double epochLoss = 0.0;
  std::vector<LayerState> layers;
};

struct TrainedLayer {
  Floats weights;
  Floats keep;
  Floats biases;
};

struct GradientLayer {
  Floats weights;
  Floats biases;
  std::optional<Floats> theta;
};

struct GradientOutcome {
  double loss = 0.0;
  double penalty = 0.0;
  std::vector<GradientLayer> layers;
};

/// One of its functions at a time.
class Training {
 public:
  virtual ~Training() = default;

  /// The steps from where the run is to the end of the epoch, at their place in the two lists of
  /// one number per step of an epoch. Polls cancel between steps. Throws NUMERIC before the step
  /// whose loss is not finite.
  virtual EpochOutcome trainEpoch(std::span<const double> learningRates,
                                  std::span<const double> lambdas, const Cancellation* cancel,
                                  const std::function<void(std::size_t)>& progress) = 0;
  /// At lambda, or else that of the last step of this run (0 before the first), on which keep
  /// probabilities depend.
  virtual EvaluationOutcome evaluate(bool validation, bool prune, std::optional<double> lambda,
                                     const Cancellation* cancel) = 0;
  virtual TrainingState state() const = 0;
  /// Throws BadValue and changes nothing when it is the state of another network, method or
  /// optimiser.
  virtual void restore(const TrainingState& state) = 0;
  virtual std::vector<TrainedLayer> trained(double lambda) = 0;
  /// Of a batch of these rows at the noise of the current step. Changes nothing.
  virtual GradientOutcome gradient(std::span<const std::int32_t> rows, double learningRate,
                                   double lambda) = 0;
};

/// Throws BadValue for what does not fit together.
void checkTraining(const DatasetBase& data, const TrainingOptions& options);
/// Of what checkTraining has passed. Draws the starting values.
std::unique_ptr<Training> makeTraining(std::shared_ptr<const DatasetBase> data,
                                       TrainingOptions options);
/// The last of an epoch may have a smaller batch.
std::size_t stepsPerEpoch(const TrainingOptions& options);
/// At most what a run takes in memory beside its data.
double trainingBytes(const TrainingOptions& options, bool single);

}  // namespace flipside::network
