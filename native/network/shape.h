// A multilayer perceptron: a_0 = x, z_l = a_(l-1) W_l + b_l, a_l = activation_l(z_l), row by row.
// W_l is inputs x outputs, row-major.
#pragma once

#include <cstddef>
#include <vector>

namespace flipside::network {

enum class Activation { identity, relu, tanh };

/// L is the mean over the rows: of -log softmax(z)_label in nats, or of half the squared distance
/// |a - y|^2 / 2.
enum class Objective { softmaxCrossEntropy, squaredError };

struct LayerShape {
  std::size_t inputs = 0;
  std::size_t outputs = 0;
  Activation activation = Activation::identity;

  std::size_t weights() const { return inputs * outputs; }
};

struct NetworkShape {
  std::vector<LayerShape> layers;
  Objective objective = Objective::softmaxCrossEntropy;
};

}  // namespace flipside::network
