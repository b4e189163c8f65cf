#include "solvers/blocks.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "design/bad_value.h"

namespace flipside {
namespace {

const SeparablePenalty& separable(const Problem& problem) {
  const auto* penalty = dynamic_cast<const SeparablePenalty*>(&problem.penalty);
  if (penalty != nullptr) return *penalty;
  throw BadValue("UNSUPPORTED", "penalty",
                 "penalty must be a sum over the coefficients for factors, bounds and groups");
}

}  // namespace

double groupNorm(std::span<const double> w) {
  return w.size() == 1 ? std::abs(w[0]) : linalg::norm(w);
}

double gatherGroup(std::span<const std::size_t> columns, std::span<const double> from,
                   std::vector<double>& out) {
  out.clear();
  for (const std::size_t j : columns) out.push_back(from[j]);
  return groupNorm(out);
}

Blocks::Blocks(const Problem& problem)
    : exact_(separable(problem)),
      table_(exact_.tabulated(1.0)),
      penalty_(table_ != nullptr ? table_.get() : &exact_) {
  collect(problem);
  setLambda(problem.lambda);
}

void Blocks::collect(const Problem& problem) {
  static const Structure none;
  const Structure& structure = problem.structure != nullptr ? *problem.structure : none;
  scaleLambda_ = structure.factorsScaleLambda;
  lower_ = structure.lower;
  upper_ = structure.upper;
  const auto curvature = problem.design.curvature();
  const std::size_t count = curvature.size();
  std::vector<std::size_t> order(count);
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto labelOf = [&](std::size_t j) {
    return structure.groups.empty() ? j : static_cast<std::size_t>(structure.groups[j]);
  };
  std::ranges::stable_sort(order, {}, labelOf);
  const auto factorOf = [&](std::size_t j) {
    return structure.factors.empty() ? 1.0 : structure.factors[j];
  };
  for (std::size_t k = 0; k < count;) {
    const std::size_t first = order[k];
    Group group{columns_.size(), columns_.size(), factorOf(first)};
    for (; k < count && labelOf(order[k]) == labelOf(first); ++k) {
      const std::size_t j = order[k];
      if (factorOf(j) != group.factor) {
        throw BadValue("INVALID_ARGUMENT", "penaltyFactors",
                       "penaltyFactors must be the same within a group, but those of columns " +
                           std::to_string(std::min(first, j)) + " and " +
                           std::to_string(std::max(first, j)) + " differ");
      }
      const bool fixed = lower(j) == 0.0 && upper(j) == 0.0;
      if (curvature[j] > 0.0 && !fixed && !std::isinf(group.factor)) columns_.push_back(j);
    }
    group.end = columns_.size();
    if (group.size() == 0) {
      if (group.factor > 0.0 && !std::isinf(group.factor)) still_.push_back(group.factor);
      continue;
    }
    if (group.size() > 1) require(group);
    groups_.push_back(group);
  }
}

void Blocks::require(const Group& group) const {
  for (const std::size_t j : columnsOf(group)) {
    for (const double bound : {lower(j), upper(j)}) {
      if (bound == 0.0 || std::isinf(bound)) continue;
      throw BadValue("UNSUPPORTED", "bounds",
                     "bounds must be 0 or infinite within a group of several columns, but column " +
                         std::to_string(j) + " has another");
    }
  }
}

void Blocks::setLambda(double lambda) {
  lambda_ = lambda;
  for (Group& group : groups_) {
    group.weight = group.factor * lambda;
    group.lambda = scaleLambda_ ? group.weight : lambda;
  }
}

double Blocks::value(const Group& group, double r) const {
  return group.penalised() ? group.weight * penalty_->omegaAt(r, group.lambda) : 0.0;
}

double Blocks::slope(const Group& group, double r) const {
  return group.penalised() ? group.weight * penalty_->slopeAt(r, group.lambda) : 0.0;
}

double Blocks::curvature(const Group& group, double r) const {
  return group.penalised() ? group.weight * penalty_->curvatureAt(r, group.lambda) : 0.0;
}

double Blocks::eta(const Group& group, double r) const {
  if (group.factor == 0.0) return kFree;
  return exact_.etaHatAt(r, scaleLambda_ ? group.factor * lambda_ : lambda_) / group.factor;
}

double Blocks::sizeProx(const Group& group, double z, double h) const {
  if (!group.penalised() || z == 0.0) return z;
  // weight omega = lambda_g omega times weight / lambda_g, by which h is divided instead.
  const double own = scaleLambda_ ? h : h / group.factor;
  return penalty_->proxAt(z, own, group.lambda);
}

double Blocks::scalarProx(const Group& group, double z, double h, double low, double high) const {
  const double end = z < 0.0 ? -low : high;
  const double size = std::abs(z);
  if (end == 0.0) return 0.0;
  const double free = sizeProx(group, size, h);
  if (free <= end) return free == 0.0 ? 0.0 : std::copysign(free, z);
  // The minimum without bounds lies beyond: at the end, at a local minimum before it, or at 0.
  const auto excess = [&](double t) { return h * (t - size) + slope(group, t); };
  double best = end;
  if (excess(end) > 0.0) {
    double below = 0.0;
    double above = end;
    for (int step = 0; step < 200; ++step) {
      const double middle = 0.5 * (below + above);
      if (!(middle > below && middle < above)) break;
      (excess(middle) > 0.0 ? above : below) = middle;
    }
    if (below == 0.0) return 0.0;
    best = above;
  }
  const double gain = h * best * (size - 0.5 * best) - (value(group, best) - value(group, 0.0));
  return gain > 0.0 ? std::copysign(best, z) : 0.0;
}

void Blocks::prox(const Group& group, std::span<double> z, double h) const {
  const auto columns = columnsOf(group);
  if (z.size() == 1) {
    z[0] = scalarProx(group, z[0], h, lower(columns[0]), upper(columns[0]));
    return;
  }
  if (!lower_.empty() || !upper_.empty()) {
    for (std::size_t k = 0; k < z.size(); ++k) {
      z[k] = std::clamp(z[k], lower(columns[k]), upper(columns[k]));
    }
  }
  const double r = groupNorm(z);
  const double t = sizeProx(group, r, h);
  if (t == r) return;
  for (double& one : z) one = t == 0.0 ? 0.0 : one * (t / r);
}

double Blocks::violation(const Group& group, std::span<const double> w,
                         std::span<const double> gradient) const {
  const auto columns = columnsOf(group);
  const double r = groupNorm(w);
  const double pull = slope(group, r);
  double sum = 0.0;
  for (std::size_t k = 0; k < w.size(); ++k) {
    double left = gradient[k];
    if (r > 0.0) left -= w.size() == 1 ? std::copysign(pull, w[k]) : pull * (w[k] / r);
    if ((left > 0.0 && w[k] >= upper(columns[k])) || (left < 0.0 && w[k] <= lower(columns[k]))) {
      left = 0.0;
    }
    sum = w.size() == 1 ? std::abs(left) : std::hypot(sum, left);
  }
  if (r > 0.0) return sum;
  return std::isinf(pull) ? 0.0 : std::max(0.0, sum - pull);
}

double Blocks::pull(const Group& group, std::span<const double> gradient, double h) const {
  const auto columns = columnsOf(group);
  double size = 0.0;
  double high = kFree;
  for (std::size_t k = 0; k < gradient.size(); ++k) {
    const double end = gradient[k] > 0.0 ? upper(columns[k]) : -lower(columns[k]);
    if (end == 0.0) continue;
    if (gradient.size() == 1) high = end;
    size = std::hypot(size, gradient[k]);
  }
  const double kink = slope(group, 0.0);
  if (size > kink) return std::isinf(kink) ? 0.0 : size - kink;
  if (!group.penalised() || size == 0.0 || convex()) return 0.0;
  const double to = gradient.size() == 1 ? scalarProx(group, size / h, h, -kFree, high)
                                         : sizeProx(group, size / h, h);
  return to > 0.0 ? size : 0.0;
}

double Blocks::total(std::span<const double> w) const {
  double sum = 0.0;
  std::vector<double> own;
  for (const Group& group : groups_) {
    if (group.penalised()) sum += value(group, gatherGroup(columnsOf(group), w, own));
  }
  for (const double factor : still_) {
    const double weight = factor * lambda_;
    if (weight > 0.0) sum += weight * penalty_->omegaAt(0.0, scaleLambda_ ? weight : lambda_);
  }
  return sum;
}

void Blocks::project(std::span<double> w) const {
  std::vector<double> allowed(w.size(), 0.0);
  // Without a negative zero.
  for (const std::size_t j : columns_) allowed[j] = std::clamp(w[j], lower(j), upper(j)) + 0.0;
  std::ranges::copy(allowed, w.begin());
}

}  // namespace flipside
