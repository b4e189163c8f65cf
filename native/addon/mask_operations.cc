// applyMask, maskedProduct, maskMoments.
#include <limits>
#include <string>

#include "addon/arguments.h"
#include "addon/background.h"
#include "addon/environment.h"
#include "addon/exports.h"
#include "addon/mask_request.h"
#include "addon/mask_task.h"
#include "masks/apply.h"
#include "masks/moments.h"
#include "masks/product.h"

namespace flipside::addon {
namespace {

/// a b, or the largest number, which is the length of nothing.
std::size_t lengthOf(std::size_t a, std::size_t b) {
  constexpr std::size_t most = std::numeric_limits<std::size_t>::max();
  return b != 0 && a > most / b ? most : a * b;
}

/// Floats of the same kind as the weights.
ArrayView viewLikeWeights(napi_env env, napi_value value, Name name, Length length,
                          const ArrayView& weights) {
  const ArrayView view = viewFloats(env, value, name, length);
  if (view.type == weights.type) return view;
  failExpected(env, "INVALID_ARGUMENT", name,
               std::string("a ") + kindName(weights.type) + ", as weights are", value);
}

/// Calls work(Value{}) with the type of the elements.
template <typename Work>
void withType(const ArrayView& view, const Work& work) {
  if (view.type == napi_float32_array) {
    work(float{});
  } else {
    work(double{});
  }
}

template <typename Value>
const Value* elements(const MaskParameter& floats) {
  return std::get<const Value*>(floats);
}

/// What is multiplied by a mask, where JavaScript has it until own() is called.
class Weights {
 public:
  Weights(napi_env env, const MaskProperties& given, Length length, MaskInput& input)
      : view_(viewFloats(env, given.weights, {"weights"}, length)),
        ofPenalty_(input.draws().penalty != nullptr && isMissing(env, given.parameter)) {
    if (ofPenalty_) input.useWeights(view_);
  }

  const ArrayView& view() const { return view_; }
  /// After input.own(), which may have copied them already.
  void own() {
    if (!ofPenalty_) copy_ = FloatCopy(view_);
    owned_ = true;
  }
  template <typename Value>
  const Value* values(const MaskInput& input) const {
    if (!owned_) return reinterpret_cast<const Value*>(view_.bytes);
    return elements<Value>(ofPenalty_ ? input.draws().parameter : copy_.values());
  }

 private:
  ArrayView view_;
  bool ofPenalty_;
  bool owned_ = false;
  FloatCopy copy_;
};

class Application {
 public:
  Application(napi_env env, const MaskProperties& given)
      : input_(env, given.numbers, given.parameter, given.penalty),
        weights_(env, given, {input_.draws().elements(), "the elements of the mask"}, input_),
        out_(viewLikeWeights(env, given.out, {"out"},
                             {input_.draws().elements(), "the elements of the mask"},
                             weights_.view())) {
    requireApart(out_, {"out"}, weights_.view(), "weights");
    requireApart(out_, {"out"}, input_.parameter(), "parameter");
  }

  void own() {
    input_.own();
    weights_.own();
  }
  void run(const MaskControl& control) const {
    withType(out_, [&]<typename Value>(Value) {
      const std::span weights(weights_.values<Value>(input_), out_.length);
      flipside::applyMask(input_.draws(), weights, writable<Value>(out_), control);
    });
  }

 private:
  MaskInput input_;
  Weights weights_;
  ArrayView out_;
};

struct ProductShape {
  std::size_t rows;
  std::size_t columns;
  std::size_t width;
};

ProductShape readShape(const MaskHeader& header) {
  const MaskStructure& weights = header.draws.structure;
  const auto require = [](bool holds, const char* code, const std::string& message) {
    if (!holds) throw Failure(code, message);
  };
  require(weights.rows > 0 && weights.columns > 0, "EMPTY",
          "weights must have a row and a column, but are " + std::to_string(weights.rows) + " x " +
              std::to_string(weights.columns));
  require(header.xColumns > 0, "EMPTY", "x must have a column, but has 0");
  const std::size_t elements = weights.rows * weights.columns;
  require(header.draws.elements() == elements, "LENGTH_MISMATCH",
          "count must be the " + std::to_string(elements) + " elements of weights, but is " +
              std::to_string(header.draws.count));
  return {weights.rows, weights.columns, header.xColumns};
}

class Multiplication {
 public:
  Multiplication(napi_env env, const MaskProperties& given)
      : input_(env, given.numbers, given.parameter, given.penalty),
        shape_(readShape(input_.header())),
        weights_(env, given, {input_.draws().elements(), "rows times columns"}, input_),
        x_(viewLikeWeights(
            env, given.x, {"x"},
            {lengthOf(shape_.columns, shape_.width), "the columns of weights times those of x"},
            weights_.view())),
        out_(viewLikeWeights(
            env, given.out, {"out"},
            {lengthOf(shape_.rows, shape_.width), "the rows of weights times the columns of x"},
            weights_.view())) {
    requireDisjoint(out_, {"out"}, weights_.view(), "weights");
    requireDisjoint(out_, {"out"}, x_, "x");
    requireDisjoint(out_, {"out"}, input_.parameter(), "parameter");
  }

  void own() {
    input_.own();
    weights_.own();
    ownX_ = FloatCopy(x_);
    owned_ = true;
  }
  void run(const MaskControl& control) const {
    withType(out_, [&]<typename Value>(Value) {
      const Value* const x =
          owned_ ? elements<Value>(ownX_.values()) : reinterpret_cast<const Value*>(x_.bytes);
      const MaskedProduct<Value> product{shape_.rows, shape_.columns, shape_.width,
                                         weights_.values<Value>(input_), x};
      flipside::maskedProduct(input_.draws(), product, writable<Value>(out_), control);
    });
  }

 private:
  MaskInput input_;
  ProductShape shape_;
  Weights weights_;
  ArrayView x_;
  ArrayView out_;
  FloatCopy ownX_;
  bool owned_ = false;
};

class Moments {
 public:
  Moments(napi_env env, const MaskProperties& given)
      : input_(env, given.numbers, given.parameter, given.penalty),
        mean_(view(env, given.mean, {"mean"})),
        variance_(view(env, given.variance, {"variance"})) {
    requireDisjoint(mean_, {"mean"}, variance_, "variance");
    requireApart(mean_, {"mean"}, input_.parameter(), "parameter");
    requireApart(variance_, {"variance"}, input_.parameter(), "parameter");
  }

  void own() { input_.own(); }
  void run(const MaskControl& control) const {
    flipside::maskMoments(input_.draws(), writable<double>(mean_), writable<double>(variance_),
                          control);
  }

 private:
  ArrayView view(napi_env env, napi_value value, Name name) const {
    return requireAligned(
        viewArray(env, value, name, {napi_float64_array}, {input_.draws().count, "the draws"}),
        name);
  }

  MaskInput input_;
  ArrayView mean_;
  ArrayView variance_;
};

template <typename Operation>
napi_value runHere(Environment& environment, const Arguments& arguments) {
  const napi_env env = environment.env();
  const MaskProperties given = MaskProperties::read(env, arguments[0]);
  Operation(env, given).run({});
  return nullptr;
}

template <typename Operation>
napi_value runOnWorker(Environment& environment, const Arguments& arguments,
                       napi_value MaskProperties::*first,
                       napi_value MaskProperties::*second = nullptr) {
  const napi_env env = environment.env();
  const Callbacks callbacks(environment, arguments);
  const MaskProperties given = MaskProperties::read(env, arguments[0]);
  Operation operation(env, given);
  operation.own();
  auto work = [operation = std::move(operation)](const MaskControl& control) {
    operation.run(control);
    return nothing();
  };
  if (second == nullptr) return submitMask(callbacks, std::move(work), {given.*first});
  return submitMask(callbacks, std::move(work), {given.*first, given.*second});
}

}  // namespace

napi_value applyMask(Environment& environment, const Arguments& arguments) {
  return runHere<Application>(environment, arguments);
}

napi_value maskedProduct(Environment& environment, const Arguments& arguments) {
  return runHere<Multiplication>(environment, arguments);
}

napi_value maskMoments(Environment& environment, const Arguments& arguments) {
  return runHere<Moments>(environment, arguments);
}

napi_value applyMaskAsync(Environment& environment, const Arguments& arguments) {
  return runOnWorker<Application>(environment, arguments, &MaskProperties::out);
}

napi_value maskedProductAsync(Environment& environment, const Arguments& arguments) {
  return runOnWorker<Multiplication>(environment, arguments, &MaskProperties::out);
}

napi_value maskMomentsAsync(Environment& environment, const Arguments& arguments) {
  return runOnWorker<Moments>(environment, arguments, &MaskProperties::mean,
                              &MaskProperties::variance);
}

}  // namespace flipside::addon
