#include "masks/structure.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

#include "design/bad_value.h"
#include "masks/parts.h"

namespace flipside {
namespace {

/// Where the elements of a unit are: `rows` runs of `columns` elements, `stride` apart.
struct Block {
  std::size_t first;
  std::size_t rows;
  std::size_t columns;
  std::size_t stride;
};

Block blockOf(const MaskStructure& s, std::size_t unit) {
  const std::size_t row = unit / s.unitsAcross() * s.unitRows;
  const std::size_t column = unit % s.unitsAcross() * s.unitColumns;
  return {row * s.columns + column, std::min(s.unitRows, s.rows - row),
          std::min(s.unitColumns, s.columns - column), s.columns};
}

template <typename Weight>
double sumOfSquares(const Weight* run, std::size_t count) {
  // Eight sums whatever the width of a vector, so that the order is the same everywhere.
  double sums[8] = {};
  std::size_t i = 0;
  for (; i + 8 <= count; i += 8) {
    for (std::size_t k = 0; k < 8; ++k) {
      const auto w = static_cast<double>(run[i + k]);
      sums[k] += w * w;
    }
  }
  double sum = 0.0;
  for (; i < count; ++i) {
    const auto w = static_cast<double>(run[i]);
    sum += w * w;
  }
  if (count < 8) return sum;
  return sum + (((sums[0] + sums[1]) + (sums[2] + sums[3])) +
                ((sums[4] + sums[5]) + (sums[6] + sums[7])));
}

/// For a sum of squares that is out of a double's range, or not finite at all.
template <typename Weight>
double scaledNorm(const Block& block, const Weight* weights) {
  double largest = 0.0;
  for (std::size_t i = 0; i < block.rows; ++i) {
    const std::size_t from = block.first + i * block.stride;
    for (std::size_t j = from; j < from + block.columns; ++j) {
      const auto w = static_cast<double>(weights[j]);
      if (!std::isfinite(w)) throw badElement("weights", "finite", j, w, "NOT_FINITE");
      largest = std::max(largest, std::abs(w));
    }
  }
  if (largest == 0.0) return 0.0;
  // A power of 2, which rounds nothing; two, as its inverse may be out of range.
  const int exponent = std::ilogb(largest);
  const double half = std::ldexp(1.0, -exponent / 2);
  const double rest = std::ldexp(1.0, -exponent - -exponent / 2);
  double sum = 0.0;
  for (std::size_t i = 0; i < block.rows; ++i) {
    const std::size_t from = block.first + i * block.stride;
    for (std::size_t j = from; j < from + block.columns; ++j) {
      const double w = static_cast<double>(weights[j]) * half * rest;
      sum += w * w;
    }
  }
  return std::min(std::ldexp(std::sqrt(sum), exponent), std::numeric_limits<double>::max());
}

/// From here up and to its inverse sums of squares have lost nothing that matters.
constexpr double kLargestSum = 1e290;

/// Units [from, to) of one row of units, row by row of the matrix.
template <typename Weight>
void norms(const MaskStructure& s, std::size_t from, std::size_t to, const Weight* weights,
           const MaskControl& control, double* out) {
  std::fill_n(out, to - from, 0.0);
  const Block first = blockOf(s, from);
  for (std::size_t i = 0; i < first.rows; ++i) {
    if (i % 64 == 0) control.poll();
    const Weight* run = weights + first.first + i * first.stride;
    if (s.unitColumns == 1) {
      for (std::size_t u = 0; u < to - from; ++u) {
        const auto w = static_cast<double>(run[u]);
        out[u] += w * w;
      }
      continue;
    }
    std::size_t left = s.columns - first.first % s.columns;
    for (std::size_t u = 0; u < to - from; ++u) {
      const std::size_t width = std::min(s.unitColumns, left);
      out[u] += sumOfSquares(run, width);
      run += width;
      left -= width;
    }
  }
  for (std::size_t u = from; u < to; ++u) {
    double& sum = out[u - from];
    const bool safe = sum >= 1.0 / kLargestSum && sum <= kLargestSum;
    sum = safe ? std::sqrt(sum) : scaledNorm(blockOf(s, u), weights);
  }
}

template <typename Value>
void expandRow(const MaskStructure& s, const Value* units, std::size_t from, std::size_t to,
               Value* out) {
  if (s.unitColumns == 1) {
    std::copy(units + from, units + to, out);
    return;
  }
  for (std::size_t u = from / s.unitColumns; from < to; ++u) {
    const std::size_t end = std::min(to, (u + 1) * s.unitColumns);
    out = std::fill_n(out, end - from, units[u]);
    from = end;
  }
}

template <typename Weight>
std::vector<double> unitNorms(const MaskStructure& s, const Weight* weights,
                              const MaskControl& control) {
  std::vector<double> out(s.units());
  // Parts of a row of units, of about as many elements as the parts of a mask.
  const std::size_t across = s.unitsAcross();
  const std::size_t perUnit = std::min(s.unitRows, s.rows) * std::min(s.unitColumns, s.columns);
  const std::size_t width = std::clamp(kMaskPart / perUnit, std::size_t{1}, across);
  const std::size_t pieces = (across + width - 1) / width;
  const std::size_t down = std::max(std::size_t{1}, kMaskPart / (perUnit * across));
  const auto body = [&](std::size_t begin, std::size_t count) {
    for (std::size_t p = begin; p < begin + count; ++p) {
      const std::size_t row = p / pieces * across;
      const std::size_t from = row + p % pieces * width;
      const std::size_t to = std::min(from + width, row + across);
      norms(s, from, to, weights, control, out.data() + from);
    }
  };
  const std::size_t total = pieces * s.unitsDown();
  if (s.rows * s.columns > kMaskPart) {
    forPartsInParallel(total, down, {control.cancel, {}}, body);
  } else {
    body(0, total);
  }
  return out;
}

}  // namespace

MaskDraws withUnitNorms(const MaskDraws& draws, std::vector<double>& norms,
                        const MaskControl& control) {
  MaskDraws made = draws;
  if (draws.penalty == nullptr || !draws.weightsOfElements) return made;
  if (const auto* floats = std::get_if<const float*>(&draws.parameter)) {
    norms = unitNorms(draws.structure, *floats, control);
  } else {
    norms = unitNorms(draws.structure, std::get<const double*>(draws.parameter), control);
  }
  made.parameter = static_cast<const double*>(norms.data());
  made.weightsOfElements = false;
  return made;
}

template <typename Value>
void expandUnits(const MaskStructure& s, const Value* units, std::size_t begin, std::size_t count,
                 Value* out) {
  const std::size_t end = begin + count;
  for (std::size_t i = begin / s.columns; begin < end; ++i) {
    const std::size_t row = i * s.columns;
    const std::size_t to = std::min(end, row + s.columns);
    expandRow(s, units + i / s.unitRows * s.unitsAcross(), begin - row, to - row, out);
    out += to - begin;
    begin = to;
  }
}

template void expandUnits(const MaskStructure&, const float*, std::size_t, std::size_t, float*);
template void expandUnits(const MaskStructure&, const double*, std::size_t, std::size_t, double*);
template void expandUnits(const MaskStructure&, const std::uint8_t*, std::size_t, std::size_t,
                          std::uint8_t*);

}  // namespace flipside
