// A trained network that predicts. Rows go through all layers a tile at a time; the bits of a row
// depend neither on the tile nor on the number of threads, and a sparse layer gives those of the
// dense one with the same weights.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "linalg/pool.h"
#include "network/activations.h"
#include "network/sliced_layer.h"

namespace flipside::network {

/// response(x W + b).
template <typename Value>
struct PredictorLayer {
  std::size_t inputs = 0;
  std::size_t outputs = 0;
  Response response = Response::identity;
  std::vector<Value> biases;
  bool sparse = false;
  std::vector<Value> weights;  ///< inputs x outputs, row-major
  /// Compressed sparse rows by output, with increasing inputs.
  std::vector<Value> values;
  std::vector<std::int32_t> inputIndices;
  std::vector<std::int32_t> outputPointers;
};

template <typename Value>
class Predictor {
 public:
  /// Throws BadValue for layers that do not fit together, for indices out of place and for numbers
  /// that are not finite.
  explicit Predictor(std::vector<PredictorLayer<Value>> layers);

  std::size_t inputs() const { return layers_.front().inputs; }
  std::size_t outputs() const { return layers_.back().outputs; }
  /// Memory held, and what predict() takes in addition at most.
  double bytes() const;
  double workspaceBytes(std::size_t rows) const;

  /// out = rows x outputs(), of x = rows x inputs(), both row-major. `linear`: x W + b of the last
  /// layer. x is taken to be finite.
  void predict(std::size_t rows, const Value* x, bool linear, Value* out,
               const Cancellation* cancel) const;

 private:
  struct Layer {
    std::size_t inputs;
    std::size_t outputs;
    Response response;
    std::vector<Value> biases;
    Lines<Value> weights;
    std::vector<SlicedLayer<Value>> sparse;  ///< one or none
  };
  class Tile;

  std::size_t tileRows(std::size_t rows) const;

  std::vector<Layer> layers_;
  std::size_t widest_ = 0;
  double products_ = 0.0;  ///< of a row
};

}  // namespace flipside::network
