// To be included first by the file of a kernel, before foreach_target.h: which targets Highway
// compiles it for, and how its functions get into a table.
#if !defined(__x86_64__)
// Such as NEON: what every machine of the architecture has, and nothing beside it.
#ifndef HWY_COMPILE_ONLY_STATIC
#define HWY_COMPILE_ONLY_STATIC
#endif
#elif !defined(HWY_DISABLED_TARGETS)
// Between the baseline and AVX2 nothing that is still in use gains enough to be worth its code;
// what AVX3_DL adds, these kernels do not need.
#define HWY_DISABLED_TARGETS (HWY_SSSE3 | HWY_SSE4 | HWY_AVX3_DL)
#endif

#ifndef FLIPSIDE_SIMD_TABLE
#include "simd/simd.h"
/// A SimdTable of `function`, after the last inclusion: under HWY_ONCE, in namespace flipside.
#define FLIPSIDE_SIMD_TABLE(function)                                                    \
  SimdTable<decltype(HWY_STATIC_DISPATCH(function))> {                                   \
    &HWY_STATIC_DISPATCH(function), HWY_CHOOSE_AVX2(function), HWY_CHOOSE_AVX3(function) \
  }
#endif
