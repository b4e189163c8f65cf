// The way of some rows of a batch through all layers, and of the gradient of their loss back.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "network/batch.h"
#include "network/dataset.h"
#include "network/shape.h"
#include "network/step.h"

namespace flipside::network {

/// What a layer computes with: z = a W + b, or with variances S a Gaussian z with that mean and the
/// variance (a o a) S + 1e-8.
template <typename Value>
struct LayerOperands {
  const Value* weights = nullptr;
  const Value* biases = nullptr;
  const Value* variances = nullptr;
};

template <typename Value>
struct RowPass {
  const NetworkShape& shape;
  const Dataset<Value>& data;
  std::span<const LayerOperands<Value>> layers;
  Batch<Value>& batch;
  /// The rows of the data set that are the batch.
  std::span<const std::int32_t> rows;
  /// For the noise: its seed and number.
  Step step;
};

/// Rows of a batch.
struct RowRange {
  std::size_t first = 0;
  std::size_t count = 0;
};

/// Piece number `tile` of a batch.
inline RowRange rowRange(std::size_t tile, std::size_t rows) {
  const std::size_t first = tile * kRowTile;
  return {first, std::min(kRowTile, rows - first)};
}

/// Fills batch.activations, and squares, spreads and normals with noise.
template <typename Value>
void forwardRows(const RowPass<Value>& pass, const RowRange& range);

/// batch.losses of rows that went forward, and of the last layer's deltas gradientScale dL_row/dz;
/// without deltas batch.errors.
template <typename Value>
void measureRows(const RowPass<Value>& pass, const RowRange& range, double gradientScale);

/// The other deltas, and with noise the spreads.
template <typename Value>
void backwardRows(const RowPass<Value>& pass, const RowRange& range);

}  // namespace flipside::network
