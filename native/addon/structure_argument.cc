#include "addon/structure_argument.h"

#include "addon/arguments.h"
#include "design/bad_value.h"

namespace flipside::addon {
namespace {

/// Infinity is a factor and a bound; NaN is none.
void requireEach(const std::vector<double>& values, const char* name, const char* requirement,
                 bool (*accepts)(double)) {
  for (std::size_t j = 0; j < values.size(); ++j) {
    if (!accepts(values[j])) throw badElement(name, requirement, j, values[j]);
  }
}

}  // namespace

StructureArgument::StructureArgument(napi_env env, napi_value request, std::size_t columns,
                                     Structure& target)
    : columns_(columns), target_(target) {
  const napi_value value = readProperty(env, request, {"structure"});
  if (isMissing(env, value)) return;
  requireObject(env, value, {"structure"}, "an object");
  const Length length{columns, "the columns of x"};
  vectors_.push_back({{"factors"}, length, target.factors, true});
  vectors_.push_back({{"lower"}, length, target.lower, true});
  vectors_.push_back({{"upper"}, length, target.upper, true});
  for (VectorArgument& vector : vectors_) vector.read(env, value);
  groups_ = readProperty(env, value, {"groups"});
  const auto flag = [&](const char* key) {
    return readBoolean(env, readProperty(env, value, {key}), {key});
  };
  target.factorsScaleLambda = flag("factorsScaleLambda");
  target.joint = flag("joint");
}

void StructureArgument::copy(napi_env env) const {
  for (const VectorArgument& vector : vectors_) vector.copy(env);
  requireEach(target_.factors, "factors", "a number >= 0", [](double m) { return m >= 0.0; });
  requireEach(target_.lower, "lower", "a number <= 0", [](double b) { return b <= 0.0; });
  requireEach(target_.upper, "upper", "a number >= 0", [](double b) { return b >= 0.0; });
  if (groups_ == nullptr || isMissing(env, groups_)) return;
  const ArrayView view =
      viewArray(env, groups_, {"groups"}, {napi_int32_array}, {columns_, "the columns of x"});
  for (const std::int32_t group : copyElements<std::int32_t>(view)) {
    if (group < 0 || static_cast<std::size_t>(group) >= columns_) {
      throw badElement("groups", "an integer from 0 to below the columns of x",
                       target_.groups.size(), group);
    }
    target_.groups.push_back(static_cast<std::uint32_t>(group));
  }
}

}  // namespace flipside::addon
