// philox.
#include "random/philox.h"

#include <algorithm>
#include <cstring>

#include "addon/arguments.h"
#include "addon/arrays.h"
#include "addon/environment.h"
#include "addon/exports.h"

namespace flipside::addon {
namespace {

std::uint64_t readWord(napi_env env, napi_value value, Name name) {
  std::uint64_t word = 0;
  bool lossless = false;
  constexpr const char* requirement = "a bigint from 0n to 2n ** 64n - 1n";
  if (napi_get_value_bigint_uint64(env, value, &word, &lossless) != napi_ok) {
    failExpected(env, "INVALID_ARGUMENT", name, requirement, value);
  }
  if (!lossless) failExpected(env, "OUT_OF_RANGE", name, requirement, value);
  return word;
}

}  // namespace

napi_value philox(Environment& environment, const Arguments& arguments) {
  const napi_env env = environment.env();
  const Philox stream(readWord(env, arguments[0], {"seed"}),
                      readWord(env, arguments[1], {"stream"}));
  std::uint64_t index = readWord(env, arguments[2], {"block"});
  const ArrayView out = viewArray(env, arguments[3], {"out"}, {napi_uint32_array});
  for (std::size_t i = 0; i < out.length; i += 4) {
    const Philox::Block words = stream.block(index++);
    const std::size_t count = std::min(words.size(), out.length - i);
    // The memory may be aligned for nothing.
    std::memcpy(const_cast<std::uint8_t*>(out.bytes) + 4 * i, words.data(), 4 * count);
  }
  return nullptr;
}

}  // namespace flipside::addon
