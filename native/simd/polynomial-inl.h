// What the functions of math-inl.h are made of, for the kernels of one target (simd/targets.h).
#include <cstddef>

// NOLINTNEXTLINE: included once per target
#if defined(FLIPSIDE_POLYNOMIAL_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef FLIPSIDE_POLYNOMIAL_INL_H
#undef FLIPSIDE_POLYNOMIAL_INL_H
#else
#define FLIPSIDE_POLYNOMIAL_INL_H
#endif

#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace flipside {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// a b + c with both roundings, the same on every machine.
template <class Vector>
HWY_INLINE Vector multiplyAdd(Vector a, Vector b, Vector c) {
  return hn::Add(hn::Mul(a, b), c);
}

/// coefficients[0] + coefficients[1] x + ..., from the last on.
template <class D, std::size_t kCount>
HWY_INLINE hn::Vec<D> polynomial(D d, hn::Vec<D> x, const hn::TFromD<D> (&coefficients)[kCount]) {
  hn::Vec<D> sum = hn::Set(d, coefficients[kCount - 1]);
  for (std::size_t i = kCount - 1; i > 0; --i) {
    sum = multiplyAdd(sum, x, hn::Set(d, coefficients[i - 1]));
  }
  return sum;
}

}  // namespace HWY_NAMESPACE
}  // namespace flipside
HWY_AFTER_NAMESPACE();

#endif
