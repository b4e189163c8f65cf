// The draws of a request, of any part of it. Parameters that are not in the kernels' form are made
// so a piece at a time, in the first cache: one pass over memory whatever the request gives.
#pragma once

#include <cstddef>
#include <cstdint>

#include "masks/draws.h"
#include "masks/parameters.h"

namespace flipside {

class DrawSource {
 public:
  /// Checks a number for all draws; BadValue or std::domain_error. `draws` must outlive this;
  /// cancel, which may be null, is polled.
  explicit DrawSource(const MaskDraws& draws, const Cancellation* cancel = nullptr)
      : draws_(draws), cancel_(cancel), parameters_(draws) {}

  const MaskParameters& parameters() const { return parameters_; }

  /// out[i] = draw begin + i, for Value float, double, or uint8_t: whether it is kept. out may be
  /// where the parameters of these draws are. Throws BadValue naming the first parameter that is
  /// out of its range.
  template <typename Value>
  void values(std::size_t begin, std::size_t count, MaskValues<Value> out) const;
  /// The same in packed bits, from bit 0 of bits[0] on; the rest of the last byte is 0.
  void bits(std::size_t begin, std::size_t count, std::uint8_t* bits) const;

 private:
  template <typename Sample>
  void bernoulli(std::size_t begin, std::size_t count, const void* out, const Sample& sample) const;
  template <typename Value>
  void continuous(std::size_t begin, std::size_t count, MaskValues<Value> out) const;
  template <typename Value>
  std::size_t kernel(std::size_t begin, std::size_t count, Parameter<Value> parameter,
                     MaskValues<Value> out) const;
  void poll() const {
    if (cancel_ != nullptr) cancel_->poll();
  }

  const MaskDraws& draws_;
  const Cancellation* cancel_;
  MaskParameters parameters_;
};

}  // namespace flipside
