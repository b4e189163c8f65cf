#include "network/training.h"

#include <algorithm>
#include <string>
#include <utility>

#include "design/bad_value.h"
#include "network/training_run.h"

namespace flipside::network {
namespace {

/// Layers have a byte in the number of a stream (step.h).
constexpr std::size_t kMostLayers = 255;

void requireThat(bool holds, const char* argument, const std::string& message) {
  if (!holds) throw BadValue("INVALID_ARGUMENT", argument, message);
}

void checkRows(std::span<const std::int32_t> rows, std::size_t count, const char* name) {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (rows[i] >= 0 && static_cast<std::size_t>(rows[i]) < count) continue;
    throw badElement(name, "the number of a row of data", i, rows[i]);
  }
}

template <typename Value>
std::unique_ptr<Training> makeRun(std::shared_ptr<const DatasetBase> data,
                                  TrainingOptions options) {
  return std::make_unique<TrainingRun<Value>>(
      std::static_pointer_cast<const Dataset<Value>>(std::move(data)), std::move(options));
}

}  // namespace

void checkTraining(const DatasetBase& data, const TrainingOptions& options) {
  const DatasetShape& rows = data.shape();
  const std::vector<LayerShape>& layers = options.shape.layers;
  if (layers.empty()) throw BadValue("EMPTY", "layers", "layers must not be empty, but is");
  if (layers.size() > kMostLayers) {
    throw BadValue("TOO_LARGE", "layers",
                   "layers must be at most " + std::to_string(kMostLayers) + ", but there are " +
                       std::to_string(layers.size()));
  }
  if (layers.back().outputs != rows.outputs) {
    throw BadValue("LENGTH_MISMATCH", "layers",
                   "the last of layers must have " + std::to_string(rows.outputs) +
                       " outputs (as data has), but has " + std::to_string(layers.back().outputs));
  }
  const bool classes = options.shape.objective == Objective::softmaxCrossEntropy;
  requireThat(rows.labels == classes, "objective",
              rows.labels ? "objective must be softmaxCrossEntropy for labels, but is squaredError"
                          : "objective must be squaredError for targets, but is "
                            "softmaxCrossEntropy");
  requireThat(!classes || layers.back().activation == Activation::identity, "layers",
              "the last of layers must have the activation identity with softmaxCrossEntropy, "
              "but has another");
  if (const std::size_t missing = data.firstMissing(); missing < rows.rows) {
    throw BadValue(
        "MISSING_VALUES", "data",
        "data must have all rows filled, but row " + std::to_string(missing) + " is not");
  }
  if (options.trainingRows.empty()) {
    throw BadValue("EMPTY", "trainingRows", "trainingRows must not be empty, but is");
  }
  checkRows(options.trainingRows, rows.rows, "trainingRows");
  checkRows(options.validationRows, rows.rows, "validationRows");
  // These refuse what they do not serve.
  (void)makeMethod<float>(options.method);
  (void)makeOptimizer<float>(options.optimizer);
}

std::unique_ptr<Training> makeTraining(std::shared_ptr<const DatasetBase> data,
                                       TrainingOptions options) {
  options.batchSize = std::min(options.batchSize, options.trainingRows.size());
  if (data->isSingle()) return makeRun<float>(std::move(data), std::move(options));
  return makeRun<double>(std::move(data), std::move(options));
}

std::size_t stepsPerEpoch(const TrainingOptions& options) {
  const std::size_t rows = options.trainingRows.size();
  const std::size_t batch = std::min(options.batchSize, rows);
  return (rows + batch - 1) / batch;
}

double trainingBytes(const TrainingOptions& options, bool single) {
  const double size = single ? 4.0 : 8.0;
  double weights = 0.0;
  for (const LayerShape& layer : options.shape.layers) {
    weights += static_cast<double>(layer.inputs) * static_cast<double>(layer.outputs);
  }
  const std::size_t batch = std::min(options.batchSize, options.trainingRows.size());
  // w, theta, memory, effective weights, and two moments each of w and theta
  return 8.0 * size * weights + 4.0 * static_cast<double>(options.trainingRows.size()) +
         batchBytes(options.shape, batch, single ? 4 : 8, true);
}

}  // namespace flipside::network
