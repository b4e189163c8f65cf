// cox: L = -(log partial likelihood) / n of Cox's proportional hazards (Journal of the Royal
// Statistical Society B 34, 1972), y = (times, statuses), status 1 for an event and 0 for a
// censored time. With e_i = exp(z_i), weights m, and for each time of events the d events D with
// total weight M and the rows R still at risk (time >= it):
//
//   Breslow:  sum_D m_i z_i - M log S,                                   S = sum_R m_i e_i
//   Efron:    sum_D m_i z_i - M/d sum_(l < d) log(S - l/d sum_D m_i e_i)
//
// summed over these times, as survival's coxph has it: with weights Efron's formula takes the mean
// weight of tied events, and a weight of 2 is not quite two rows. A row of weight 0 is no row.
//
// Sums over risk sets are running sums, from the last time to the first, in units of exp(the
// largest z in them): nothing overflows, and no set loses its rows to a larger one before it. What
// their reciprocals add up to runs from the first time to the last.
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <string>

#include "losses/loss.h"

namespace flipside {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// The rows of one time.
struct Group {
  std::size_t begin;  // in sorted order
  std::size_t end;
  double deaths = 0.0;   // how many, of positive weight
  double weight = 0.0;   // of these together
  double top = 0.0;      // the unit is exp(top)
  double others = 0.0;   // sum of m e over the rows at risk that do not die now
  double dying = 0.0;    // and over those that do
  double othersV = 0.0;  // the same of m e v
  double dyingV = 0.0;
};

class CoxLoss final : public Loss {
 public:
  explicit CoxLoss(const LossContext& context)
      : context_(context), efron_(context.parameters.empty() || context.parameters[0] != 0.0) {}
  std::string_view name() const override { return "cox"; }

  double value(std::span<const double> fitted, std::span<const double> y) const override {
    gather(fitted, y, {});
    return walk(y, {}, {}, {}) / static_cast<double>(fitted.size());
  }
  double evaluate(std::span<const double> fitted, std::span<const double> y,
                  std::span<double> out) const override {
    gather(fitted, y, {});
    const double sum = walk(y, out, {}, {});
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = status(y, i) * weight(i) - out[i];
    return sum / static_cast<double>(fitted.size());
  }
  /// A bound there is (half the number of events), but it is hundreds of times what is met.
  double curvatureBound() const override { return kInfinity; }
  std::span<const double> rowWeights() const override { return context_.weights; }
  double residualScale(std::span<const double>) const override { return 1.0; }
  bool diagonal() const override { return false; }
  /// The Hessian is this diagonal less a sum of squares.
  void curvatures(std::span<const double> fitted, std::span<const double> y,
                  std::span<double> out) const override {
    gather(fitted, y, {});
    walk(y, out, {}, {});
  }
  void applyHessian(std::span<const double> fitted, std::span<const double> y,
                    std::span<const double> direction, std::span<double> out) const override {
    // A constant is in its kernel.
    const double mean = std::accumulate(direction.begin(), direction.end(), 0.0) /
                        static_cast<double>(direction.size());
    along_.assign(direction.begin(), direction.end());
    for (double& v : along_) v -= mean;
    gather(fitted, y, along_);
    diagonal_.resize(out.size());
    walk(y, diagonal_, along_, out);
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = diagonal_[i] * along_[i] - out[i];
  }

  /// The largest log partial likelihood of any z, with its sign changed.
  double saturated(std::span<const double> y) const {
    sort(y);
    double sum = 0.0;
    for (const Group& group : groups_) {
      if (!(group.weight > 0.0)) continue;
      sum += group.weight * std::log(group.weight);
      if (!efron_) continue;
      for (double l = 0.0; l < group.deaths; ++l) {
        sum += group.weight / group.deaths * std::log1p(-l / group.deaths);
      }
    }
    return sum;
  }

 private:
  double weight(std::size_t i) const {
    return context_.weights.empty() ? 1.0 : context_.weights[i];
  }
  static double status(std::span<const double> y, std::size_t i) { return y[y.size() / 2 + i]; }
  bool dies(std::span<const double> y, std::size_t i) const {
    return status(y, i) == 1.0 && weight(i) > 0.0;
  }

  /// Once: an instance belongs to one y.
  void sort(std::span<const double> y) const {
    if (!order_.empty()) return;
    const std::size_t rows = y.size() / 2;
    order_.resize(rows);
    std::iota(order_.begin(), order_.end(), std::size_t{0});
    std::ranges::stable_sort(order_, {}, [&](std::size_t i) { return y[i]; });
    for (std::size_t k = 0; k < rows; ++k) {
      if (k == 0 || y[order_[k]] != y[order_[k - 1]]) groups_.push_back({.begin = k, .end = k});
      Group& group = groups_.back();
      group.end = k + 1;
      if (!dies(y, order_[k])) continue;
      group.deaths += 1.0;
      group.weight += weight(order_[k]);
    }
    z_.resize(rows);
    share_.resize(rows);
  }

  /// The sums over the risk sets, from the last time to the first; share_ = m e in the unit of its
  /// own group.
  void gather(std::span<const double> fitted, std::span<const double> y,
              std::span<const double> v) const {
    sort(y);
    const auto& offset = context_.offset;
    for (std::size_t k = 0; k < order_.size(); ++k) {
      const std::size_t i = order_[k];
      z_[k] = fitted[i] + (offset.empty() ? 0.0 : offset[i]);
    }
    double top = -kInfinity;
    double sum = 0.0;
    double sumV = 0.0;
    for (std::size_t g = groups_.size(); g-- > 0;) {
      Group& group = groups_[g];
      const double before = top;
      for (std::size_t k = group.begin; k < group.end; ++k) {
        if (weight(order_[k]) > 0.0 && !(z_[k] <= top)) top = z_[k];
      }
      if (top != before) {
        const double factor = before == -kInfinity ? 0.0 : std::exp(before - top);
        sum *= factor;
        sumV *= factor;
      }
      group.top = top;
      group.dying = group.dyingV = 0.0;
      for (std::size_t k = group.begin; k < group.end; ++k) {
        const std::size_t i = order_[k];
        const double m = weight(i);
        share_[k] = m > 0.0 ? m * std::exp(z_[k] - top) : 0.0;
        const double moment = v.empty() ? 0.0 : share_[k] * v[i];
        const bool dying = dies(y, i);
        (dying ? group.dying : sum) += share_[k];
        (dying ? group.dyingV : sumV) += moment;
      }
      group.others = sum;
      group.othersV = sumV;
      sum += group.dying;
      sumV += group.dyingV;
    }
  }

  /// From the first time to the last. Returns -(log partial likelihood). diagonal_i = m_i e_i sum
  /// over the terms up to row i's time of their weight over their sum S; image_i the same with the
  /// mean of v over the risk set as a factor. Empty where not wanted.
  double walk(std::span<const double> y, std::span<double> diagonal, std::span<const double> v,
              std::span<double> image) const {
    double value = 0.0;
    double unit = 0.0;  // of what follows: exp(-unit)
    double sum = 0.0;
    double sumV = 0.0;
    bool begun = false;
    for (const Group& group : groups_) {
      double own = 0.0;  // of the rows that die now
      double ownV = 0.0;
      if (group.weight > 0.0) {
        const double factor = begun ? std::exp(group.top - unit) : 0.0;
        unit = group.top;
        begun = true;
        sum *= factor;
        sumV *= factor;
        own = sum;
        ownV = sumV;
        const double terms = efron_ ? group.deaths : 1.0;
        const double part = group.weight / terms;
        for (double l = 0.0; l < terms; ++l) {
          const double left = 1.0 - l / terms;
          const double risk = group.others + left * group.dying;
          const double term = part / risk;
          sum += term;
          own += left * term;
          value += part * std::log(risk);
          if (v.empty()) continue;
          const double mean = (group.othersV + left * group.dyingV) / risk;
          sumV += term * mean;
          ownV += left * term * mean;
        }
        for (std::size_t k = group.begin; k < group.end; ++k) {
          if (dies(y, order_[k])) value += weight(order_[k]) * (group.top - z_[k]);
        }
      }
      if (diagonal.empty()) continue;
      const double factor = !begun ? 0.0 : group.top == unit ? 1.0 : std::exp(group.top - unit);
      for (std::size_t k = group.begin; k < group.end; ++k) {
        const std::size_t i = order_[k];
        const bool dying = dies(y, i);
        const double share = share_[k] * factor;
        diagonal[i] = share * (dying ? own : sum);
        if (!v.empty()) image[i] = share * (dying ? ownV : sumV);
      }
    }
    return value;
  }

  LossContext context_;
  bool efron_;
  mutable std::vector<std::size_t> order_;
  mutable std::vector<Group> groups_;
  mutable std::vector<double> z_;
  mutable std::vector<double> share_;
  mutable std::vector<double> along_;
  mutable std::vector<double> diagonal_;
};

std::string defect(std::span<const double> y, std::size_t rows, std::size_t) {
  bool any = false;
  for (std::size_t i = 0; i < rows; ++i) {
    const double status = y[rows + i];
    if (status != 0.0 && status != 1.0) {
      return "must have a status of 0 or 1 in each row for the cox loss, but that of row " +
             std::to_string(i) + " is " + std::to_string(status);
    }
    any = any || status == 1.0;
  }
  return any ? "" : "must have at least one row of status 1 for the cox loss, but has none";
}

/// 2 (log partial likelihood of the saturated model - that at z).
double deviance(const Predicted& at) {
  const CoxLoss loss({.weights = at.weights, .parameters = at.parameters});
  const auto n = static_cast<double>(at.z.size());
  return 2.0 * std::max(0.0, n * loss.value(at.z, at.y) - loss.saturated(at.y));
}

const LossEntry entry(
    {.name = "cox",
     .make = [](const LossContext& context) { return std::make_unique<CoxLoss>(context); },
     .parameters = {{"cox.ties", 1.0, [](double value) { return value == 0.0 || value == 1.0; },
                     "0 (Breslow) or 1 (Efron)"}},
     .responseWidth = [](std::size_t) { return std::size_t{2}; },
     .defect = defect,
     .deviance = deviance,
     .additive = false,
     .shiftInvariant = true});

}  // namespace
}  // namespace flipside
