#include "addon/mask_request.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "addon/arguments.h"
#include "addon/penalty_handle.h"
#include "design/bad_value.h"
#include "masks/parts.h"
#include "simd/huge_pages.h"

namespace flipside::addon {
namespace {

std::size_t bytesOf(const ArrayView& view) {
  switch (view.type) {
    case napi_float64_array:
      return 8 * view.length;
    case napi_float32_array:
      return 4 * view.length;
    default:
      return view.length;
  }
}

std::size_t alignmentOf(const ArrayView& view) {
  return view.type == napi_float64_array   ? alignof(double)
         : view.type == napi_float32_array ? alignof(float)
                                           : 1;
}

bool apart(const ArrayView& first, const ArrayView& second) {
  const auto a = reinterpret_cast<std::uintptr_t>(first.bytes);
  const auto b = reinterpret_cast<std::uintptr_t>(second.bytes);
  return a + bytesOf(first) <= b || b + bytesOf(second) <= a;
}

MaskParameter floatsOf(const ArrayView& view) {
  if (view.type == napi_float32_array) return reinterpret_cast<const float*>(view.bytes);
  return reinterpret_cast<const double*>(view.bytes);
}

template <typename Element>
std::unique_ptr<Element[]> copyOf(const ArrayView& view) {
  auto copy = std::make_unique_for_overwrite<Element[]>(view.length);
  adviseHugePages(copy.get(), view.length * sizeof(Element));
  const auto* const from = reinterpret_cast<const Element*>(view.bytes);
  forParts(view.length, {}, [&](std::size_t begin, std::size_t count) {
    std::copy_n(from + begin, count, copy.get() + begin);
  });
  return copy;
}

}  // namespace

MaskProperties MaskProperties::read(napi_env env, napi_value request) {
  requireObject(env, request, {"request"}, "an object");
  const auto get = [&](const char* key) { return readProperty(env, request, {key}); };
  return {get("numbers"), get("parameter"), get("penalty"), get("out"),
          get("weights"), get("x"),         get("mean"),    get("variance")};
}

FloatCopy::FloatCopy(const ArrayView& view) {
  if (view.type == napi_float32_array) {
    floats_ = copyOf<float>(view);
  } else {
    doubles_ = copyOf<double>(view);
  }
}

MaskParameter FloatCopy::values() const {
  if (floats_ != nullptr) return floats_.get();
  return doubles_.get();
}

ArrayView viewFloats(napi_env env, napi_value value, Name name) {
  return requireAligned(viewArray(env, value, name, {napi_float32_array, napi_float64_array}),
                        name);
}

ArrayView viewFloats(napi_env env, napi_value value, Name name, Length length) {
  return requireAligned(
      viewArray(env, value, name, {napi_float32_array, napi_float64_array}, length), name);
}

MaskInput::MaskInput(napi_env env, napi_value numbers, napi_value parameter, napi_value penalty)
    : header_(readMaskHeader(env, numbers)) {
  MaskDraws& draws = header_.draws;
  if (!isMissing(env, penalty)) {
    penalty_ = unwrapPenalty(env, penalty);
    draws.penalty = dynamic_cast<const SeparablePenalty*>(penalty_.get());
    if (draws.penalty == nullptr) {
      throw Failure("INVALID_ARGUMENT", "penalty must be separable, but is not");
    }
    if (!(draws.lambda >= 0.0) || std::isinf(draws.lambda)) {
      throw badNumber("lambda", "a finite number >= 0", draws.lambda,
                      std::isinf(draws.lambda) ? "NOT_FINITE" : "OUT_OF_RANGE");
    }
  }
  if (!isMissing(env, parameter)) setParameter(viewFloats(env, parameter, {"parameter"}));
}

void MaskInput::useWeights(const ArrayView& weights) { setParameter(weights); }

void MaskInput::setParameter(const ArrayView& view) {
  MaskDraws& draws = header_.draws;
  draws.weightsOfElements = draws.penalty != nullptr && draws.structured() &&
                            view.length != draws.count && view.length == draws.elements();
  if (view.length != draws.count && !draws.weightsOfElements) {
    throw Failure("LENGTH_MISMATCH",
                  "parameter must have length " + std::to_string(draws.count) + " (the draws)" +
                      (draws.penalty != nullptr && draws.structured()
                           ? " or " + std::to_string(draws.elements()) + " (the elements)"
                           : "") +
                      ", but has length " + std::to_string(view.length));
  }
  parameter_ = view;
  draws.parameter = floatsOf(view);
}

void MaskInput::own() {
  if (parameter_.length == 0) return;
  copy_ = FloatCopy(parameter_);
  parameter_ = {};
  header_.draws.parameter = copy_.values();
}

const ArrayView& requireAligned(const ArrayView& view, Name name) {
  if (reinterpret_cast<std::uintptr_t>(view.bytes) % alignmentOf(view) == 0) return view;
  throw Failure("INVALID_ARGUMENT",
                name.text() + " must lie at a multiple of its element size, but does not: copy it");
}

void requireDisjoint(const ArrayView& out, Name outName, const ArrayView& input, const char* name) {
  if (apart(out, input)) return;
  throw Failure("INVALID_ARGUMENT", outName.text() + " must not overlap " + name + ", but does");
}

void requireApart(const ArrayView& out, Name outName, const ArrayView& input, const char* name) {
  if (apart(out, input)) return;
  if (out.bytes == input.bytes && out.type == input.type && out.length == input.length) return;
  throw Failure("INVALID_ARGUMENT", outName.text() + " must not overlap " + name +
                                        " unless it is the same elements, but does");
}

MaskOutput readMaskOutput(napi_env env, napi_value value, const MaskInput& input) {
  const MaskDraws& draws = input.draws();
  const std::size_t elements = draws.elements();
  const bool packed = input.header().packed;
  const Name name{"out"};
  const ArrayView out =
      packed
          ? viewArray(env, value, name, {napi_uint8_array}, {(elements + 7) / 8, "packed bits"})
          : viewArray(env, value, name, {napi_float32_array, napi_float64_array, napi_uint8_array},
                      {elements, "the elements of the mask"});
  requireAligned(out, name);
  requireApart(out, name, input.parameter(), "parameter");
  if (out.type == napi_float32_array) return writable<float>(out);
  if (out.type == napi_float64_array) return writable<double>(out);
  if (draws.kind == MaskKind::gaussian) {
    throw Failure(
        "UNSUPPORTED",
        "out must be a Float32Array or a Float64Array for a Gaussian mask, whose elements "
        "are all kept, but is a Uint8Array");
  }
  if (packed) return PackedBits{writable<std::uint8_t>(out)};
  return writable<std::uint8_t>(out);
}

}  // namespace flipside::addon
