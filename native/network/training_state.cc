// Saving a run and going on from there.
#include <algorithm>
#include <string>
#include <utility>

#include "design/bad_value.h"
#include "network/training_run.h"

namespace flipside::network {
namespace {

template <typename Value>
Floats copyOf(const AlignedArray<Value>& array) {
  return std::vector<Value>(array.values().begin(), array.values().end());
}

template <typename Value>
std::vector<Floats> copyOf(const std::array<AlignedArray<Value>, 2>& moments, std::size_t count) {
  std::vector<Floats> copies;
  for (std::size_t m = 0; m < count; ++m) copies.push_back(copyOf(moments[m]));
  return copies;
}

/// Goes over what a state has and where that belongs in a run: once to check, once to copy.
template <typename Value>
class Restorer {
 public:
  explicit Restorer(bool copies) : copies_(copies) {}

  void array(const Floats& from, AlignedArray<Value>& to, const std::string& name) const {
    const auto* values = std::get_if<std::vector<Value>>(&from);
    if (values == nullptr) {
      throw BadValue("INVALID_ARGUMENT", "state",
                     name + " must be of the precision of the run, but is not");
    }
    if (values->size() != to.size()) {
      throw BadValue("LENGTH_MISMATCH", "state",
                     name + " must have length " + std::to_string(to.size()) + ", but has length " +
                         std::to_string(values->size()));
    }
    if (copies_) std::ranges::copy(*values, to.data());
  }

  void optional(const std::optional<Floats>& from, AlignedArray<Value>& to,
                const std::string& name) const {
    if (from.has_value() == to.empty()) {
      throw BadValue("INVALID_ARGUMENT", "state",
                     name + (to.empty() ? " must be absent" : " must be there") +
                         " with the method of this run, but is" + (to.empty() ? "" : " not"));
    }
    if (from) array(*from, to, name);
  }

  void moments(const std::vector<Floats>& from, std::array<AlignedArray<Value>, 2>& to,
               std::size_t count, const std::string& name) const {
    if (from.size() != count) {
      throw BadValue("LENGTH_MISMATCH", "state",
                     name + " must have " + std::to_string(count) +
                         " arrays with the optimizer of this run, but has " +
                         std::to_string(from.size()));
    }
    for (std::size_t m = 0; m < count; ++m) {
      array(from[m], to[m], name + "[" + std::to_string(m) + "]");
    }
  }

 private:
  bool copies_;
};

}  // namespace

template <typename Value>
TrainingState TrainingRun<Value>::state() const {
  TrainingState state;
  state.step = step_;
  state.epochLoss = epochLoss_;
  const std::size_t moments = optimizer_->moments();
  for (const LayerParameters<Value>& layer : layers_) {
    LayerState saved;
    saved.weights = copyOf(layer.weights);
    saved.biases = copyOf(layer.biases);
    if (needs_.theta) saved.theta = copyOf(layer.theta);
    if (needs_.memory) saved.memory = copyOf(layer.memory);
    saved.weightMoments = copyOf(layer.weightMoments, moments);
    saved.biasMoments = copyOf(layer.biasMoments, moments);
    saved.thetaMoments = copyOf(layer.thetaMoments, needs_.theta ? moments : 0);
    state.layers.push_back(std::move(saved));
  }
  return state;
}

template <typename Value>
void TrainingRun<Value>::restore(const TrainingState& state) {
  if (state.layers.size() != layers_.size()) {
    throw BadValue("LENGTH_MISMATCH", "state",
                   "state.layers must have " + std::to_string(layers_.size()) +
                       " entries, but has " + std::to_string(state.layers.size()));
  }
  const std::size_t moments = optimizer_->moments();
  for (const bool copies : {false, true}) {
    const Restorer<Value> restorer(copies);
    for (std::size_t l = 0; l < layers_.size(); ++l) {
      const LayerState& from = state.layers[l];
      LayerParameters<Value>& to = layers_[l];
      const std::string name = "state.layers[" + std::to_string(l) + "].";
      restorer.array(from.weights, to.weights, name + "weights");
      restorer.array(from.biases, to.biases, name + "biases");
      restorer.optional(from.theta, to.theta, name + "theta");
      restorer.optional(from.memory, to.memory, name + "memory");
      restorer.moments(from.weightMoments, to.weightMoments, moments, name + "weightMoments");
      restorer.moments(from.biasMoments, to.biasMoments, moments, name + "biasMoments");
      restorer.moments(from.thetaMoments, to.thetaMoments, needs_.theta ? moments : 0,
                       name + "thetaMoments");
    }
  }
  step_ = state.step;
  epochLoss_ = state.epochLoss;
}

template TrainingState TrainingRun<float>::state() const;
template TrainingState TrainingRun<double>::state() const;
template void TrainingRun<float>::restore(const TrainingState&);
template void TrainingRun<double>::restore(const TrainingState&);

}  // namespace flipside::network
