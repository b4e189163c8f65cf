#include "penalties/table_kernel.h"

#include <cmath>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "penalties/table_kernel.cc"
#include "simd/targets.h"
// The order matters.
#include "hwy/foreach_target.h"
//
#include "hwy/highway.h"
#include "penalties/each_weight-inl.h"
#include "simd/math-inl.h"
#include "simd/power-inl.h"

HWY_BEFORE_NAMESPACE();
namespace flipside {
namespace HWY_NAMESPACE {

/// omega' in the stretch, of u from first to last.
HWY_INLINE DoubleVector slopeInside(const TableSlope& table, DoubleVector u) {
  const DoubleLanes lanes;
  const hn::RebindToUnsigned<DoubleLanes> bits;
  const hn::RebindToSigned<DoubleLanes> indices;
  const bool hasEnd = !std::isinf(table.end);
  const DoubleVector rest = hasEnd ? hn::Sub(all(table.end), u) : all(1.0);
  const DoubleVector x = logarithmOfRatio(lanes, u, rest);
  const DoubleVector at =
      hn::Max(hn::Zero(lanes), hn::Mul(hn::Sub(x, all(table.origin)), all(table.inverseStep)));
  // Rounded to the nearest integer and, where that is above, one less: the whole part, which is
  // also the lowest bits of its sum with 2^52.
  const DoubleVector nearest = hn::Sub(hn::Add(at, all(0x1p52)), all(0x1p52));
  const DoubleVector whole = hn::Sub(nearest, hn::IfThenElseZero(hn::Gt(nearest, at), all(1.0)));
  const DoubleVector cell = hn::Min(whole, all(static_cast<double>(table.cells - 1)));
  const DoubleVector t = hn::Sub(at, cell);
  const DoubleVector place = hn::Mul(cell, all(static_cast<double>(table.stride)));
  const auto index = hn::BitCast(
      indices, hn::And(hn::BitCast(bits, hn::Add(place, all(0x1p52))), hn::Set(bits, 0xFFFFFFFF)));
  DoubleVector sum = hn::GatherIndex(lanes, table.coefficients + 5, index);
  for (int k = 4; k >= 0; --k) {
    sum = multiplyAdd(sum, t, hn::GatherIndex(lanes, table.coefficients + k, index));
  }
  return exponential(lanes, sum);
}

/// omega' behind the last grid point.
HWY_INLINE DoubleVector slopeBeyond(const TableSlope& table, DoubleVector u) {
  const DoubleVector zero = hn::Zero(DoubleLanes());
  if (std::isinf(table.end)) return hn::Div(all(table.lastSlope * table.last), u);
  const DoubleVector slope =
      multiplyAdd(hn::Sub(u, all(table.last)), all(table.lastCurvature), all(table.lastSlope));
  return hn::IfThenElse(hn::Lt(u, all(table.end)), hn::Max(slope, zero), zero);
}

HWY_INLINE DoubleVector slopeOfHead(const TableSlope& table, const ScaledPower& law,
                                    DoubleVector u) {
  if (table.headExponent == 1.0) {
    return multiplyAdd(u, all(table.headCoefficient), all(table.headLimit));
  }
  const auto zero = hn::Eq(u, hn::Zero(DoubleLanes()));
  return hn::Add(all(table.headLimit), hn::IfThenZeroElse(zero, law(DoubleLanes(), u)));
}

void tableLookUp(const MaskElements& elements, double root, const TableSlope& table) {
  const ScaledPower head(table.headCoefficient, table.headExponent);
  eachWeight(elements, [&](DoubleVector w) HWY_ATTR {
    const DoubleVector largest = all(0x1.fffffffffffffp1023);
    const DoubleVector u = hn::Min(hn::Div(w, all(root)), largest);
    const auto below = hn::Lt(u, all(table.first));
    const auto beyond = hn::Ge(u, all(table.last));
    const DoubleVector within = hn::Min(hn::Max(u, all(table.first)), all(table.last));
    DoubleVector slope = slopeInside(table, within);
    if (!hn::AllFalse(DoubleLanes(), below)) {
      slope = hn::IfThenElse(below, slopeOfHead(table, head, u), slope);
    }
    if (!hn::AllFalse(DoubleLanes(), beyond)) {
      slope = hn::IfThenElse(beyond, slopeBeyond(table, u), slope);
    }
    return hn::Div(slope, u);
  });
}

}  // namespace HWY_NAMESPACE
}  // namespace flipside
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace flipside {

void tableMask(const MaskElements& elements, double root, const TableSlope& table) {
  static constexpr auto kernels = FLIPSIDE_SIMD_TABLE(tableLookUp);
  kernels.chosen()(elements, root, table);
}

}  // namespace flipside
#endif
