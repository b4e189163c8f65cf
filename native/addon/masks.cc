// sampleMask, simd.
#include <array>
#include <cstring>

#include "addon/arguments.h"
#include "addon/arrays.h"
#include "addon/environment.h"
#include "addon/exports.h"
#include "addon/results.h"
#include "masks/sample.h"
#include "simd/simd.h"

namespace flipside::addon {
namespace {

constexpr std::size_t kHeaderLength = 18;
using Header = std::array<double, kHeaderLength>;

std::uint64_t wide(double low, double high) {
  return static_cast<std::uint64_t>(low) + (static_cast<std::uint64_t>(high) << 32U);
}

MaskParameter readParameter(napi_env env, napi_value value, const Header& header) {
  if (isMissing(env, value)) return header[8];
  const ArrayView view =
      viewArray(env, value, {"parameter"}, {napi_float32_array, napi_float64_array});
  if (view.type == napi_float32_array) return reinterpret_cast<const float*>(view.bytes);
  return reinterpret_cast<const double*>(view.bytes);
}

MaskOutput readOutput(napi_env env, napi_value value, const Header& header) {
  const ArrayView view =
      viewArray(env, value, {"out"}, {napi_float32_array, napi_float64_array, napi_uint8_array});
  auto* memory = const_cast<std::uint8_t*>(view.bytes);
  if (view.type == napi_float32_array) return reinterpret_cast<float*>(memory);
  if (view.type == napi_float64_array) return reinterpret_cast<double*>(memory);
  if (header[1] == 1.0) return PackedBits{memory};
  return memory;
}

}  // namespace

napi_value sampleMask(Environment& environment, const Arguments& arguments) {
  const napi_env env = environment.env();
  const ArrayView numbers = viewArray(env, arguments[0], {"numbers"}, {napi_float64_array},
                                      {kHeaderLength, "its layout"});
  Header header;
  std::memcpy(header.data(), numbers.bytes, sizeof(header));
  MaskDraws draws;
  draws.kind = static_cast<MaskKind>(header[0]);
  draws.count = static_cast<std::size_t>(header[2]);
  draws.address = {wide(header[3], header[4]), wide(header[5], header[6])};
  draws.first = static_cast<std::uint64_t>(header[7]);
  draws.shape = {header[9], header[10], header[11]};
  draws.parameter = readParameter(env, arguments[2], header);
  flipside::sampleMask(draws, readOutput(env, arguments[1], header));
  return nullptr;
}

napi_value simd(Environment& environment, const Arguments& arguments) {
  const napi_env env = environment.env();
  if (!isMissing(env, arguments[0])) {
    const std::string name = readText(env, arguments[0], {"target"});
    bool done = false;
    for (const SimdTarget target : {SimdTarget::baseline, SimdTarget::avx2, SimdTarget::avx512}) {
      if (name == simdTargetName(target)) done = forceSimdTarget(target);
    }
    if (!done) {
      failExpected(env, "UNSUPPORTED", {"target"},
                   R"("baseline", "avx2" or "avx512", and one that this machine has)",
                   arguments[0]);
    }
  }
  napi_value object = nullptr;
  check(napi_create_object(env, &object));
  setProperty(env, object, "inUse", textToJs(env, std::string(simdTargetName(simdTarget()))));
  setProperty(env, object, "best", textToJs(env, std::string(simdTargetName(bestSimdTarget()))));
  return object;
}

}  // namespace flipside::addon
