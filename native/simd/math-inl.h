// Elementary functions in lanes of float or double, for the kernels of one target
// (simd/targets.h): the same bits on all of them, because there is no fused multiply-add and one
// order of operations. A mathematical library gives neither.
//
// The largest errors of every float, and of 10^7 doubles of all sizes, in units in the last place:
// logarithm 0.84 and 0.84, exponential 0.99 and 0.99.
//
//   logarithm(d, x)       log-inl.h: x any number
//   exponential(d, x)     exp-inl.h: x any number
//   sineCosineOfParts     sincos-inl.h: of whole 2^-32ths of a turn
#include "simd/exp-inl.h"
#include "simd/log-inl.h"
#include "simd/sincos-inl.h"
