#include "network/activations.h"

#include <cstring>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "network/activations.cc"
#include "simd/targets.h"
// The order matters.
#include "hwy/foreach_target.h"
//
#include "hwy/highway.h"
#include "simd/math-inl.h"
#include "simd/tanh-inl.h"

HWY_BEFORE_NAMESPACE();
namespace flipside {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;
using network::Response;

/// Of identity, relu and tanh. NaN stays NaN.
template <Response kResponse, class D>
HWY_INLINE hn::Vec<D> responseOf(D d, hn::Vec<D> z) {
  if constexpr (kResponse == Response::relu) {
    const auto zero = hn::Zero(d);
    return hn::IfThenElse(hn::Le(z, zero), zero, z);
  } else if constexpr (kResponse == Response::tanh) {
    return hyperbolicTangent(d, z);
  } else {
    return z;
  }
}

template <Response kResponse, typename Value>
void addAndRespond(Value* data, std::size_t rows, std::size_t units, const Value* biases) {
  const hn::ScalableTag<Value> d;
  const std::size_t lanes = hn::Lanes(d);
  HWY_ALIGN Value rest[hn::MaxLanes(d)] = {};
  HWY_ALIGN Value bias[hn::MaxLanes(d)] = {};
  const std::size_t whole = units - units % lanes;
  const std::size_t left = (units - whole) * sizeof(Value);
  for (std::size_t row = 0; row < rows; ++row, data += units) {
    for (std::size_t unit = 0; unit < whole; unit += lanes) {
      const auto z = hn::Add(hn::LoadU(d, data + unit), hn::LoadU(d, biases + unit));
      hn::StoreU(responseOf<kResponse>(d, z), d, data + unit);
    }
    if (left == 0) continue;
    std::memcpy(rest, data + whole, left);
    std::memcpy(bias, biases + whole, left);
    const auto z = hn::Add(hn::Load(d, rest), hn::Load(d, bias));
    hn::Store(responseOf<kResponse>(d, z), d, rest);
    std::memcpy(data + whole, rest, left);
  }
}

/// Against the largest, so that nothing overflows; the sum in the order of the units.
template <typename Value>
void softmaxOfRow(Value* data, std::size_t units) {
  const hn::ScalableTag<Value> d;
  const std::size_t lanes = hn::Lanes(d);
  Value largest = data[0];
  for (std::size_t unit = 1; unit < units; ++unit) {
    if (data[unit] > largest) largest = data[unit];
  }
  const auto shift = hn::Set(d, largest);
  HWY_ALIGN Value rest[hn::MaxLanes(d)] = {};
  const std::size_t whole = units - units % lanes;
  for (std::size_t unit = 0; unit < whole; unit += lanes) {
    hn::StoreU(exponential(d, hn::Sub(hn::LoadU(d, data + unit), shift)), d, data + unit);
  }
  if (whole < units) {
    std::memcpy(rest, data + whole, (units - whole) * sizeof(Value));
    hn::Store(exponential(d, hn::Sub(hn::Load(d, rest), shift)), d, rest);
    std::memcpy(data + whole, rest, (units - whole) * sizeof(Value));
  }
  Value sum = 0;
  for (std::size_t unit = 0; unit < units; ++unit) sum += data[unit];
  for (std::size_t unit = 0; unit < units; ++unit) data[unit] /= sum;
}

template <typename Value>
void finishRowsOf(Value* data, std::size_t rows, std::size_t units, const Value* biases,
                  Response response) {
  if (response == Response::relu) {
    addAndRespond<Response::relu>(data, rows, units, biases);
  } else if (response == Response::tanh) {
    addAndRespond<Response::tanh>(data, rows, units, biases);
  } else {
    addAndRespond<Response::identity>(data, rows, units, biases);
  }
  if (response != Response::softmax) return;
  for (std::size_t row = 0; row < rows; ++row) softmaxOfRow(data + row * units, units);
}

template <typename Value>
void softmaxOfUnits(Value* data, std::size_t stride, std::size_t units) {
  const hn::ScalableTag<Value> d;
  for (std::size_t row = 0; row < stride; row += hn::Lanes(d)) {
    auto largest = hn::LoadU(d, data + row);
    for (std::size_t unit = 1; unit < units; ++unit) {
      const auto z = hn::LoadU(d, data + unit * stride + row);
      largest = hn::IfThenElse(hn::Gt(z, largest), z, largest);
    }
    auto sum = hn::Zero(d);
    for (std::size_t unit = 0; unit < units; ++unit) {
      Value* const at = data + unit * stride + row;
      const auto e = exponential(d, hn::Sub(hn::LoadU(d, at), largest));
      sum = hn::Add(sum, e);
      hn::StoreU(e, d, at);
    }
    for (std::size_t unit = 0; unit < units; ++unit) {
      Value* const at = data + unit * stride + row;
      hn::StoreU(hn::Div(hn::LoadU(d, at), sum), d, at);
    }
  }
}

template <typename Value>
void finishUnitsOf(Value* data, std::size_t stride, std::size_t units, Response response) {
  if (response == Response::softmax) {
    softmaxOfUnits(data, stride, units);
  } else if (response == Response::tanh) {
    const hn::ScalableTag<Value> d;
    for (std::size_t i = 0; i < stride * units; i += hn::Lanes(d)) {
      hn::StoreU(hyperbolicTangent(d, hn::LoadU(d, data + i)), d, data + i);
    }
  }
}

/// out[j * outStride + i] = in[i * inStride + j], for i < 4 and j < 4 (float) or 2 and 2 (double).
HWY_INLINE void transposeBlock(const float* in, std::size_t inStride, float* out,
                               std::size_t outStride) {
  const hn::FixedTag<float, 4> d;
  const hn::Repartition<double, decltype(d)> pairs;
  const auto a = hn::LoadU(d, in);
  const auto b = hn::LoadU(d, in + inStride);
  const auto c = hn::LoadU(d, in + 2 * inStride);
  const auto e = hn::LoadU(d, in + 3 * inStride);
  const auto ab = hn::BitCast(pairs, hn::InterleaveLower(d, a, b));
  const auto abHigh = hn::BitCast(pairs, hn::InterleaveUpper(d, a, b));
  const auto ce = hn::BitCast(pairs, hn::InterleaveLower(d, c, e));
  const auto ceHigh = hn::BitCast(pairs, hn::InterleaveUpper(d, c, e));
  hn::StoreU(hn::BitCast(d, hn::InterleaveLower(pairs, ab, ce)), d, out);
  hn::StoreU(hn::BitCast(d, hn::InterleaveUpper(pairs, ab, ce)), d, out + outStride);
  hn::StoreU(hn::BitCast(d, hn::InterleaveLower(pairs, abHigh, ceHigh)), d, out + 2 * outStride);
  hn::StoreU(hn::BitCast(d, hn::InterleaveUpper(pairs, abHigh, ceHigh)), d, out + 3 * outStride);
}

HWY_INLINE void transposeBlock(const double* in, std::size_t inStride, double* out,
                               std::size_t outStride) {
  const hn::FixedTag<double, 2> d;
  const auto a = hn::LoadU(d, in);
  const auto b = hn::LoadU(d, in + inStride);
  hn::StoreU(hn::InterleaveLower(d, a, b), d, out);
  hn::StoreU(hn::InterleaveUpper(d, a, b), d, out + outStride);
}

/// out[j * outStride + i] = in[i * inStride + j], i < rows, j < columns.
template <typename Value>
void transposeOf(const Value* in, std::size_t inStride, std::size_t rows, std::size_t columns,
                 Value* out, std::size_t outStride) {
  constexpr std::size_t kBlock = 16 / sizeof(Value);
  const std::size_t wholeRows = rows - rows % kBlock;
  const std::size_t wholeColumns = columns - columns % kBlock;
  for (std::size_t j = 0; j < wholeColumns; j += kBlock) {
    for (std::size_t i = 0; i < wholeRows; i += kBlock) {
      transposeBlock(in + i * inStride + j, inStride, out + j * outStride + i, outStride);
    }
  }
  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t j = i < wholeRows ? wholeColumns : 0; j < columns; ++j) {
      out[j * outStride + i] = in[i * inStride + j];
    }
  }
}

// Tables are of plain functions.
void finishRowsFloat(float* data, std::size_t rows, std::size_t units, const float* biases,
                     Response response) {
  finishRowsOf(data, rows, units, biases, response);
}
void finishRowsDouble(double* data, std::size_t rows, std::size_t units, const double* biases,
                      Response response) {
  finishRowsOf(data, rows, units, biases, response);
}
void finishUnitsFloat(float* data, std::size_t stride, std::size_t units, Response response) {
  finishUnitsOf(data, stride, units, response);
}
void finishUnitsDouble(double* data, std::size_t stride, std::size_t units, Response response) {
  finishUnitsOf(data, stride, units, response);
}
void transposeFloat(const float* in, std::size_t inStride, std::size_t rows, std::size_t columns,
                    float* out, std::size_t outStride) {
  transposeOf(in, inStride, rows, columns, out, outStride);
}
void transposeDouble(const double* in, std::size_t inStride, std::size_t rows, std::size_t columns,
                     double* out, std::size_t outStride) {
  transposeOf(in, inStride, rows, columns, out, outStride);
}

}  // namespace HWY_NAMESPACE
}  // namespace flipside
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include <algorithm>

namespace flipside::network {
namespace {

constexpr auto kFinishRowsFloat = FLIPSIDE_SIMD_TABLE(finishRowsFloat);
constexpr auto kFinishRowsDouble = FLIPSIDE_SIMD_TABLE(finishRowsDouble);
constexpr auto kFinishUnitsFloat = FLIPSIDE_SIMD_TABLE(finishUnitsFloat);
constexpr auto kFinishUnitsDouble = FLIPSIDE_SIMD_TABLE(finishUnitsDouble);
constexpr auto kTransposeFloat = FLIPSIDE_SIMD_TABLE(transposeFloat);
constexpr auto kTransposeDouble = FLIPSIDE_SIMD_TABLE(transposeDouble);

void transpose(const float* in, std::size_t inStride, std::size_t rows, std::size_t columns,
               float* out, std::size_t outStride) {
  kTransposeFloat.chosen()(in, inStride, rows, columns, out, outStride);
}
void transpose(const double* in, std::size_t inStride, std::size_t rows, std::size_t columns,
               double* out, std::size_t outStride) {
  kTransposeDouble.chosen()(in, inStride, rows, columns, out, outStride);
}

}  // namespace

template <>
void finishRows(float* data, std::size_t rows, std::size_t units, const float* biases,
                Response response) {
  kFinishRowsFloat.chosen()(data, rows, units, biases, response);
}
template <>
void finishRows(double* data, std::size_t rows, std::size_t units, const double* biases,
                Response response) {
  kFinishRowsDouble.chosen()(data, rows, units, biases, response);
}

template <>
void finishUnits(float* data, std::size_t stride, std::size_t units, Response response) {
  kFinishUnitsFloat.chosen()(data, stride, units, response);
}
template <>
void finishUnits(double* data, std::size_t stride, std::size_t units, Response response) {
  kFinishUnitsDouble.chosen()(data, stride, units, response);
}

template <typename Value>
void turnRows(const Value* in, std::size_t inStride, std::size_t rows, std::size_t columns,
              Value* out, std::size_t outStride) {
  transpose(in, inStride, rows, columns, out, outStride);
}

template <typename Value>
void toUnits(const Value* data, std::size_t rows, std::size_t units, Value* out,
             std::size_t stride) {
  transpose(data, units, rows, units, out, stride);
  if (rows == stride) return;
  for (std::size_t unit = 0; unit < units; ++unit) {
    std::fill(out + unit * stride + rows, out + (unit + 1) * stride, Value{0});
  }
}

template <typename Value>
void fromUnits(const Value* data, std::size_t stride, std::size_t rows, std::size_t units,
               Value* out) {
  transpose(data, stride, units, rows, out, units);
}

template void turnRows(const float*, std::size_t, std::size_t, std::size_t, float*, std::size_t);
template void turnRows(const double*, std::size_t, std::size_t, std::size_t, double*, std::size_t);
template void toUnits(const float*, std::size_t, std::size_t, float*, std::size_t);
template void toUnits(const double*, std::size_t, std::size_t, double*, std::size_t);
template void fromUnits(const float*, std::size_t, std::size_t, std::size_t, float*);
template void fromUnits(const double*, std::size_t, std::size_t, std::size_t, double*);

}  // namespace flipside::network
#endif
