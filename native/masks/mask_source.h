// The elements of a mask, of any part of it: its draws, or for a structured mask those of the units
// where they are.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "masks/draw_source.h"
#include "masks/draws.h"

namespace flipside {

/// Value: float, double, or uint8_t for what is kept.
template <typename Value>
class MaskSource {
 public:
  /// For a structured mask this computes the norms of the units' weights and draws the units, on
  /// several threads; for any other it allocates nothing. Throws as DrawSource does.
  MaskSource(const MaskDraws& draws, const MaskControl& control);
  MaskSource(const MaskSource&) = delete;
  MaskSource& operator=(const MaskSource&) = delete;

  /// out[i] = element begin + i.
  void values(std::size_t begin, std::size_t count, MaskValues<Value> out) const;
  /// The same in packed bits (DrawSource::bits), for Value uint8_t.
  void bits(std::size_t begin, std::size_t count, std::uint8_t* bits) const;

 private:
  static MaskDraws ofUnits(const MaskDraws& draws, const MaskControl& control,
                           std::vector<double>& norms);

  std::vector<double> norms_;
  const MaskDraws draws_;
  const DrawSource source_;
  std::vector<Value> units_;
};

}  // namespace flipside
