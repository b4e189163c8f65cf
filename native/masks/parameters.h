// From what a request gives, numbers or weights with a penalty, to the parameters of its draws, a
// piece at a time.
#pragma once

#include <cstddef>
#include <memory>
#include <span>

#include "masks/draws.h"
#include "masks/locations.h"

namespace flipside {

class MaskParameters {
 public:
  /// Checks a number for all draws. `draws` must outlive this.
  explicit MaskParameters(const MaskDraws& draws);

  /// A parameter for all draws.
  bool uniform() const { return uniform_; }
  /// A parameter for each, given as such.
  bool given() const { return draws_.penalty == nullptr && !uniform_; }

  /// The parameter of all draws, within the range of Value.
  template <typename Value>
  Value all() const;
  /// out[i] = alpha, sigma or log a of draw begin + i, for Value float or double. Weights are
  /// checked; numbers that were given come as they are.
  template <typename Value>
  void fill(std::size_t begin, std::size_t count, Value* out) const;
  /// With a penalty: the variances lambda / etaHat in [0, infinity].
  void variances(std::size_t begin, std::size_t count, double* out) const;

  /// Throws BadValue for parameter number `index`.
  [[noreturn]] void fail(std::size_t index, double value) const;

 private:
  void weights(std::size_t begin, std::size_t count, double* out) const;
  void derive(std::size_t begin, std::span<double> out) const;

  const MaskDraws& draws_;
  bool uniform_;
  std::shared_ptr<const SeparablePenalty> table_;
  const SeparablePenalty* penalty_;
  std::shared_ptr<const HardConcreteLocations> locations_;
};

}  // namespace flipside
