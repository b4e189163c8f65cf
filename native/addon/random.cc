// philox.
#include "random/words.h"

#include <algorithm>
#include <array>

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
  const Address address{readWord(env, arguments[0], {"seed"}),
                        readWord(env, arguments[1], {"stream"})};
  const std::uint64_t first = readWord(env, arguments[2], {"block"});
  const ArrayView out = viewArray(env, arguments[3], {"out"}, {napi_uint32_array});
  // The words of a Uint32Array are aligned; only those of a foreign buffer may not be.
  auto* const words = reinterpret_cast<std::uint32_t*>(const_cast<std::uint8_t*>(out.bytes));
  const std::size_t whole = out.length / 4;
  fillBlocks(address, first, whole, words);
  if (out.length % 4 != 0) {
    std::array<std::uint32_t, 4> last;
    fillBlocks(address, first + whole, 1, last.data());
    std::copy_n(last.begin(), out.length % 4, words + 4 * whole);
  }
  return nullptr;
}

}  // namespace flipside::addon
