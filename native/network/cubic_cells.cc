#include "network/cubic_cells.h"

#include <array>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "network/cubic_cells.cc"
#include "simd/targets.h"
// The order matters.
#include "hwy/foreach_target.h"
//
#include "hwy/highway.h"
#include "network/each_lane-inl.h"
#include "simd/polynomial-inl.h"

HWY_BEFORE_NAMESPACE();
namespace flipside {
namespace network {
namespace HWY_NAMESPACE {

using flipside::HWY_NAMESPACE::multiplyAdd;

using Floats = hn::ScalableTag<float>;
using FloatVector = hn::Vec<Floats>;
using Integers = hn::RebindToSigned<Floats>;
using IntegerVector = hn::Vec<Integers>;

using FourFloats = hn::FixedTag<float, 4>;

/// So many x at a time: first their cells, then the cubics.
constexpr std::size_t kChunk = 256;

struct Places {
  alignas(64) std::int32_t cell[kChunk];
  alignas(64) float t[kChunk];
};

/// out = outer times the cubics at the places; false where one is NaN. The coefficients of a cell
/// are next to each other, so that four loads and a transposition take the place of gathers.
HWY_INLINE bool cubics(const float* coefficients, float outer, std::size_t count,
                       const Places& places, float* out) {
  const FourFloats d;
  const auto factor = hn::Set(d, outer);
  auto found = hn::Eq(factor, factor);
  for (std::size_t i = 0; i < count; i += 4) {
    const auto row = [&](std::size_t k)
                         HWY_ATTR { return hn::LoadU(d, coefficients + 4 * places.cell[i + k]); };
    const auto a = row(0);
    const auto b = row(1);
    const auto c = row(2);
    const auto e = row(3);
    const auto lowAC = hn::InterleaveLower(d, a, c);
    const auto lowBE = hn::InterleaveLower(d, b, e);
    const auto highAC = hn::InterleaveUpper(d, a, c);
    const auto highBE = hn::InterleaveUpper(d, b, e);
    const auto t = hn::Load(d, places.t + i);
    auto sum = multiplyAdd(hn::InterleaveUpper(d, highAC, highBE), t,
                           hn::InterleaveLower(d, highAC, highBE));
    sum = multiplyAdd(sum, t, hn::InterleaveUpper(d, lowAC, lowBE));
    sum = multiplyAdd(sum, t, hn::InterleaveLower(d, lowAC, lowBE));
    const auto result = hn::Mul(factor, sum);
    found = hn::And(found, hn::Eq(result, result));
    if (i + 4 <= count) {
      hn::StoreU(result, d, out + i);
    } else {
      alignas(16) float rest[4];
      hn::Store(result, d, rest);
      std::memcpy(out + i, rest, sizeof(float) * (count - i));
    }
  }
  return hn::AllTrue(d, found);
}

/// place(x, cell, t) gives the cells of lanes of x, and t in [0, 1) or, with cell 0, NaN.
template <class Place>
HWY_INLINE bool eachResult(const float* coefficients, float outer, std::size_t count,
                           const float* x, float* out, const Place& place) {
  const Floats d;
  bool found = true;
  Places places;
  for (std::size_t done = 0; done < count; done += kChunk) {
    const std::size_t now = count - done < kChunk ? count - done : kChunk;
    eachLane(d, now, [&](const auto& at) HWY_ATTR {
      IntegerVector cell;
      FloatVector t;
      place(at.load(x + done), cell, t);
      // Whole vectors: there is room.
      hn::Store(cell, Integers(), places.cell + at.at);
      hn::Store(t, d, places.t + at.at);
    });
    for (std::size_t i = now; i % 4 != 0; ++i) {
      places.cell[i] = 0;
      places.t[i] = 0.0F;
    }
    found = cubics(coefficients, outer, now, places, out + done) && found;
  }
  return found;
}

bool ofMagnitudes(const Cells& cells, float outer, float inner, std::size_t count, const float* x,
                  float* out) {
  const Floats d;
  const Integers integers;
  constexpr int kRest = 23 - kOctaveBits;
  const auto scale = hn::Set(d, inner);
  const auto lowest = hn::Set(d, cells.lowest);
  const auto highest = hn::Set(d, cells.highest);
  const auto first = hn::ShiftRight<kRest>(hn::BitCast(integers, lowest));
  const auto restBits = hn::Set(integers, (1 << kRest) - 1);
  const auto one = hn::Set(d, 1.0F);
  const auto none = hn::NaN(d);
  return eachResult(cells.coefficients, outer, count, x, out,
                    [&](FloatVector value, IntegerVector& cell, FloatVector& t) HWY_ATTR {
                      const auto u = hn::Mul(hn::Abs(value), scale);
                      const auto inside = hn::And(hn::Ge(u, lowest), hn::Lt(u, highest));
                      const auto bits = hn::BitCast(integers, u);
                      const auto rest = hn::ShiftLeft<kOctaveBits>(hn::And(bits, restBits));
                      const auto mantissa = hn::Or(rest, hn::BitCast(integers, one));
                      t = hn::IfThenElse(inside, hn::Sub(hn::BitCast(d, mantissa), one), none);
                      cell = hn::IfThenElseZero(hn::RebindMask(integers, inside),
                                                hn::Sub(hn::ShiftRight<kRest>(bits), first));
                    });
}

bool ofShifted(const Cells& cells, float outer, float shift, std::size_t count, const float* x,
               float* out) {
  const Floats d;
  const Integers integers;
  const auto lowest = hn::Set(d, cells.lowest);
  const auto highest = hn::Set(d, cells.highest);
  const auto added = hn::Set(d, shift);
  const auto density = hn::Set(d, static_cast<float>(kCellsPerUnit));
  const auto none = hn::NaN(d);
  return eachResult(cells.coefficients, outer, count, x, out,
                    [&](FloatVector value, IntegerVector& cell, FloatVector& t) HWY_ATTR {
                      const auto place = hn::Add(value, added);
                      const auto inside = hn::And(hn::Ge(place, lowest), hn::Lt(place, highest));
                      const auto whole = hn::IfThenElseZero(inside, hn::Sub(place, lowest));
                      const auto scaled = hn::Mul(whole, density);
                      cell = hn::ConvertTo(integers, scaled);
                      const auto rest = hn::Sub(scaled, hn::ConvertTo(d, cell));
                      t = hn::IfThenElse(inside, rest, none);
                    });
}

}  // namespace HWY_NAMESPACE
}  // namespace network
}  // namespace flipside
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace flipside::network {
namespace {

/// The points of a cell where the function is asked: 0, 1/3, 2/3 and 1 give the cubic, those in
/// the middle between them tell its error.
constexpr std::size_t kPoints = 7;

constexpr double kTolerance = 2e-7;

double cubic(const std::array<double, 4>& c, double t) {
  return c[0] + t * (c[1] + t * (c[2] + t * c[3]));
}

}  // namespace

void CubicCells::append(double from, double to, const Exact& exact) {
  std::array<double, kPoints> x{};
  std::array<double, kPoints> y{};
  for (std::size_t i = 0; i < kPoints; ++i) {
    x[i] = from + (to - from) * (static_cast<double>(i) / 6.0);
  }
  exact(x, y);
  const double a = y[2] - y[0];
  const double b = y[4] - y[0];
  const double c = y[6] - y[0];
  const std::array<double, 4> cell{y[0], 9.0 * a - 4.5 * b + c, -22.5 * a + 18.0 * b - 4.5 * c,
                                   13.5 * a - 13.5 * b + 4.5 * c};
  bool accurate = true;
  for (std::size_t i = 1; i < kPoints; i += 2) {
    const double error = std::abs(cubic(cell, static_cast<double>(i) / 6.0) - y[i]);
    // Nor may it be so small that a float has fewer digits.
    const bool normal = y[i] == 0.0 || std::abs(y[i]) > 1e-30;
    accurate = accurate && normal && error <= kTolerance * std::abs(y[i]);
  }
  for (const double value : cell) {
    coefficients_.push_back(accurate ? static_cast<float>(value)
                                     : std::numeric_limits<float>::quiet_NaN());
  }
}

CubicCells CubicCells::ofOctaves(int lowest, int highest, const Exact& exact) {
  CubicCells cells(std::ldexp(1.0F, lowest), std::ldexp(1.0F, highest));
  constexpr int kCells = 1 << kOctaveBits;
  for (int octave = lowest; octave < highest; ++octave) {
    const double start = std::ldexp(1.0, octave);
    for (int i = 0; i < kCells; ++i) {
      cells.append(start * (1.0 + static_cast<double>(i) / kCells),
                   start * (1.0 + static_cast<double>(i + 1) / kCells), exact);
    }
  }
  return cells;
}

CubicCells CubicCells::ofLine(int lowest, int highest, const Exact& exact) {
  CubicCells cells(static_cast<float>(lowest), static_cast<float>(highest));
  for (int i = lowest * kCellsPerUnit; i < highest * kCellsPerUnit; ++i) {
    cells.append(static_cast<double>(i) / kCellsPerUnit, static_cast<double>(i + 1) / kCellsPerUnit,
                 exact);
  }
  // Where the last place before the end is rounded up to it.
  cells.coefficients_.insert(cells.coefficients_.end(), 4, std::numeric_limits<float>::quiet_NaN());
  return cells;
}

bool CubicCells::atMagnitudes(double outer, double inner, std::size_t count, const float* x,
                              float* out) const {
  static constexpr auto table = FLIPSIDE_SIMD_TABLE(ofMagnitudes);
  return table.chosen()({coefficients_.data(), lowest_, highest_}, static_cast<float>(outer),
                        static_cast<float>(inner), count, x, out);
}

bool CubicCells::atShifted(double outer, double shift, std::size_t count, const float* x,
                           float* out) const {
  static constexpr auto table = FLIPSIDE_SIMD_TABLE(ofShifted);
  return table.chosen()({coefficients_.data(), lowest_, highest_}, static_cast<float>(outer),
                        static_cast<float>(shift), count, x, out);
}

}  // namespace flipside::network
#endif
