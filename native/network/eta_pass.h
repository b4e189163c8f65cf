// f' of the eta trick for a block of weights, quickly: from a formula (eta_kernels.h), in float32
// from a table made once (cubic_cells.h), otherwise from dualSlopeAt().
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>

#include "network/cubic_cells.h"
#include "network/eta_kernels.h"
#include "penalties/penalty.h"

namespace flipside::network {

template <typename Value>
class EtaPass {
 public:
  explicit EtaPass(std::shared_ptr<const SeparablePenalty> penalty);

  /// What etaGradients() does, lambda > 0, with this penalty's f'; h in is not read.
  void gradients(const EtaFactors& factors, const EtaArrays<Value>& arrays) const;

  const SeparablePenalty& penalty() const { return *penalty_; }

 private:
  double productAt(double lambda, double theta) const;
  bool cellProducts(double lambda, std::size_t count, const Value* theta, Value* out) const;

  std::shared_ptr<const SeparablePenalty> penalty_;
  MaskForm form_;
  mutable std::once_flag once_;
  mutable std::optional<CubicCells> cells_;  ///< eta f'(eta) at lambda = 1, over log eta
};

}  // namespace flipside::network
