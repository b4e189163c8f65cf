// Which instructions the kernels use: every kernel is compiled for each target, and the best one
// that this machine has is taken at run time. All give the same bits, no kernel contracting a
// product and a sum nor summing in an order that depends on the width of a vector, but for those on
// the columns of a design (design/columns.h), where that would cost most of the speed.
//
// A kernel's file is included once per target by Highway's foreach_target.h; Highway's own run-time
// part is not used, so that its headers are all that a build needs. See random/words.cc for the
// pattern.
#pragma once

#include <string_view>

namespace flipside {

enum class SimdTarget {
  baseline,  ///< what every machine of the architecture has
  avx2,      ///< with FMA, BMI and F16C, as Haswell
  avx512,    ///< F, VL, DQ, BW, as Skylake-X
};

/// The one in use.
SimdTarget simdTarget();
/// The best that this machine has.
SimdTarget bestSimdTarget();
/// Uses this one from now on, in the whole process; false when the machine lacks it. For tests:
/// kernels that run meanwhile may use either.
bool forceSimdTarget(SimdTarget target);

std::string_view simdTargetName(SimdTarget target);

/// One function compiled for each target; null where the compiler cannot.
template <typename Function>
struct SimdTable {
  Function* baseline;
  Function* avx2;
  Function* avx512;

  Function* chosen() const {
    const SimdTarget target = simdTarget();
    if (target == SimdTarget::avx512 && avx512 != nullptr) return avx512;
    if (target != SimdTarget::baseline && avx2 != nullptr) return avx2;
    return baseline;
  }
};

}  // namespace flipside
