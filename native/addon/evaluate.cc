// A penalty evaluated at a vector or a number.
#include "penalties/penalty.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <utility>

#include "addon/arguments.h"
#include "addon/arrays.h"
#include "addon/environment.h"
#include "addon/exports.h"
#include "addon/matrix_argument.h"
#include "addon/penalty_handle.h"
#include "addon/results.h"

namespace flipside::addon {
namespace {

/// (penalty, vector, lambda, design?) as they came, read in place: nothing here calls into
/// JavaScript after the properties of the design.
class Evaluation {
 public:
  Evaluation(napi_env env, const Arguments& arguments, const char* vector)
      : penalty_(unwrapPenalty(env, arguments[0])),
        lambda_(readNonnegative(env, arguments[2], {"lambda"})),
        design_(readDesign(env, arguments[3])),
        vector_(viewArray(env, arguments[1], {vector}, {napi_float64_array})) {
    if (vector_.length == 0) throw Failure("EMPTY", std::string(vector) + " must not be empty");
    if (!penalty_->needsDesign()) return;
    if (vector_.length != design_.columns()) {
      throw Failure("LENGTH_MISMATCH", std::string(vector) + " must be a Float64Array of length " +
                                           std::to_string(design_.columns()) +
                                           " (the columns of design), but has length " +
                                           std::to_string(vector_.length));
    }
    if (!design_.isColumnMajorDoubles(env)) {
      throw Failure("INVALID_ARGUMENT", "design must be a column-major matrix over a Float64Array");
    }
    elements_.emplace(design_.elements(env));
    requireFinite(elements_->values(), "design.data");
  }

  const Penalty& penalty() const { return *penalty_; }
  Doubles vector() const { return Doubles(vector_); }
  PenaltyContext context() const {
    PenaltyContext context{lambda_, {}};
    if (elements_) {
      context.columns = {elements_->values().data(), design_.rows(), design_.columns(),
                         design_.rows()};
    }
    return context;
  }

 private:
  MatrixArgument readDesign(napi_env env, napi_value value) const {
    if (!penalty_->needsDesign()) return {};
    if (isMissing(env, value)) {
      throw Failure("NEEDS_DESIGN",
                    "this penalty depends on the design: pass its standardised columns");
    }
    return MatrixArgument::read(env, value, "design");
  }

  std::shared_ptr<const Penalty> penalty_;
  double lambda_;
  MatrixArgument design_;
  ArrayView vector_;
  std::optional<Doubles> elements_;
};

using Elementwise = void (Penalty::*)(std::span<const double>, const PenaltyContext&,
                                      std::span<double>) const;

napi_value elementwise(Environment& environment, const Arguments& arguments, Elementwise function) {
  const Evaluation at(environment.env(), arguments, "w");
  const Doubles w = at.vector();
  requireFinite(w.values(), "w");
  std::vector<double> out(w.values().size());
  (at.penalty().*function)(w.values(), at.context(), out);
  const NewArray result = newFloat64Array(environment, out.size());
  std::ranges::copy(out, result.values.begin());
  return result.value;
}

std::shared_ptr<const SeparablePenalty> unwrapSeparable(napi_env env, napi_value value) {
  auto penalty = std::dynamic_pointer_cast<const SeparablePenalty>(unwrapPenalty(env, value));
  if (penalty == nullptr)
    throw Failure("INVALID_ARGUMENT", "penalty must be separable, but is not");
  return penalty;
}

/// eta may be infinite: mcp and scad do not shrink a large w at all.
double readEta(napi_env env, napi_value value) {
  const double eta = readNumber(env, value, {"eta"});
  if (eta >= 0.0) return eta;
  failExpected(env, eta < 0.0 ? "OUT_OF_RANGE" : "NOT_FINITE", {"eta"}, "a number >= 0", value);
}

using Scalar = double (SeparablePenalty::*)(double, double) const;

napi_value atWeight(Environment& environment, const Arguments& arguments, Scalar function) {
  const napi_env env = environment.env();
  const auto penalty = unwrapSeparable(env, arguments[0]);
  const double w = readNonnegative(env, arguments[1], {"w"});
  const double lambda = readNonnegative(env, arguments[2], {"lambda"});
  return numberToJs(env, ((*penalty).*function)(w, lambda));
}

napi_value atEta(Environment& environment, const Arguments& arguments, Scalar function) {
  const napi_env env = environment.env();
  const auto penalty = unwrapSeparable(env, arguments[0]);
  const double eta = readEta(env, arguments[1]);
  const double lambda = readNonnegative(env, arguments[2], {"lambda"});
  return numberToJs(env, ((*penalty).*function)(eta, lambda));
}

/// (..., h, lambda) with h at this index: a curvature is positive.
std::pair<double, double> readStep(napi_env env, const Arguments& arguments, std::size_t index) {
  const double h = readNonnegative(env, arguments[index], {"h"});
  if (!(h > 0.0)) failExpected(env, "OUT_OF_RANGE", {"h"}, "a finite number > 0", arguments[index]);
  return {h, readNonnegative(env, arguments[index + 1], {"lambda"})};
}

using OfWeights = void (SeparablePenalty::*)(std::span<const double>, double,
                                             std::span<double>) const;

/// (penalty, w, lambda, out, tabulated?)
napi_value ofWeights(napi_env env, const Arguments& arguments, OfWeights function) {
  auto penalty = unwrapSeparable(env, arguments[0]);
  const double lambda = readNonnegative(env, arguments[2], {"lambda"});
  const bool tabulated =
      !isMissing(env, arguments[4]) && readBoolean(env, arguments[4], {"tabulated"});
  const ArrayView w = viewArray(env, arguments[1], {"w"}, {napi_float64_array});
  const ArrayView out =
      viewArray(env, arguments[3], {"out"}, {napi_float64_array}, {w.length, "the length of w"});
  if (w.length == 0) throw Failure("EMPTY", "w must not be empty");
  // A copy, since the two may overlap.
  std::vector<double> values(w.length);
  std::memcpy(values.data(), w.bytes, sizeof(double) * w.length);
  requireFinite(values, "w");
  if (tabulated) {
    if (auto table = penalty->tabulated(lambda)) penalty = std::move(table);
  }
  ((*penalty).*function)(values, lambda, values);
  auto* const memory = const_cast<std::uint8_t*>(out.bytes);
  std::memcpy(memory, values.data(), sizeof(double) * w.length);
  return nullptr;
}

}  // namespace

napi_value omega(Environment& environment, const Arguments& arguments) {
  const Evaluation at(environment.env(), arguments, "w");
  const Doubles w = at.vector();
  requireFinite(w.values(), "w");
  return numberToJs(environment.env(), at.penalty().omega(w.values(), at.context()));
}

napi_value dual(Environment& environment, const Arguments& arguments) {
  const Evaluation at(environment.env(), arguments, "eta");
  const Doubles eta = at.vector();
  requireNonnegative(eta.values(), "eta");
  return numberToJs(environment.env(), at.penalty().dual(eta.values(), at.context()));
}

napi_value etaHat(Environment& environment, const Arguments& arguments) {
  return elementwise(environment, arguments, &Penalty::etaHat);
}

napi_value slope(Environment& environment, const Arguments& arguments) {
  return elementwise(environment, arguments, &Penalty::slope);
}

napi_value keepProbabilities(Environment& environment, const Arguments& arguments) {
  return ofWeights(environment.env(), arguments, &SeparablePenalty::keepProbabilities);
}

napi_value maskVariances(Environment& environment, const Arguments& arguments) {
  return ofWeights(environment.env(), arguments, &SeparablePenalty::maskVariances);
}

napi_value omegaAt(Environment& environment, const Arguments& arguments) {
  return atWeight(environment, arguments, &SeparablePenalty::omegaAt);
}

napi_value dualAt(Environment& environment, const Arguments& arguments) {
  return atEta(environment, arguments, &SeparablePenalty::dualAt);
}

napi_value etaHatAt(Environment& environment, const Arguments& arguments) {
  return atWeight(environment, arguments, &SeparablePenalty::etaHatAt);
}

napi_value slopeAt(Environment& environment, const Arguments& arguments) {
  return atWeight(environment, arguments, &SeparablePenalty::slopeAt);
}

napi_value curvatureAt(Environment& environment, const Arguments& arguments) {
  return atWeight(environment, arguments, &SeparablePenalty::curvatureAt);
}

napi_value proxAt(Environment& environment, const Arguments& arguments) {
  const napi_env env = environment.env();
  const auto penalty = unwrapSeparable(env, arguments[0]);
  const double z = readNonnegative(env, arguments[1], {"z"});
  const auto [h, lambda] = readStep(env, arguments, 2);
  return numberToJs(env, penalty->proxAt(z, h, lambda));
}

napi_value proxThreshold(Environment& environment, const Arguments& arguments) {
  const napi_env env = environment.env();
  const auto penalty = unwrapSeparable(env, arguments[0]);
  const auto [h, lambda] = readStep(env, arguments, 1);
  return numberToJs(env, penalty->proxThreshold(h, lambda));
}

napi_value concavity(Environment& environment, const Arguments& arguments) {
  const napi_env env = environment.env();
  const auto penalty = unwrapSeparable(env, arguments[0]);
  return numberToJs(env, penalty->concavity(readNonnegative(env, arguments[1], {"lambda"})));
}

napi_value dualSlopeAt(Environment& environment, const Arguments& arguments) {
  return atEta(environment, arguments, &SeparablePenalty::dualSlopeAt);
}

}  // namespace flipside::addon
