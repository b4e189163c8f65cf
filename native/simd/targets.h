// To be included first by the file of a kernel, before foreach_target.h: which targets Highway
// compiles it for, and how its functions get into a table.
#ifndef HWY_DISABLED_TARGETS
// Between the baseline and AVX2 nothing that is still in use gains enough to be worth its code;
// what AVX3_DL adds, these kernels do not need.
#if defined(__x86_64__)
#define HWY_DISABLED_TARGETS (HWY_SSSE3 | HWY_SSE4 | HWY_AVX3_DL)
#else
#define HWY_DISABLED_TARGETS 0
#endif
#endif

#ifndef FLIPSIDE_SIMD_TABLE
#include "simd/simd.h"
/// A SimdTable of `function`, after the last inclusion: under HWY_ONCE, in namespace flipside.
#define FLIPSIDE_SIMD_TABLE(function)                                                    \
  SimdTable<decltype(HWY_STATIC_DISPATCH(function))> {                                   \
    &HWY_STATIC_DISPATCH(function), HWY_CHOOSE_AVX2(function), HWY_CHOOSE_AVX3(function) \
  }
#endif
