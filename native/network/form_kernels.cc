#include "network/form_kernels.h"

#include <cmath>
#include <limits>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "network/form_kernels.cc"
#include "simd/targets.h"
// The order matters.
#include "hwy/foreach_target.h"
//
#include "hwy/highway.h"
#include "network/each_lane-inl.h"
#include "simd/math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace flipside {
namespace network {
namespace HWY_NAMESPACE {

using flipside::HWY_NAMESPACE::ExpConstants;
using flipside::HWY_NAMESPACE::exponential;
using flipside::HWY_NAMESPACE::logarithmOfParts;
using flipside::HWY_NAMESPACE::multiplyAdd;
using flipside::HWY_NAMESPACE::polynomial;
using flipside::HWY_NAMESPACE::Split;
using flipside::HWY_NAMESPACE::split;

using Floats = hn::ScalableTag<float>;
using FloatVector = hn::Vec<Floats>;

HWY_INLINE FloatVector all(double value) { return hn::Set(Floats(), static_cast<float>(value)); }

/// A function of w and the quotient v = it / w, each of w > 0; the slope is 0 at 0 where the
/// quotient is finite there.
struct Both {
  FloatVector slope;
  FloatVector variance;
};

struct LogSumForm {
  FloatVector lambda;
  FloatVector epsilon;

  HWY_INLINE Both operator()(FloatVector w) const {
    const auto slope = hn::Div(lambda, hn::Add(w, epsilon));
    return {slope, hn::Div(slope, w)};
  }
};

struct LogSumSquaresForm {
  FloatVector twice;
  FloatVector epsilon;

  HWY_INLINE Both operator()(FloatVector w) const {
    return {hn::Div(twice, hn::Add(w, hn::Div(epsilon, w))),
            hn::Div(twice, hn::Add(hn::Mul(w, w), epsilon))};
  }
};

struct ClippedForm {
  FloatVector lambda;
  FloatVector end;
  FloatVector endRest;  // what the rounding of end left out
  FloatVector divisor;

  HWY_INLINE Both operator()(FloatVector w) const {
    // The difference is exact next to the end, and then the rest decides.
    const auto gap = hn::Add(hn::Sub(end, w), endRest);
    const auto share = hn::Min(hn::Div(gap, divisor), lambda);
    const auto slope = hn::IfThenElseZero(hn::Gt(gap, hn::Zero(Floats())), share);
    return {slope, hn::Div(slope, w)};
  }
};

struct ConstantForm {
  FloatVector lambda;
  HWY_INLINE Both operator()(FloatVector w) const { return {lambda, hn::Div(lambda, w)}; }
};

/// p = 1/2.
struct InverseRootForm {
  FloatVector lambda;
  HWY_INLINE Both operator()(FloatVector w) const {
    const auto slope = hn::Div(lambda, hn::Sqrt(w));
    return {slope, hn::Div(slope, w)};
  }
};

/// lambda w^q as power-inl.h has it, with as many bits of q apart as leave the product with an
/// exponent exact.
struct PowerForm {
  FloatVector lambda;
  FloatVector upper;
  FloatVector lower;
  FloatVector exponent;

  HWY_INLINE Both operator()(FloatVector w) const {
    const Floats d;
    const hn::RebindToUnsigned<Floats> bits;
    const Split<Floats> parts = split(d, hn::Max(w, all(0x1p-126)));
    const auto f = hn::Sub(parts.mantissa, all(1.0));
    const auto fraction = hn::Mul(logarithmOfParts(d, hn::Zero(d), f), all(0x1.715476p+0));
    const auto whole = hn::Mul(upper, parts.exponent);
    const auto rest = multiplyAdd(exponent, fraction, hn::Mul(lower, parts.exponent));
    // As in exp-inl.h: the sum is an integer plus twice the bias of an exponent.
    const auto round = all(0x1.8p23 + 2.0 * 127.0);
    const auto rounded = hn::Add(hn::Add(whole, rest), round);
    const auto n = hn::Sub(rounded, round);
    const auto r = hn::Mul(hn::Add(hn::Sub(whole, n), rest), all(0x1.62e430p-1));
    const auto tail = hn::Mul(hn::Mul(r, r), polynomial(d, r, ExpConstants<float>::kSeries));
    const auto e = hn::Add(all(1.0), hn::Add(r, tail));
    const auto biased = hn::And(hn::BitCast(bits, rounded), hn::Set(bits, 0xFFFFU));
    const auto first = hn::ShiftRight<1>(biased);
    const auto power = [&](auto k) HWY_ATTR { return hn::BitCast(d, hn::ShiftLeft<23>(k)); };
    const auto scaled = hn::Mul(hn::Mul(e, power(first)), power(hn::Sub(biased, first)));
    const auto slope = hn::IfThenElse(hn::Eq(w, w), hn::Mul(lambda, scaled), w);
    return {slope, hn::Div(slope, w)};
  }
};

struct SigmoidForm {
  HWY_INLINE Both operator()(FloatVector w) const {
    const auto variance = exponential(Floats(), hn::Neg(w));
    return {hn::Mul(w, variance), variance};
  }
};

template <class Form>
HWY_INLINE void slopesOf(const Form& form, double ridge, std::size_t count, const float* w,
                         float* out) {
  const auto factor = all(ridge);
  eachLane(Floats(), count, [&](auto at) HWY_ATTR {
    const auto x = hn::Abs(at.load(w));
    const auto slope = hn::Add(form(x).slope, hn::Mul(factor, x));
    at.store(hn::IfThenElseZero(hn::Ne(x, hn::Zero(Floats())), slope), out);
  });
}

template <class Form>
HWY_INLINE void variancesOf(const Form& form, double ridge, double atZero, std::size_t count,
                            const float* w, float* out) {
  const auto added = all(ridge);
  const auto limit = all(atZero);
  eachLane(Floats(), count, [&](auto at) HWY_ATTR {
    const auto x = hn::Abs(at.load(w));
    const auto variance = hn::Add(form(x).variance, added);
    at.store(hn::IfThenElse(hn::Eq(x, hn::Zero(Floats())), limit, variance), out);
  });
}

/// use(form) with the one of these that `form` is.
template <class Use>
HWY_INLINE void withForm(const MaskForm& form, double whole, const Use& use) {
  using Kind = MaskForm::Kind;
  const double lambda = form.share * whole;
  switch (form.kind) {
    case Kind::logSum:
      return use(LogSumForm{all(lambda), all(form.a)});
    case Kind::logSumSquares:
      return use(LogSumSquaresForm{all(2.0 * lambda), all(form.a)});
    case Kind::clipped: {
      const double end = form.a * lambda;
      const double rest = end - static_cast<double>(static_cast<float>(end));
      return use(ClippedForm{all(lambda), all(end), all(rest), all(form.b)});
    }
    case Kind::power: {
      const double q = form.a - 1.0;
      if (q == 0.0) return use(ConstantForm{all(lambda)});
      if (q == -0.5) return use(InverseRootForm{all(lambda)});
      const double upper = std::nearbyint(q * 0x1p15) * 0x1p-15;
      return use(PowerForm{all(lambda), all(upper), all(q - upper), all(q)});
    }
    default:
      return use(SigmoidForm{});
  }
}

void slopes(const MaskForm& form, double lambda, std::size_t count, const float* w, float* out) {
  const double ridge = form.ridge * lambda;
  withForm(form, lambda,
           [&](const auto& formula) HWY_ATTR { slopesOf(formula, ridge, count, w, out); });
}

void variances(const MaskForm& form, double lambda, double atZero, std::size_t count,
               const float* w, float* out) {
  const double ridge = form.ridge * lambda;
  withForm(form, lambda, [&](const auto& formula) HWY_ATTR {
    variancesOf(formula, ridge, atZero, count, w, out);
  });
}

}  // namespace HWY_NAMESPACE
}  // namespace network
}  // namespace flipside
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace flipside::network {

bool formServed(const MaskForm& form, double lambda) {
  if (!form.closed()) return false;
  const auto within = [](double value) { return value > 1e-18 && value < 1e18; };
  switch (form.kind) {
    case MaskForm::Kind::sigmoid:
      return true;
    case MaskForm::Kind::power:
      return within(form.share * lambda);
    case MaskForm::Kind::clipped:
      return within(form.share * lambda) && within(form.a) && within(form.b);
    default:
      return within(form.share * lambda) && within(form.a);
  }
}

void formSlopes(const MaskForm& form, double lambda, std::size_t count, const float* w,
                float* out) {
  static constexpr auto table = FLIPSIDE_SIMD_TABLE(slopes);
  table.chosen()(form, lambda, count, w, out);
}

void formVariances(const MaskForm& form, double lambda, double atZero, std::size_t count,
                   const float* w, float* out) {
  static constexpr auto table = FLIPSIDE_SIMD_TABLE(variances);
  table.chosen()(form, lambda, atZero, count, w, out);
}

}  // namespace flipside::network
#endif
