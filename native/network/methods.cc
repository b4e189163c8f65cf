#include <algorithm>
#include <string_view>

#include "design/bad_value.h"
#include "network/factories.h"
#include "network/method.h"

namespace flipside::network {
namespace {

template <typename Value>
struct MethodItem {
  std::string_view name;
  std::unique_ptr<Method<Value>> (*make)(const MethodOptions&);
};

/// Plain backpropagation.
template <typename Value>
class Plain final : public Method<Value> {
 public:
  MethodNeeds needs() const override { return {}; }
  void gradients(const Step&, const Block<Value>&, Value*, Value*) const override {}
  double penalty(const Step&, const Block<Value>&) const override { return 0.0; }
  void evaluation(const Step&, const Block<Value>& block, Value* weights,
                  Value* keep) const override {
    if (weights != nullptr) std::copy_n(block.w, block.count, weights);
    if (keep != nullptr) std::fill_n(keep, block.count, Value{1});
  }
};

}  // namespace

template <typename Value>
std::unique_ptr<Method<Value>> makePlain(const MethodOptions&) {
  return std::make_unique<Plain<Value>>();
}

template <typename Value>
std::unique_ptr<Method<Value>> makeMethod(const MethodOptions& options) {
  static constexpr MethodItem<Value> kMethods[] = {
      {"none", makePlain<Value>},
      {"directPenalty", makePenalised<Value>},
      {"adaptiveTikhonov", makePenalised<Value>},
      {"adaptiveProx", makePenalised<Value>},
      {"etaTrick", makeEtaTrick<Value>},
      {"adaptiveDropout", makeAdaptiveDropout<Value>},
      {"variationalDropout", makeVariational<Value>},
      {"hardConcrete", makeHardConcrete<Value>},
      {"magnitudePruning", makeMagnitudePruning<Value>},
  };
  const auto* const found = std::ranges::find(kMethods, options.name, &MethodItem<Value>::name);
  if (found == std::end(kMethods)) {
    throw BadValue("UNSUPPORTED", "method", "method must be served, but is " + options.name);
  }
  return found->make(options);
}

template std::unique_ptr<Method<float>> makeMethod(const MethodOptions&);
template std::unique_ptr<Method<double>> makeMethod(const MethodOptions&);

}  // namespace flipside::network
