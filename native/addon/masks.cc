// sampleMask, sampleKept.
#include "addon/background.h"
#include "addon/environment.h"
#include "addon/exports.h"
#include "addon/index_array.h"
#include "addon/mask_request.h"
#include "addon/mask_task.h"
#include "masks/kept.h"
#include "masks/sample.h"

namespace flipside::addon {
namespace {

MaskInput readKept(napi_env env, const MaskProperties& given) {
  constexpr std::size_t most = std::size_t{1} << 32U;
  MaskInput input(env, given.numbers, given.parameter, given.penalty);
  const MaskDraws& draws = input.draws();
  if (draws.kind == MaskKind::gaussian) {
    throw Failure("UNSUPPORTED", "kind must not be that of a Gaussian mask, which keeps all");
  }
  if (draws.count > most) {
    throw Failure("TOO_LARGE", "count must be at most 2^32, but is " + std::to_string(draws.count));
  }
  return input;
}

}  // namespace

napi_value sampleMask(Environment& environment, const Arguments& arguments) {
  const napi_env env = environment.env();
  const MaskInput input(env, arguments[0], arguments[2], arguments[3]);
  flipside::sampleMask(input.draws(), readMaskOutput(env, arguments[1], input));
  return nullptr;
}

napi_value sampleMaskAsync(Environment& environment, const Arguments& arguments) {
  const napi_env env = environment.env();
  const Callbacks callbacks(environment, arguments);
  const MaskProperties given = MaskProperties::read(env, arguments[0]);
  MaskInput input(env, given.numbers, given.parameter, given.penalty);
  const MaskOutput out = readMaskOutput(env, given.out, input);
  input.own();
  return submitMask(callbacks,
                    [input = std::move(input), out](const MaskControl& control) {
                      flipside::sampleMask(input.draws(), out, control);
                      return nothing();
                    },
                    {given.out});
}

napi_value sampleKept(Environment& environment, const Arguments& arguments) {
  const napi_env env = environment.env();
  const MaskInput input = readKept(env, MaskProperties::read(env, arguments[0]));
  return newUint32Array(environment, flipside::sampleKept(input.draws()));
}

napi_value sampleKeptAsync(Environment& environment, const Arguments& arguments) {
  const napi_env env = environment.env();
  const Callbacks callbacks(environment, arguments);
  MaskInput input = readKept(env, MaskProperties::read(env, arguments[0]));
  input.own();
  return submitMask(callbacks, [input = std::move(input)](const MaskControl& control) -> Product {
    auto kept = std::make_shared<IndexList>(flipside::sampleKept(input.draws(), control));
    return [kept](const Environment& at) { return newUint32Array(at, std::move(*kept)); };
  });
}

}  // namespace flipside::addon
