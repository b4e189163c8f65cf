#include "design/bad_value.h"
#include "network/factories.h"

namespace flipside::network {

template <typename Value>
std::unique_ptr<Method<Value>> makeHardConcrete(const MethodOptions& options) {
  throw BadValue("UNSUPPORTED", "method", "method must be served, but is " + options.name);
}

template std::unique_ptr<Method<float>> makeHardConcrete(const MethodOptions&);
template std::unique_ptr<Method<double>> makeHardConcrete(const MethodOptions&);

}  // namespace flipside::network
