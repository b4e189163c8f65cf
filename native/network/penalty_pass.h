// What a separable penalty asks of a block of weights, quickly: in float32 from its formula
// (form_kernels.h) or from a table made once (cubic_cells.h), otherwise, and always in float64,
// from maskVariances().
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>

#include "network/cubic_cells.h"
#include "penalties/penalty.h"

namespace flipside::network {

template <typename Value>
class PenaltyPass {
 public:
  explicit PenaltyPass(std::shared_ptr<const SeparablePenalty> penalty);

  /// out = lambda omega'(|w|), which is |w| lambda / etaHat(|w|); 0 at 0 and for lambda = 0. To
  /// 1e-6 relative in float32. count is at most kBlock here and below.
  void slopes(double lambda, std::size_t count, const Value* w, Value* out) const;
  /// out = lambda / etaHat(|w|), +infinity perhaps; 0 for lambda = 0.
  void variances(double lambda, std::size_t count, const Value* w, Value* out) const;

  /// The sum of omega, and the keep probabilities etaHat / (etaHat + lambda), not quickly.
  double omega(double lambda, std::size_t count, const Value* w) const;
  void keep(double lambda, std::size_t count, const Value* w, Value* out) const;

 private:
  /// Made when they are first asked for, by a thread that may take its time.
  struct Prepared {
    std::shared_ptr<const SeparablePenalty> penalty;  ///< tabulated, where that helps
    MaskForm form;
    std::optional<CubicCells> cells;  ///< |w| / etaHat(|w|) at lambda = 1
  };
  const Prepared& prepared() const;
  void exactSlopes(double lambda, std::size_t count, const Value* w, Value* out) const;
  bool cellSlopes(double lambda, std::size_t count, const Value* w, Value* out) const;

  std::shared_ptr<const SeparablePenalty> given_;
  mutable std::once_flag once_;
  mutable Prepared prepared_;
};

}  // namespace flipside::network
