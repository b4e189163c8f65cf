// What the functions of masks are given: a header, parameters, a penalty, and arrays that they read
// and write.
#pragma once

#include <napi.h>

#include <cstddef>
#include <initializer_list>
#include <memory>

#include "addon/arrays.h"
#include "addon/mask_header.h"
#include "masks/sample.h"
#include "penalties/penalty.h"

namespace flipside::addon {

/// The properties of a MaskRequest of binding.d.ts; missing ones are null or undefined.
struct MaskProperties {
  napi_value numbers;
  napi_value parameter;
  napi_value penalty;
  napi_value out;
  napi_value weights;
  napi_value x;
  napi_value mean;
  napi_value variance;

  /// Calls getters.
  static MaskProperties read(napi_env env, napi_value request);
};

/// A copy of floats, for a worker: made on all threads and into large pages, since the event loop
/// waits for it. It can be moved but not copied: there are pointers into it.
class FloatCopy {
 public:
  FloatCopy() = default;
  explicit FloatCopy(const ArrayView& view);
  FloatCopy(FloatCopy&&) = default;
  FloatCopy& operator=(FloatCopy&&) = default;
  /// Of the type of the view that was copied.
  MaskParameter values() const;

 private:
  std::unique_ptr<float[]> floats_;
  std::unique_ptr<double[]> doubles_;
};

/// A mask as it was asked for. Its parameters are where JavaScript has them until own() is called.
class MaskInput {
 public:
  /// Calls no JavaScript.
  MaskInput(napi_env env, napi_value numbers, napi_value parameter, napi_value penalty);
  // The draws point into the copies of the parameters, which move along but are not copied.
  MaskInput(const MaskInput&) = delete;
  MaskInput& operator=(const MaskInput&) = delete;
  MaskInput(MaskInput&&) = default;
  MaskInput& operator=(MaskInput&&) = default;
  ~MaskInput() = default;

  const MaskHeader& header() const { return header_; }
  /// Good while this is where it is.
  const MaskDraws& draws() const { return header_.draws; }
  /// What the parameters lie in; of length 0 for a number.
  const ArrayView& parameter() const { return parameter_; }
  /// Uses these floats as the weights of the penalty: applyMask without a parameter.
  void useWeights(const ArrayView& weights);
  /// Copies the parameters.
  void own();

 private:
  void setParameter(const ArrayView& view);

  MaskHeader header_;
  ArrayView parameter_;
  FloatCopy copy_;
  std::shared_ptr<const Penalty> penalty_;
};

/// Float32Array or Float64Array.
ArrayView viewFloats(napi_env env, napi_value value, Name name);
ArrayView viewFloats(napi_env env, napi_value value, Name name, Length length);
/// The view; refuses one of a buffer that V8 did not allocate and that does not lie at a multiple
/// of the size of the elements.
const ArrayView& requireAligned(const ArrayView& view, Name name);
/// The memory of an array that will be written.
template <typename Element>
Element* writable(const ArrayView& view) {
  return reinterpret_cast<Element*>(const_cast<std::uint8_t*>(view.bytes));
}

/// Refuses an output that overlaps an input, unless they are the same elements of the same type.
void requireApart(const ArrayView& out, Name outName, const ArrayView& input, const char* name);

/// The same, without an exception.
void requireDisjoint(const ArrayView& out, Name outName, const ArrayView& input, const char* name);

/// Where the elements of a mask go.
MaskOutput readMaskOutput(napi_env env, napi_value out, const MaskInput& input);

}  // namespace flipside::addon
