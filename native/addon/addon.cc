// The export table.
#include <napi.h>

#include "addon/arguments.h"
#include "addon/environment.h"
#include "addon/exit_guard.h"
#include "addon/exports.h"
#include "linalg/linalg.h"

namespace flipside::addon {

napi_value initialize(Environment& environment, const Arguments& arguments) {
  requireFunction(environment.env(), arguments[0], {"errorClass"});
  environment.setErrorClass(arguments[0]);
  return nullptr;
}

namespace {

template <Export body>
napi_property_descriptor entry(const char* name, Environment* environment) {
  return {name, nullptr, guarded<body>, nullptr, nullptr, nullptr, napi_enumerable, environment};
}

void load(napi_env env, napi_value exports) {
  ExitGuard::install();
  Environment* const environment = Environment::attach(env);
  const napi_property_descriptor table[] = {
      entry<initialize>("initialize", environment),
      entry<listCatalogue>("catalogue", environment),
      entry<createPenalty>("createPenalty", environment),
      entry<createTablePenalty>("createTablePenalty", environment),
      entry<createElasticNet>("createElasticNet", environment),
      entry<omega>("omega", environment),
      entry<dual>("dual", environment),
      entry<etaHat>("etaHat", environment),
      entry<slope>("slope", environment),
      entry<keepProbabilities>("keepProbabilities", environment),
      entry<maskVariances>("maskVariances", environment),
      entry<omegaAt>("omegaAt", environment),
      entry<dualAt>("dualAt", environment),
      entry<etaHatAt>("etaHatAt", environment),
      entry<slopeAt>("slopeAt", environment),
      entry<curvatureAt>("curvatureAt", environment),
      entry<dualSlopeAt>("dualSlopeAt", environment),
      entry<proxAt>("proxAt", environment),
      entry<proxThreshold>("proxThreshold", environment),
      entry<concavity>("concavity", environment),
      entry<lossAt>("lossAt", environment),
      entry<lossDeviance>("lossDeviance", environment),
      entry<isSeparable>("isSeparable", environment),
      entry<isConvex>("isConvex", environment),
      entry<needsDesign>("needsDesign", environment),
      entry<automaticSolver>("automaticSolver", environment),
      entry<fit>("fit", environment),
      entry<cancel>("cancel", environment),
      entry<fitSync>("fitSync", environment),
      entry<fitMany>("fitMany", environment),
      entry<crossValidate>("crossValidate", environment),
      entry<prepareDesign>("prepareDesign", environment),
      entry<closeDesign>("closeDesign", environment),
      entry<gramOfBlock>("gramOfBlock", environment),
      entry<gramOfBoth>("gramOfBoth", environment),
      entry<gramRows>("gramRows", environment),
      entry<gramSums>("gramSums", environment),
      entry<gramFromSums>("gramFromSums", environment),
      entry<expectation>("expectation", environment),
      entry<philox>("philox", environment),
      entry<sampleMask>("sampleMask", environment),
      entry<sampleMaskAsync>("sampleMaskAsync", environment),
      entry<sampleKept>("sampleKept", environment),
      entry<sampleKeptAsync>("sampleKeptAsync", environment),
      entry<applyMask>("applyMask", environment),
      entry<maskedProduct>("maskedProduct", environment),
      entry<maskMoments>("maskMoments", environment),
      entry<applyMaskAsync>("applyMaskAsync", environment),
      entry<maskedProductAsync>("maskedProductAsync", environment),
      entry<maskMomentsAsync>("maskMomentsAsync", environment),
      entry<createDataset>("createDataset", environment),
      entry<fillDataset>("fillDataset", environment),
      entry<createTraining>("createTraining", environment),
      entry<trainEpoch>("trainEpoch", environment),
      entry<evaluateTraining>("evaluateTraining", environment),
      entry<trainingState>("trainingState", environment),
      entry<restoreTraining>("restoreTraining", environment),
      entry<trainedLayers>("trainedLayers", environment),
      entry<trainingGradient>("trainingGradient", environment),
      entry<closeTraining>("closeTraining", environment),
      entry<createPredictor>("createPredictor", environment),
      entry<predictNetwork>("predictNetwork", environment),
      entry<predictNetworkSync>("predictNetworkSync", environment),
      entry<simd>("simd", environment),
      entry<memory>("memory", environment),
      entry<tileProduct>("tileProduct", environment),
      entry<tileRate>("tileRate", environment),
      entry<teamTrial>("teamTrial", environment),
      entry<gram>("gram", environment),
      entry<ridge>("ridge", environment),
      entry<designOperations>("designOperations", environment),
      entry<threads>("threads", environment),
      entry<setThreads>("setThreads", environment),
      entry<activity>("activity", environment),
      entry<information>("information", environment),
  };
  check(napi_define_properties(env, exports, std::size(table), table));
}

}  // namespace
}  // namespace flipside::addon

NAPI_MODULE_INIT() {
  try {
    flipside::linalg::initialise();
    flipside::addon::load(env, exports);
    return exports;
  } catch (...) {
    // Refused, which is as well, when it is a worker_thread that was terminated as it loaded this.
    flipside::addon::takePending(env);
    napi_throw_error(env, "INTERNAL", "the addon of flipside could not be set up");
    return nullptr;
  }
}
