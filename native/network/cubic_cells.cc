#include "network/cubic_cells.h"

#include <array>
#include <cmath>
#include <cstdint>
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

/// outer times the cubic of cell `index` at t; NaN where not `inside`, whose index may be anything.
HWY_INLINE FloatVector cubicAt(const Cells& cells, FloatVector outer, hn::Mask<Floats> inside,
                               IntegerVector index, FloatVector t) {
  const Floats d;
  const Integers integers;
  const auto place = hn::IfThenElseZero(hn::RebindMask(integers, inside), hn::ShiftLeft<2>(index));
  const auto coefficient = [&](int k) HWY_ATTR {
    return hn::GatherIndex(d, cells.coefficients + k, place);
  };
  auto sum = multiplyAdd(coefficient(3), t, coefficient(2));
  sum = multiplyAdd(sum, t, coefficient(1));
  sum = multiplyAdd(sum, t, coefficient(0));
  return hn::IfThenElse(inside, hn::Mul(outer, sum),
                        hn::Set(d, std::numeric_limits<float>::quiet_NaN()));
}

template <class Place>
HWY_INLINE bool eachResult(std::size_t count, const float* x, float* out, const Place& place) {
  const Floats d;
  auto found = hn::Eq(hn::Zero(d), hn::Zero(d));
  eachLane(d, count, [&](auto at) HWY_ATTR {
    const auto result = place(at.load(x));
    // The lanes that are no elements may hold NaN: then the caller looks in vain.
    found = hn::And(found, hn::Eq(result, result));
    at.store(result, out);
  });
  return hn::AllTrue(d, found);
}

bool ofMagnitudes(const Cells& cells, float outer, float inner, std::size_t count, const float* x,
                  float* out) {
  const Floats d;
  const Integers integers;
  constexpr int kRest = 23 - kOctaveBits;
  const auto factor = hn::Set(d, outer);
  const auto scale = hn::Set(d, inner);
  const auto lowest = hn::Set(d, cells.lowest);
  const auto highest = hn::Set(d, cells.highest);
  const auto first = hn::ShiftRight<kRest>(hn::BitCast(integers, lowest));
  const auto restBits = hn::Set(integers, (1 << kRest) - 1);
  const auto one = hn::Set(d, 1.0F);
  return eachResult(count, x, out, [&](FloatVector value) HWY_ATTR {
    const auto u = hn::Mul(hn::Abs(value), scale);
    const auto inside = hn::And(hn::Ge(u, lowest), hn::Lt(u, highest));
    const auto bits = hn::BitCast(integers, u);
    const auto rest = hn::ShiftLeft<kOctaveBits>(hn::And(bits, restBits));
    const auto t = hn::Sub(hn::BitCast(d, hn::Or(rest, hn::BitCast(integers, one))), one);
    return cubicAt(cells, factor, inside, hn::Sub(hn::ShiftRight<kRest>(bits), first), t);
  });
}

bool ofShifted(const Cells& cells, float outer, float shift, std::size_t count, const float* x,
               float* out) {
  const Floats d;
  const Integers integers;
  const auto factor = hn::Set(d, outer);
  const auto lowest = hn::Set(d, cells.lowest);
  const auto highest = hn::Set(d, cells.highest);
  const auto added = hn::Set(d, shift);
  return eachResult(count, x, out, [&](FloatVector value) HWY_ATTR {
    const auto place = hn::Add(value, added);
    const auto inside = hn::And(hn::Ge(place, lowest), hn::Lt(place, highest));
    const auto cell = hn::Mul(hn::IfThenElseZero(inside, hn::Sub(place, lowest)),
                              hn::Set(d, static_cast<float>(kCellsPerUnit)));
    const auto index = hn::ConvertTo(integers, cell);
    return cubicAt(cells, factor, inside, index, hn::Sub(cell, hn::ConvertTo(d, index)));
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
