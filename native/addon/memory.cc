// memory.
#include "simd/memory.h"

#include <algorithm>
#include <atomic>

#include "addon/arguments.h"
#include "addon/arrays.h"
#include "addon/environment.h"
#include "addon/exports.h"
#include "addon/results.h"
#include "linalg/pool.h"

namespace flipside::addon {
namespace {

/// Elements that one thread goes through at a time.
constexpr std::size_t kChunk = std::size_t{1} << 17U;

template <typename Body>
void inChunks(std::size_t count, const Body& body) {
  linalg::parallelFor((count + kChunk - 1) / kChunk, [&](std::size_t chunk) {
    const std::size_t first = chunk * kChunk;
    body(first, std::min(kChunk, count - first));
  });
}

std::uint32_t* words(const ArrayView& view) {
  return reinterpret_cast<std::uint32_t*>(const_cast<std::uint8_t*>(view.bytes));
}

}  // namespace

napi_value memory(Environment& environment, const Arguments& arguments) {
  const napi_env env = environment.env();
  const std::string operation = readText(env, arguments[0], {"operation"});
  const ArrayView array = viewArray(env, arguments[1], {"array"}, {napi_uint32_array});
  std::atomic<std::uint32_t> all{0};
  if (operation == "read") {
    inChunks(array.length, [&](std::size_t first, std::size_t count) {
      all.fetch_xor(readMemory(words(array) + first, count), std::memory_order_relaxed);
    });
  } else if (operation == "write") {
    inChunks(array.length, [&](std::size_t first, std::size_t count) {
      writeMemory(words(array) + first, count, 1);
    });
  } else if (operation == "copy") {
    const ArrayView from = viewArray(env, arguments[2], {"from"}, {napi_uint32_array},
                                     {array.length, "that of array"});
    inChunks(array.length, [&](std::size_t first, std::size_t count) {
      copyMemory(words(array) + first, words(from) + first, count);
    });
  } else {
    failExpected(env, "OUT_OF_RANGE", {"operation"}, R"("read", "write" or "copy")", arguments[0]);
  }
  return numberToJs(env, all.load());
}

}  // namespace flipside::addon
