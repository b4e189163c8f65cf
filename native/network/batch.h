// What the rows of a batch leave behind on their way through the layers and back.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include "network/aligned.h"
#include "network/shape.h"

namespace flipside::network {

/// Rows go through all layers in pieces of so many, whatever the number of threads.
inline constexpr std::size_t kRowTile = 32;

constexpr std::size_t rowTiles(std::size_t rows) { return (rows + kRowTile - 1) / kRowTile; }

struct BatchNeeds {
  bool backward = false;
  bool outputNoise = false;  ///< Noise::outputs
};

/// Vectors have one entry per layer, and are empty unless needed.
template <typename Value>
struct Batch {
  Batch(const NetworkShape& shape, std::size_t capacity, const BatchNeeds& needs);

  /// [0] the rows of the data set, [l + 1] after layer l.
  std::vector<Rows<Value>> activations;
  /// lossScale dL/dz.
  std::vector<Rows<Value>> deltas;
  /// activations[l] o activations[l].
  std::vector<Rows<Value>> squares;
  /// sqrt(v), and after the way back lossScale dL/dv.
  std::vector<Rows<Value>> spreads;
  /// The standard normal numbers of z.
  std::vector<Rows<Value>> normals;
  /// Of each row.
  std::vector<double> losses;
  std::vector<double> errors;
  /// For each piece of rows, transposed: deltas, their product with the weights, and with noise
  /// the same of the variances; each has `widest` rows of kRowTile.
  std::vector<Rows<Value>> turned;
  std::size_t widest = 0;
};

/// What a batch takes in memory.
double batchBytes(const NetworkShape& shape, std::size_t capacity, std::size_t valueBytes,
                  bool outputNoise);

}  // namespace flipside::network
