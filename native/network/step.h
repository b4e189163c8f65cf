// What changes from one step of a training run to the next.
#pragma once

#include <cstddef>
#include <cstdint>

#include "random/address.h"

namespace flipside::network {

struct Step {
  std::uint64_t number = 0;  ///< from 0 over the whole run
  std::uint64_t seed = 0;
  double learningRate = 0.0;
  double lambda = 0.0;
  /// The optimiser sees the gradient of lossScale (L + lambda R), L the mean loss of the batch.
  double lossScale = 1.0;
};

/// What random numbers are for; no two purposes, layers or steps share any.
enum class Purpose : std::uint64_t {
  startingWeights = 1,
  startingTheta = 2,
  order = 3,        ///< of the rows of an epoch, its number in place of the step's
  weightNoise = 4,  ///< element = index of the weight in its layer
  outputNoise = 5,  ///< element = row of the batch * outputs + output
};

/// layer < 2^8, step < 2^48.
constexpr Address streamOf(std::uint64_t seed, Purpose purpose, std::size_t layer,
                           std::uint64_t step) {
  return {seed, (static_cast<std::uint64_t>(purpose) << 56U) +
                    (static_cast<std::uint64_t>(layer) << 48U) + step};
}

}  // namespace flipside::network
