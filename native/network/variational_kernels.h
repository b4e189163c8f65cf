// The passes of variational dropout over the weights of a block. `additive`: theta is log sigma,
// otherwise log alpha (variational.cc has the formulas).
#pragma once

#include <cstddef>

#include "network/method.h"

namespace flipside::network {

/// In: block.memory = z. Out: weights = w plus noise, and block.memory = e^(theta/2) z, or e^theta
/// z when additive.
template <typename Value>
void noisyWeights(const Block<Value>& block, bool additive, Value* weights);

/// The variances S of the weights.
template <typename Value>
void weightVariances(const Block<Value>& block, bool additive, Value* variances);

/// Method::gradients of noisy weights and of noisy outputs; strength = lossScale lambda.
template <typename Value>
void noisyWeightGradients(const Block<Value>& block, bool additive, Value strength, Value* g,
                          Value* h);
template <typename Value>
void noisyOutputGradients(const Block<Value>& block, bool additive, Value strength, Value* g,
                          Value* h);

/// keep = 1 / (1 + alpha).
template <typename Value>
void variationalKeep(const Block<Value>& block, bool additive, Value* keep);

/// The sum of KL(log alpha), in order.
template <typename Value>
double variationalDivergence(const Block<Value>& block, bool additive);

}  // namespace flipside::network
