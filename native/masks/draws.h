// What makes a mask: which draws, of what distribution, and how they are spread over its elements.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <variant>

#include "linalg/pool.h"
#include "penalties/penalty.h"
#include "random/continuous.h"
#include "random/masks.h"

namespace flipside {

/// One number for all draws, or a pointer to that of each.
using MaskParameter = std::variant<double, const float*, const double*>;

/// A row-major matrix in units of equal size, those at the right and the bottom cut off: all
/// elements of a unit have the same draw. Units are numbered row by row.
struct MaskStructure {
  std::size_t rows = 0;
  std::size_t columns = 0;
  std::size_t unitRows = 0;
  std::size_t unitColumns = 0;

  std::size_t unitsAcross() const { return (columns + unitColumns - 1) / unitColumns; }
  std::size_t unitsDown() const { return (rows + unitRows - 1) / unitRows; }
  std::size_t units() const { return unitsAcross() * unitsDown(); }
};

struct MaskDraws {
  MaskKind kind = MaskKind::bernoulli;
  Address address{};
  std::uint64_t first = 0;  ///< the number of the first draw
  /// Draws that the caller's arrays had before these, when they come in slices: for messages.
  std::size_t before = 0;
  std::size_t count = 0;  ///< of draws: of a structured mask its units
  /// alpha, sigma or log a by kind; with a penalty the weights that they are taken of.
  MaskParameter parameter{};
  /// Draw i has the variance lambda / etaHat(|w_i|), a hard concrete one relative to its squared
  /// mean.
  const SeparablePenalty* penalty = nullptr;
  double lambda = 1.0;
  HardConcreteShape shape{};
  /// unitRows = 0: none, a draw for each element.
  MaskStructure structure{};
  /// With a penalty and a structure: there is a weight for each element, and a unit's is the
  /// Euclidean norm of these.
  bool weightsOfElements = false;

  bool structured() const { return structure.unitRows != 0; }
  std::size_t elements() const { return structured() ? structure.rows * structure.columns : count; }
};

/// Who waits for a mask; for the thread that called nothing.
struct MaskControl {
  const Cancellation* cancel = nullptr;
  /// The fraction done, from 0 to 1; called on any thread, one at a time, at most every 50 ms.
  std::function<void(double)> progress;

  void poll() const {
    if (cancel != nullptr) cancel->poll();
  }
};

}  // namespace flipside
