#include "design/bad_value.h"
#include "network/factories.h"

namespace flipside::network {

template <typename Value>
std::unique_ptr<Method<Value>> makePenalised(const MethodOptions& options) {
  throw BadValue("UNSUPPORTED", "method", "method must be served, but is " + options.name);
}

template std::unique_ptr<Method<float>> makePenalised(const MethodOptions&);
template std::unique_ptr<Method<double>> makePenalised(const MethodOptions&);

}  // namespace flipside::network
