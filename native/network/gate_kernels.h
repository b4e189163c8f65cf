// The passes of hard concrete gates over the weights of a block (hard_concrete.cc).
#pragma once

#include <cstddef>

#include "network/method.h"
#include "random/continuous.h"

namespace flipside::network {

/// block.memory = s.
template <typename Value>
void gatedWeights(const Block<Value>& block, Value* weights);

/// Method::gradients; strength = lossScale lambda.
template <typename Value>
void gateGradients(const Block<Value>& block, const HardConcreteShape& shape, double strength,
                   Value* g, Value* h);

/// weights = w times the gate at u = 1/2 without the division by beta, keep = P(s != 0).
template <typename Value>
void gatedMeans(const Block<Value>& block, const HardConcreteShape& shape, Value* weights);
template <typename Value>
void gateKeep(const Block<Value>& block, const HardConcreteShape& shape, Value* keep);

/// The sum of P(s != 0), in order.
template <typename Value>
double openGates(const Block<Value>& block, const HardConcreteShape& shape);

}  // namespace flipside::network
