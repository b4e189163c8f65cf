#include "masks/mask_source.h"

#include <algorithm>
#include <array>
#include <type_traits>

#include "masks/flags.h"
#include "masks/parts.h"
#include "masks/structure.h"

namespace flipside {

template <typename Value>
MaskDraws MaskSource<Value>::ofUnits(const MaskDraws& draws, const MaskControl& control,
                                     std::vector<double>& norms) {
  MaskDraws made = withUnitNorms(draws, norms, control);
  // Units of one element: as without a structure.
  if (draws.structure.unitRows == 1 && draws.structure.unitColumns == 1) made.structure = {};
  return made;
}

template <typename Value>
MaskSource<Value>::MaskSource(const MaskDraws& draws, const MaskControl& control)
    : draws_(ofUnits(draws, control, norms_)), source_(draws_, control.cancel) {
  if (!draws_.structured()) return;
  units_.resize(draws_.count);
  forParts(draws_.count, {control.cancel, {}}, [&](std::size_t begin, std::size_t count) {
    source_.values(begin, count, MaskValues<Value>{units_.data() + begin});
  });
}

template <typename Value>
void MaskSource<Value>::values(std::size_t begin, std::size_t count, MaskValues<Value> out) const {
  if (draws_.structured()) {
    expandUnits(draws_.structure, units_.data(), begin, count, out.values);
  } else {
    source_.values(begin, count, out);
  }
}

template <typename Value>
void MaskSource<Value>::bits(std::size_t begin, std::size_t count, std::uint8_t* bits) const {
  static_assert(std::is_same_v<Value, std::uint8_t>);
  if (!draws_.structured()) {
    source_.bits(begin, count, bits);
    return;
  }
  std::array<std::uint8_t, 2048> kept;
  for (std::size_t done = 0; done < count; done += kept.size()) {
    const std::size_t size = std::min(kept.size(), count - done);
    expandUnits(draws_.structure, units_.data(), begin + done, size, kept.data());
    packBits(kept.data(), size, bits + done / 8);
  }
}

template MaskSource<float>::MaskSource(const MaskDraws&, const MaskControl&);
template MaskSource<double>::MaskSource(const MaskDraws&, const MaskControl&);
template MaskSource<std::uint8_t>::MaskSource(const MaskDraws&, const MaskControl&);
template void MaskSource<float>::values(std::size_t, std::size_t, MaskValues<float>) const;
template void MaskSource<double>::values(std::size_t, std::size_t, MaskValues<double>) const;
template void MaskSource<std::uint8_t>::values(std::size_t, std::size_t,
                                               MaskValues<std::uint8_t>) const;
template void MaskSource<std::uint8_t>::bits(std::size_t, std::size_t, std::uint8_t*) const;

}  // namespace flipside
