#include "network/predictor.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "design/bad_value.h"
#include "linalg/tiles.h"

namespace flipside::network {
namespace {

/// A tile has so many bytes of each unit at most.
constexpr std::size_t kTileBytes = 256;
/// It is made smaller for the threads to have one each, where a tile has more products than that.
constexpr double kWorthAThread = 1e6;

std::string nameOf(std::size_t layer, const char* key) {
  return "layers[" + std::to_string(layer) + "]." + key;
}

template <typename Value>
void requireFinite(const std::vector<Value>& values, const std::string& name) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!std::isfinite(values[i])) {
      throw badElement(name, "finite", i, static_cast<double>(values[i]), "NOT_FINITE");
    }
  }
}

void requireLength(const std::string& name, std::size_t length, std::size_t actual) {
  if (length == actual) return;
  throw BadValue("LENGTH_MISMATCH", name,
                 name + " must have length " + std::to_string(length) + ", but has length " +
                     std::to_string(actual));
}

template <typename Value>
void requireRows(const PredictorLayer<Value>& layer, std::size_t number) {
  const std::string pointers = nameOf(number, "outputPointers");
  const std::string indices = nameOf(number, "inputIndices");
  const auto& at = layer.outputPointers;
  requireLength(pointers, layer.outputs + 1, at.size());
  requireLength(indices, layer.values.size(), layer.inputIndices.size());
  if (at.front() != 0) throw badElement(pointers, "0", 0, at.front());
  for (std::size_t o = 0; o < layer.outputs; ++o) {
    if (at[o + 1] < at[o]) throw badElement(pointers, "at least the one before", o + 1, at[o + 1]);
  }
  requireLength(nameOf(number, "values"), static_cast<std::size_t>(at.back()), layer.values.size());
  for (std::size_t o = 0; o < layer.outputs; ++o) {
    std::int64_t before = -1;
    for (auto k = static_cast<std::size_t>(at[o]); k < static_cast<std::size_t>(at[o + 1]); ++k) {
      const std::int32_t index = layer.inputIndices[k];
      if (index <= before || static_cast<std::size_t>(index) >= layer.inputs) {
        throw badElement(indices, "below the inputs and increasing within an output", k, index);
      }
      before = index;
    }
  }
}

template <typename Value>
void requireLayer(const PredictorLayer<Value>& layer, std::size_t number) {
  requireLength(nameOf(number, "biases"), layer.outputs, layer.biases.size());
  requireFinite(layer.biases, nameOf(number, "biases"));
  if (layer.sparse) {
    requireRows(layer, number);
    requireFinite(layer.values, nameOf(number, "values"));
  } else {
    requireLength(nameOf(number, "weights"), layer.inputs * layer.outputs, layer.weights.size());
    requireFinite(layer.weights, nameOf(number, "weights"));
  }
}

template <typename Value>
void requireLayers(const std::vector<PredictorLayer<Value>>& layers) {
  if (layers.empty()) throw BadValue("EMPTY", "layers", "layers must not be empty, but are");
  for (std::size_t l = 0; l < layers.size(); ++l) {
    const PredictorLayer<Value>& layer = layers[l];
    if (layer.inputs == 0 || layer.outputs == 0) {
      throw BadValue("EMPTY", nameOf(l, "inputs"),
                     nameOf(l, "inputs and outputs") + " must be at least 1, but are not");
    }
    if (l > 0 && layer.inputs != layers[l - 1].outputs) {
      throw BadValue("LENGTH_MISMATCH", nameOf(l, "inputs"),
                     nameOf(l, "inputs") + " must be " + std::to_string(layers[l - 1].outputs) +
                         " (the outputs of the layer before), but is " +
                         std::to_string(layer.inputs));
    }
    if (layer.response == Response::softmax && l + 1 < layers.size()) {
      throw BadValue(
          "UNSUPPORTED", nameOf(l, "activation"),
          nameOf(l, "activation") + " must not be softmax before the last layer, but is");
    }
    requireLayer(layer, l);
  }
}

std::size_t roundUp(std::size_t rows, std::size_t step) { return (rows + step - 1) / step * step; }

}  // namespace

/// The activations of some rows on their way through the layers.
template <typename Value>
class Predictor<Value>::Tile {
 public:
  Tile(const Predictor& predictor, std::size_t rows, const Value* x)
      : rows_(rows), stride_(roundUp(rows, kPad<Value>)), data_(x) {
    const std::size_t size = (rows == 1 ? 1 : stride_) * predictor.widest_;
    for (auto& buffer : buffers_) buffer.resize(size);
  }

  void apply(const Layer& layer, Response response, Value* out) {
    if (!layer.sparse.empty() && rows_ > 1) {
      multiplyUnits(layer, response);
    } else {
      multiplyRows(layer, response, out);
    }
  }

  /// Writes the rows to out unless they are there.
  void finish(std::size_t units, Value* out) const {
    if (byUnits_) {
      fromUnits(data_, stride_, rows_, units, out);
    } else if (data_ != out) {
      std::copy_n(data_, rows_ * units, out);
    }
  }

 private:
  /// out: of the last layer, else null.
  void multiplyRows(const Layer& layer, Response response, Value* out) {
    Value* const to = out == nullptr ? next() : out;
    if (!layer.sparse.empty()) {
      layer.sparse.front().multiplyRow(data_, to);
    } else {
      const linalg::StridedMatrix<Value> a{data_, byUnits_ ? 1 : layer.inputs,
                                           byUnits_ ? stride_ : 1};
      linalg::multiplyTile({rows_, layer.inputs, layer.outputs}, a, layer.weights.data(),
                           layer.outputs, to, layer.outputs, false);
    }
    finishRows(to, rows_, layer.outputs, layer.biases.data(), response);
    data_ = to;
    byUnits_ = false;
  }

  void multiplyUnits(const Layer& layer, Response response) {
    if (!byUnits_) {
      Value* const units = next();
      toUnits(data_, rows_, layer.inputs, units, stride_);
      data_ = units;
    }
    Value* const to = next();
    const bool relu = response == Response::relu;
    layer.sparse.front().multiplyUnits(data_, stride_, layer.biases.data(), relu, to);
    finishUnits(to, stride_, layer.outputs, response);
    data_ = to;
    byUnits_ = true;
  }

  /// The one that data_ is not in.
  Value* next() {
    current_ = 1 - current_;
    return buffers_[current_].data();
  }

  std::size_t rows_;
  std::size_t stride_;
  const Value* data_;
  bool byUnits_ = false;
  std::size_t current_ = 0;
  Lines<Value> buffers_[2];
};

template <typename Value>
Predictor<Value>::Predictor(std::vector<PredictorLayer<Value>> layers) {
  requireLayers(layers);
  widest_ = layers.front().inputs;
  for (PredictorLayer<Value>& layer : layers) {
    widest_ = std::max(widest_, layer.outputs);
    products_ += static_cast<double>(layer.sparse ? layer.values.size() : layer.weights.size());
    Layer& made = layers_.emplace_back(
        Layer{layer.inputs, layer.outputs, layer.response, std::move(layer.biases), {}, {}});
    if (layer.sparse) {
      made.sparse.emplace_back(layer.outputs, layer.values, layer.inputIndices,
                               layer.outputPointers);
    } else {
      made.weights.assign(layer.weights.begin(), layer.weights.end());
    }
    layer = {};
  }
}

template <typename Value>
double Predictor<Value>::bytes() const {
  double sum = 0.0;
  for (const Layer& layer : layers_) {
    sum += sizeof(Value) * static_cast<double>(layer.biases.size() + layer.weights.size());
    if (!layer.sparse.empty()) sum += layer.sparse.front().bytes();
  }
  return sum;
}

template <typename Value>
double Predictor<Value>::workspaceBytes(std::size_t rows) const {
  const std::size_t tile = roundUp(tileRows(rows), kPad<Value>);
  return 2.0 * sizeof(Value) * static_cast<double>(linalg::threadBudget()) *
         static_cast<double>(tile) * static_cast<double>(widest_);
}

template <typename Value>
std::size_t Predictor<Value>::tileRows(std::size_t rows) const {
  const std::size_t most = kTileBytes / sizeof(Value);
  const std::size_t threads = linalg::threadBudget();
  const std::size_t share = roundUp((rows + threads - 1) / threads, kPad<Value>);
  const bool cut = share<most&& static_cast<double>(share) * products_> kWorthAThread;
  return cut ? share : most;
}

template <typename Value>
void Predictor<Value>::predict(std::size_t rows, const Value* x, bool linear, Value* out,
                               const Cancellation* cancel) const {
  const std::size_t tile = tileRows(rows);
  const auto body = [&](std::size_t k) {
    const std::size_t first = k * tile;
    const std::size_t count = std::min(tile, rows - first);
    Value* const to = out + first * outputs();
    Tile values(*this, count, x + first * inputs());
    for (std::size_t l = 0; l < layers_.size(); ++l) {
      const bool last = l + 1 == layers_.size();
      const Response response = last && linear ? Response::identity : layers_[l].response;
      values.apply(layers_[l], response, last ? to : nullptr);
      if (cancel != nullptr) cancel->poll();
    }
    values.finish(outputs(), to);
  };
  const std::size_t tiles = (rows + tile - 1) / tile;
  if (tiles == 1) {
    body(0);
  } else {
    linalg::parallelFor(tiles, body, cancel);
  }
}

template class Predictor<float>;
template class Predictor<double>;

}  // namespace flipside::network
