// The functions of binding.d.ts, in its order.
#pragma once

#include "addon/failure.h"

namespace flipside::addon {

napi_value initialize(Environment&, const Arguments&);
// penalties.cc
napi_value listCatalogue(Environment&, const Arguments&);
napi_value createPenalty(Environment&, const Arguments&);
napi_value createTablePenalty(Environment&, const Arguments&);
napi_value createElasticNet(Environment&, const Arguments&);
napi_value omega(Environment&, const Arguments&);
napi_value dual(Environment&, const Arguments&);
napi_value etaHat(Environment&, const Arguments&);
napi_value slope(Environment&, const Arguments&);
napi_value keepProbabilities(Environment&, const Arguments&);
napi_value maskVariances(Environment&, const Arguments&);
napi_value omegaAt(Environment&, const Arguments&);
napi_value dualAt(Environment&, const Arguments&);
napi_value etaHatAt(Environment&, const Arguments&);
napi_value slopeAt(Environment&, const Arguments&);
napi_value curvatureAt(Environment&, const Arguments&);
napi_value dualSlopeAt(Environment&, const Arguments&);
napi_value proxAt(Environment&, const Arguments&);
napi_value proxThreshold(Environment&, const Arguments&);
napi_value concavity(Environment&, const Arguments&);
napi_value lossAt(Environment&, const Arguments&);
napi_value lossDeviance(Environment&, const Arguments&);
napi_value isSeparable(Environment&, const Arguments&);
napi_value isConvex(Environment&, const Arguments&);
napi_value needsDesign(Environment&, const Arguments&);
// fit.cc
napi_value automaticSolver(Environment&, const Arguments&);
napi_value fit(Environment&, const Arguments&);
napi_value fitSync(Environment&, const Arguments&);
// fit_many.cc
napi_value fitMany(Environment&, const Arguments&);
// cross_validate.cc
napi_value crossValidate(Environment&, const Arguments&);
// design_handle.cc
napi_value prepareDesign(Environment&, const Arguments&);
napi_value closeDesign(Environment&, const Arguments&);
// gram_handle.cc
napi_value gramOfBlock(Environment&, const Arguments&);
napi_value gramOfBoth(Environment&, const Arguments&);
napi_value gramRows(Environment&, const Arguments&);
napi_value gramSums(Environment&, const Arguments&);
napi_value gramFromSums(Environment&, const Arguments&);
// background.cc
napi_value cancel(Environment&, const Arguments&);
// expectation.cc
napi_value expectation(Environment&, const Arguments&);
// random.cc
napi_value philox(Environment&, const Arguments&);
// masks.cc
napi_value sampleMask(Environment&, const Arguments&);
napi_value sampleMaskAsync(Environment&, const Arguments&);
napi_value sampleKept(Environment&, const Arguments&);
napi_value sampleKeptAsync(Environment&, const Arguments&);
// mask_operations.cc
napi_value applyMask(Environment&, const Arguments&);
napi_value maskedProduct(Environment&, const Arguments&);
napi_value maskMoments(Environment&, const Arguments&);
napi_value applyMaskAsync(Environment&, const Arguments&);
napi_value maskedProductAsync(Environment&, const Arguments&);
napi_value maskMomentsAsync(Environment&, const Arguments&);
// dataset.cc
napi_value createDataset(Environment&, const Arguments&);
napi_value fillDataset(Environment&, const Arguments&);
// training_handle.cc
napi_value createTraining(Environment&, const Arguments&);
napi_value closeTraining(Environment&, const Arguments&);
// training.cc
napi_value trainEpoch(Environment&, const Arguments&);
napi_value evaluateTraining(Environment&, const Arguments&);
napi_value trainedLayers(Environment&, const Arguments&);
napi_value trainingGradient(Environment&, const Arguments&);
// training_state.cc
napi_value trainingState(Environment&, const Arguments&);
napi_value restoreTraining(Environment&, const Arguments&);
// predictor.cc
napi_value createPredictor(Environment&, const Arguments&);
napi_value predictNetwork(Environment&, const Arguments&);
napi_value predictNetworkSync(Environment&, const Arguments&);
// memory.cc
napi_value memory(Environment&, const Arguments&);
// tiles.cc
napi_value tileProduct(Environment&, const Arguments&);
napi_value tileRate(Environment&, const Arguments&);
napi_value teamTrial(Environment&, const Arguments&);
// linear.cc
napi_value gram(Environment&, const Arguments&);
napi_value ridge(Environment&, const Arguments&);
// design.cc
napi_value designOperations(Environment&, const Arguments&);
// process.cc
napi_value threads(Environment&, const Arguments&);
napi_value setThreads(Environment&, const Arguments&);
napi_value activity(Environment&, const Arguments&);
napi_value information(Environment&, const Arguments&);
napi_value simd(Environment&, const Arguments&);

}  // namespace flipside::addon
