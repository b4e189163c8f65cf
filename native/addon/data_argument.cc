#include "addon/data_argument.h"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "addon/arguments.h"
#include "addon/matrix_argument.h"
#include "design/bad_value.h"

namespace flipside::addon {
namespace {

constexpr std::pair<const char*, MaskKind> kMasks[] = {
    {"bernoulli", MaskKind::bernoulli},
    {"unscaledBernoulli", MaskKind::unscaledBernoulli},
    {"gaussian", MaskKind::gaussian},
    {"hardConcrete", MaskKind::hardConcrete}};

}  // namespace

void VectorArgument::read(napi_env env, napi_value request) {
  value = readProperty(env, request, name);
}

void VectorArgument::copy(napi_env env) const {
  if (optional && isMissing(env, value)) return;
  target = copyDoubles(env, value, name, length);
}

MaskKind readMask(napi_env env, napi_value value, Name name,
                  std::initializer_list<MaskKind> allowed) {
  const std::string text = readText(env, value, name);
  std::string words;
  for (const auto& [word, kind] : kMasks) {
    if (std::ranges::find(allowed, kind) == allowed.end()) continue;
    if (text == word) return kind;
    words += (words.empty() ? "\"" : " or \"") + std::string(word) + '"';
  }
  failExpected(env, "UNSUPPORTED", name, words, value);
}

void checkData(const RawMatrix& x, std::span<const double> y, std::span<const double> weights,
               std::span<const double> offset, const Cancellation* cancel) {
  checkIndices(x, "x", cancel);
  requireFinite(y, "y");
  requireFinite(weights, "weights");
  requireNonnegative(weights, "weights");
  if (!weights.empty() &&
      std::ranges::all_of(weights, [](double weight) { return weight == 0.0; })) {
    throw BadValue("OUT_OF_RANGE", "weights", "weights must not all be 0, but are");
  }
  requireFinite(offset, "offset");
}

void requireMemory(double bytes, const char* what) {
  static const double physical =
      static_cast<double>(sysconf(_SC_PHYS_PAGES)) * static_cast<double>(sysconf(_SC_PAGESIZE));
  if (bytes <= 0.8 * physical) return;
  const auto gigabytes = [](double size) { return numberText(std::round(size / 1e7) / 100.0); };
  throw Failure("OUT_OF_MEMORY", std::string(what) + " needs " + gigabytes(bytes) +
                                     " GB of memory, but this machine has " + gigabytes(physical) +
                                     " GB, of which it may take 80 %");
}

}  // namespace flipside::addon
