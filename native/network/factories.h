// One maker per family of methods; makeMethod (method.h) chooses among them by name.
#pragma once

#include <memory>

#include "network/method.h"

namespace flipside::network {

/// "none".
template <typename Value>
std::unique_ptr<Method<Value>> makePlain(const MethodOptions& options);
/// "directPenalty", "adaptiveTikhonov" and "adaptiveProx".
template <typename Value>
std::unique_ptr<Method<Value>> makePenalised(const MethodOptions& options);
template <typename Value>
std::unique_ptr<Method<Value>> makeEtaTrick(const MethodOptions& options);
template <typename Value>
std::unique_ptr<Method<Value>> makeAdaptiveDropout(const MethodOptions& options);
template <typename Value>
std::unique_ptr<Method<Value>> makeVariational(const MethodOptions& options);
template <typename Value>
std::unique_ptr<Method<Value>> makeHardConcrete(const MethodOptions& options);
template <typename Value>
std::unique_ptr<Method<Value>> makeMagnitudePruning(const MethodOptions& options);

}  // namespace flipside::network
