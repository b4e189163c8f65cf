#include "solvers/working_set_path.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

#include "solvers/path_block.h"
#include "solvers/working_set_solver.h"

namespace flipside {
namespace {

constexpr std::size_t kMostStops = 8;
constexpr double kEnter = 0.88;     // of the threshold: predicted gradients come in beyond
constexpr double kStay = 0.75;      // and zeros leave below
constexpr double kIdleZeros = 0.2;  // of the set, before they do
constexpr std::size_t kFewIdle = 32;
constexpr double kFarthest = 8.0;

class PathRun {
 public:
  PathRun(const Problem& problem, const PathSink& sink)
      : problem_(problem),
        sink_(sink),
        separable_(dynamic_cast<const SeparablePenalty&>(problem.penalty)),
        table_(separable_.tabulated(problem.lambda)),
        risk_(makeRisk(problem)),
        block_(problem, *risk_, table_ != nullptr ? *table_ : separable_) {}

  void run(std::span<const double> lambdas, std::span<const double> w) {
    begin(lambdas.front(), w);
    targets_ = targetsOf(lambdas);
    std::size_t width = 1;
    for (std::size_t k = 0; k < targets_.size();) {
      const std::size_t count = std::min(width, targets_.size() - k);
      const std::span<const PathTarget> next = std::span(targets_).subspan(k, count);
      predict(next);
      bool whole = true;
      try {
        block_.run(next, prior_ ? &*prior_ : nullptr, last_);
      } catch (const Cancelled&) {
        whole = false;
      }
      if (!hand(whole)) return;
      const auto failed = static_cast<std::size_t>(
          std::ranges::count_if(block_.stops(), [](const auto& stop) { return stop->failed; }));
      goOn();
      width = 2 * failed > count ? std::max<std::size_t>(1, width / 2)
                                 : std::min(kMostStops, 2 * width);
      k += count;
    }
  }

 private:
  /// To the first point, with the gradients of all columns there.
  void begin(double lambda, std::span<const double> w) {
    std::vector<std::size_t> columns;
    last_.lambda = lambda;
    for (std::size_t j = 0; j < w.size(); ++j) {
      if (w[j] == 0.0 || risk_->curvature()[j] == 0.0) continue;
      columns.push_back(j);
      last_.w.push_back(w[j]);
    }
    block_.append(columns);
    std::vector<double> trace(risk_->traceSize());
    last_.loss = block_.evaluate(last_, trace);
    lastAll_.resize(risk_->columns());
    risk_->allGradientsAt({trace.data(), trace.size(), 1, trace.size()},
                          {lastAll_.data(), lastAll_.size(), 1, lastAll_.size()});
    for (const std::size_t j : columns) last_.gradient.push_back(lastAll_[j]);
  }

  std::vector<PathTarget> targetsOf(std::span<const double> lambdas) {
    std::vector<PathTarget> targets;
    for (std::size_t k = 1; k < lambdas.size(); ++k) {
      if (!problem_.penalty.convex()) {
        for (double l = kStageStep * lambdas[k - 1]; l * std::sqrt(kStageStep) > lambdas[k];
             l *= kStageStep) {
          const double h = *std::ranges::max_element(risk_->curvature());
          targets.push_back({l, kStageTolerance * block_.threshold(l, h), false});
        }
      }
      Problem current = problem_;
      current.lambda = lambdas[k];
      targets.push_back({lambdas[k], stationarityGoal(current), true});
    }
    return targets;
  }

  /// What the gradient of a column will be, going on as from the point before to the last.
  double ahead(std::size_t j, double share) const {
    return share > 0.0 ? lastAll_[j] + share * (lastAll_[j] - priorAll_[j]) : lastAll_[j];
  }
  double shareOf(double lambda) const {
    if (!prior_) return 0.0;
    const double share = (lambda - last_.lambda) / (last_.lambda - prior_->lambda);
    return share > 0.0 ? std::min(share, kFarthest) : 0.0;
  }

  /// Brings in columns that will be wanted, by a guess, and leaves out zeros that will not.
  void predict(std::span<const PathTarget> next) {
    const double lambda = next.back().lambda;
    const double share = shareOf(lambda);
    const auto h = risk_->curvature();
    const double least = kStay * block_.threshold(lambda, block_.leastCurvature());
    std::vector<char> inside(h.size());
    std::vector<std::size_t> stay;
    for (std::size_t k = 0; k < last_.w.size(); ++k) {
      const std::size_t j = block_.store().columns()[k];
      inside[j] = 1;
      const double g = std::abs(ahead(j, share));
      if (last_.w[k] != 0.0 || g > kStay * block_.threshold(lambda, h[j])) stay.push_back(k);
    }
    const auto idle = static_cast<double>(last_.w.size() - PathBlock::nonzero(last_));
    if (idle > kIdleZeros * static_cast<double>(last_.w.size()) + kFewIdle) keep(stay);
    std::vector<std::pair<double, std::size_t>> wanted;
    for (std::size_t j = 0; j < h.size(); ++j) {
      if (inside[j] != 0 || h[j] == 0.0) continue;
      const double g = std::abs(ahead(j, share));
      if (!(g > least)) continue;
      const double threshold = block_.threshold(lambda, h[j]);
      if (g > kEnter * threshold) wanted.emplace_back(-g / threshold, j);
    }
    const std::size_t most = std::max<std::size_t>(64, PathBlock::nonzero(last_) / 2);
    std::ranges::sort(wanted);
    if (wanted.size() > most) wanted.resize(most);
    std::vector<std::size_t> columns;
    for (const auto& [order, j] : wanted) columns.push_back(j);
    std::ranges::sort(columns);
    append(columns);
  }

  void keep(std::span<const std::size_t> places) {
    block_.keep(places);
    const auto select = [&](std::vector<double>& values) {
      for (std::size_t b = 0; b < places.size(); ++b) values[b] = values[places[b]];
      values.resize(places.size());
    };
    select(last_.w);
    select(last_.gradient);
    if (!prior_) return;
    select(prior_->w);
    select(prior_->gradient);
  }

  void append(std::span<const std::size_t> columns) {
    block_.append(columns);
    for (const std::size_t j : columns) {
      last_.w.push_back(0.0);
      last_.gradient.push_back(lastAll_[j]);
      if (!prior_) continue;
      prior_->w.push_back(0.0);
      prior_->gradient.push_back(priorAll_[j]);
    }
  }

  /// Gives the solutions of the block away. False when that was all.
  bool hand(bool whole) {
    for (const auto& stop : block_.stops()) {
      if (!stop->done && !stop->reached) return false;
      Solution& solution = stop->solution;
      if (!stop->done) solution.reason = "aborted";
      if (stop->target.wanted) {
        solution.w.assign(risk_->columns(), 0.0);
        for (std::size_t k = 0; k < stop->point.w.size(); ++k) {
          solution.w[block_.store().columns()[k]] = stop->point.w[k];
        }
        if (stop->done) {
          solution.end =
              FinalState{stop->point.loss, stop->omega, stop->objective, stop->violation};
        }
        sink_(std::move(solution));
      }
      if (!stop->done) return false;
    }
    return whole && !(problem_.cancel != nullptr && problem_.cancel->cancelled());
  }

  void goOn() {
    auto& stops = block_.stops();
    const std::size_t count = stops.size();
    if (count > 1) {
      prior_ = std::move(stops[count - 2]->point);
      const auto all = block_.gradients(count - 2);
      priorAll_.assign(all.begin(), all.end());
    } else {
      prior_ = std::move(last_);
      priorAll_.swap(lastAll_);
      // What has come in since.
      prior_->w.resize(block_.store().size(), 0.0);
      for (std::size_t k = prior_->gradient.size(); k < prior_->w.size(); ++k) {
        prior_->gradient.push_back(priorAll_[block_.store().columns()[k]]);
      }
    }
    last_ = std::move(stops[count - 1]->point);
    const auto all = block_.gradients(count - 1);
    lastAll_.assign(all.begin(), all.end());
  }

  const Problem& problem_;
  const PathSink& sink_;
  const SeparablePenalty& separable_;
  std::shared_ptr<const SeparablePenalty> table_;
  std::unique_ptr<Risk> risk_;
  PathBlock block_;
  std::vector<PathTarget> targets_;
  PathPoint last_;
  std::optional<PathPoint> prior_;  // the one before
  std::vector<double> lastAll_;     // gradients of all columns there
  std::vector<double> priorAll_;
};

}  // namespace

void followPath(const Problem& problem, std::span<const double> lambdas,
                std::span<const double> start, const PathSink& sink) {
  Problem current = problem;
  std::vector<double> w(start.begin(), start.end());
  const auto single = [&](double lambda) {
    current.lambda = lambda;
    Solution solution = solveWorkingSet(current, w);
    w = solution.w;
    const bool whole = solution.reason != "aborted";
    sink(std::move(solution));
    return whole;
  };
  if (!single(lambdas.front()) || lambdas.size() == 1) return;
  if (problem.loss.quadratic()) {
    PathRun(current, sink).run(lambdas, w);
  } else {
    // A Gram matrix serves one point only.
    for (const double lambda : lambdas.subspan(1)) {
      if (!single(lambda)) return;
    }
  }
}

}  // namespace flipside
