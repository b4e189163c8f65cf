// What the methods have in common that read lambda / etaHat of a penalty off the weights.
#pragma once

#include <algorithm>

#include "network/method.h"
#include "network/penalty_pass.h"

namespace flipside::network {

template <typename Value>
class Penalised : public Method<Value> {
 public:
  explicit Penalised(const MethodOptions& options) : pass_(options.penalty) {}

  double penalty(const Step& step, const Block<Value>& block) const override {
    return pass_.omega(step.lambda, block.count, block.w);
  }

  void evaluation(const Step& step, const Block<Value>& block, Value* weights,
                  Value* keep) const override {
    if (weights != nullptr) std::copy_n(block.w, block.count, weights);
    if (keep != nullptr) pass_.keep(step.lambda, block.count, block.w, keep);
  }

 protected:
  const PenaltyPass<Value>& pass() const { return pass_; }

 private:
  PenaltyPass<Value> pass_;
};

}  // namespace flipside::network
