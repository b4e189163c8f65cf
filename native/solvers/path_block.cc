#include "solvers/path_block.h"

#include <algorithm>
#include <cmath>

#include "linalg/mixed.h"
#include "solvers/certificates.h"

namespace flipside {
namespace {

constexpr std::size_t kSweeps = 10000;
constexpr int kHalvings = 20;
constexpr std::size_t kLeastGrowth = 64;
/// Of the threshold: what a Gram matrix in single precision can be trusted for on the first way.
constexpr double kFirstTolerance = 1e-6;
constexpr double kFarthest = 8.0;  // steps of lambda that a direction is followed
constexpr double kManyNear = 0.5;  // of all columns: a pass costs no more
/// Of the goal, as far as a descent goes: what rounding may add to its violation is left. For a
/// goal far above rounding almost all, and steps that are small beside it are not worth their cost.
constexpr double kShare = 0.5;
constexpr double kRoughShare = 0.9;
constexpr double kRoughSkip = 0.5;

}  // namespace

PathBlock::PathBlock(const Problem& problem, Risk& risk, const SeparablePenalty& penalty)
    : problem_(problem),
      risk_(risk),
      penalty_(penalty),
      descent_(penalty, problem.cancel),
      share_(problem.options.leeway > 0.0 ? kRoughShare : kShare),
      inside_(risk.columns()),
      entering_(risk.columns()) {
  if (problem.options.leeway > 0.0) descent_.setSkip(kRoughSkip);
  if (risk.quadratic()) {
    store_.use(std::dynamic_pointer_cast<const GramStock>(problem.design.keepsake()));
  }
  for (const double h : risk.curvature()) {
    if (h > 0.0 && (leastCurvature_ == 0.0 || h < leastCurvature_)) leastCurvature_ = h;
  }
}

void PathBlock::append(std::span<const std::size_t> columns) {
  store_.append(risk_, columns);
  store_.fill(risk_);
  for (const std::size_t j : columns) inside_[j] = 1;
}

void PathBlock::keep(std::span<const std::size_t> places) {
  for (const std::size_t j : store_.columns()) inside_[j] = 0;
  store_.keep(places);
  for (const std::size_t j : store_.columns()) inside_[j] = 1;
}

double PathBlock::threshold(double lambda, double h) {
  descent_.setLambda(lambda);
  return descent_.threshold(h);
}

double PathBlock::omegaOf(const PathPoint& point) const {
  double sum = 0.0;
  std::size_t zeros = risk_.columns();
  for (const double value : point.w) {
    if (value == 0.0) continue;
    sum += penalty_.omegaAt(std::abs(value), point.lambda);
    --zeros;
  }
  return sum + static_cast<double>(zeros) * penalty_.omegaAt(0.0, point.lambda);
}

double PathBlock::evaluate(const PathPoint& point, std::span<double> trace) {
  const Support support = supportOf(store_, point.w);
  return risk_.trace({support.index, support.values}, trace);
}

void PathBlock::run(std::span<const PathTarget> targets, const PathPoint* before,
                    const PathPoint& last) {
  stops_.clear();
  traces_.resize(targets.size() * risk_.traceSize());
  for (const PathTarget& target : targets) stops_.push_back(std::make_unique<PathStop>(target));
  const PathPoint* a = before;
  const PathPoint* b = &last;
  for (std::size_t s = 0; s < stops_.size(); ++s) {
    solveFirst(s, a, *b);
    a = b;
    b = &stops_[s]->point;
  }
  checkAll();
  report();
  const auto open = [](const auto& stop) { return !stop->done; };
  while (std::ranges::any_of(stops_, open)) {
    grow();
    for (std::size_t s = 0; s < stops_.size(); ++s) {
      if (stops_[s]->done) continue;
      improve(s);
      checkNear(s);
    }
    report();
  }
}

/// On the first lambda that is not done, or on the last.
void PathBlock::report() const {
  if (!problem_.onIteration) return;
  const auto open = [](const auto& stop) { return !stop->done; };
  const auto found = std::ranges::find_if(stops_, open);
  const PathStop& stop = found == stops_.end() ? *stops_.back() : **found;
  problem_.onIteration(stop.solution.iterations, stop.objective, stop.violation,
                       nonzero(stop.point));
}

double PathBlock::slack(const PathStop& stop) const {
  return 1e-14 * (std::abs(stop.point.loss) + std::abs(stop.target.lambda * stop.omega));
}

/// From b, with the direction from a to b.
void PathBlock::solveFirst(std::size_t s, const PathPoint* a, const PathPoint& b) {
  PathStop& stop = *stops_[s];
  stop.point = b;
  stop.point.lambda = stop.target.lambda;
  stop.omega = omegaOf(stop.point);
  stop.objective = stop.point.loss + stop.target.lambda * stop.omega;
  stop.history.add(stop.objective, nonzero(stop.point));
  const double tolerance = std::max(
      share_ * stop.target.goal, kFirstTolerance * threshold(stop.target.lambda, leastCurvature_));
  if (a != nullptr) {
    PathPoint guess = stop.point;
    if (extrapolate(*a, b, guess) && descend(s, std::move(guess), tolerance)) return;
  }
  if (!descend(s, stop.point, tolerance)) retreat(s);
}

/// Where the path leads when no coordinate comes or leaves: w is linear in lambda for l1, mcp and
/// scad. False where there is no direction.
bool PathBlock::extrapolate(const PathPoint& a, const PathPoint& b, PathPoint& out) const {
  const double share = (out.lambda - b.lambda) / (b.lambda - a.lambda);
  if (!(share > 0.0) || share > kFarthest) return false;
  for (std::size_t k = 0; k < b.w.size(); ++k) {
    out.gradient[k] = b.gradient[k] + share * (b.gradient[k] - a.gradient[k]);
  }
  for (std::size_t k = 0; k < b.w.size(); ++k) {
    const double line = b.w[k] + share * (b.w[k] - a.w[k]);
    out.w[k] = line * b.w[k] > 0.0 ? line : 0.0;
    if (out.w[k] == line) continue;
    linalg::subtractScaled(out.w[k] - line, store_.column(k), out.gradient);
  }
  return true;
}

/// Solves over the set from this point. False, with nothing kept but `next`, when the objective is
/// not below the stop's.
bool PathBlock::descend(std::size_t s, PathPoint from, double tolerance) {
  PathStop& stop = *stops_[s];
  descent_.setLambda(stop.target.lambda);
  descent_.minimise(store_, from.w, from.gradient, tolerance, kSweeps);
  return tryPoint(s, from);
}

bool PathBlock::tryPoint(std::size_t s, PathPoint& next) {
  PathStop& stop = *stops_[s];
  next.loss = evaluate(next, traceOf(s));
  const double omega = omegaOf(next);
  const double objective = next.loss + stop.target.lambda * omega;
  if (!(objective <= stop.objective + slack(stop))) {
    std::swap(refused_, next);
    return false;
  }
  stop.moved = stop.moved || next.w != stop.point.w;
  std::swap(stop.point, next);
  stop.omega = omega;
  stop.objective = objective;
  return true;
}

/// Only a part of the way that was refused. The gradients are those of the model.
void PathBlock::retreat(std::size_t s) {
  PathStop& stop = *stops_[s];
  const PathPoint after = refused_;
  double part = 0.5;
  for (int halving = 0; halving < kHalvings; ++halving, part *= 0.5) {
    PathPoint next = stop.point;
    for (std::size_t k = 0; k < next.w.size(); ++k) {
      next.w[k] += part * (after.w[k] - next.w[k]);
      next.gradient[k] += part * (after.gradient[k] - next.gradient[k]);
    }
    if (tryPoint(s, next)) return;
  }
  evaluate(stop.point, traceOf(s));
}

void PathBlock::improve(std::size_t s) {
  PathStop& stop = *stops_[s];
  if (!descend(s, stop.point, share_ * stop.target.goal)) retreat(s);
}

void PathBlock::checkAll() {
  const std::size_t columns = risk_.columns();
  const std::size_t count = stops_.size();
  const std::size_t size = risk_.traceSize();
  all_.resize(columns * count);
  marked_ = traces_;
  risk_.allGradientsAt({traces_.data(), size, count, size}, {all_.data(), columns, count, columns});
  const auto h = risk_.curvature();
  for (std::size_t s = 0; s < count; ++s) {
    PathStop& stop = *stops_[s];
    const double* g = &all_[s * columns];
    stop.solution.record.passes += 1.0 / static_cast<double>(count);
    for (std::size_t k = 0; k < store_.size(); ++k) stop.point.gradient[k] = g[store_.columns()[k]];
    descent_.setLambda(stop.target.lambda);
    const double least = descent_.threshold(leastCurvature_);
    outside_.clear();
    for (std::size_t j = 0; j < columns; ++j) {
      if (inside_[j] == 0 && h[j] > 0.0 && std::abs(g[j]) > least) outside_.push_back({j, g[j]});
    }
    judge(s);
    stop.failed = !stop.done;
  }
}

/// At this trace. What was seen at the one before bounds what can be here.
void PathBlock::checkNear(std::size_t s) {
  PathStop& stop = *stops_[s];
  const std::size_t columns = risk_.columns();
  const std::size_t size = risk_.traceSize();
  const auto h = risk_.curvature();
  double* g = &all_[s * columns];
  const double way = risk_.distanceBetween(traceOf(s), {&marked_[s * size], size});
  descent_.setLambda(stop.target.lambda);
  const double least = descent_.threshold(leastCurvature_);
  std::vector<std::size_t> near;
  for (std::size_t j = 0; j < columns; ++j) {
    if (inside_[j] == 0 && h[j] > 0.0 && std::abs(g[j]) + way * std::sqrt(h[j]) > least) {
      near.push_back(j);
    }
  }
  outside_.clear();
  double looked = 0.0;
  if (static_cast<double>(near.size()) > kManyNear * static_cast<double>(columns)) {
    std::ranges::copy(traceOf(s), &marked_[s * size]);
    risk_.allGradientsAt({&traces_[s * size], size, 1, size}, {g, columns, 1, columns});
    looked = static_cast<double>(columns);
    for (std::size_t k = 0; k < store_.size(); ++k) stop.point.gradient[k] = g[store_.columns()[k]];
    for (const std::size_t j : near) outside_.push_back({j, g[j]});
  } else {
    std::vector<double> gradients(near.size());
    risk_.gradientsAt(traceOf(s), near, gradients);
    risk_.gradientsAt(traceOf(s), store_.columns(), stop.point.gradient);
    looked = static_cast<double>(near.size() + store_.size());
    for (std::size_t k = 0; k < near.size(); ++k) outside_.push_back({near[k], gradients[k]});
  }
  stop.solution.record.passes += looked / static_cast<double>(columns);
  judge(s);
}

/// From the exact gradients of the set and those of outside_.
void PathBlock::judge(std::size_t s) {
  PathStop& stop = *stops_[s];
  double worst = 0.0;
  for (std::size_t k = 0; k < store_.size(); ++k) {
    if (store_.diagonal()[k] == 0.0) continue;
    worst = std::max(
        worst, descent_.violation(stop.point.w[k], stop.point.gradient[k], store_.diagonal()[k]));
  }
  std::vector<Outside> found;
  for (Outside one : outside_) {
    one.excess = std::abs(one.gradient) - descent_.threshold(risk_.curvature()[one.column]);
    if (!(one.excess > 0.0)) continue;
    worst = std::max(worst, one.excess);
    found.push_back(one);
  }
  stop.violation = worst;
  stop.reached = true;
  Solution& solution = stop.solution;
  solution.record.workingSetSizes.push_back(store_.size());
  if (stop.moved) {
    ++solution.iterations;
    stop.history.add(std::min(stop.history.last(), stop.objective), nonzero(stop.point));
  }
  if (worst <= stop.target.goal) {
    solution.reason = "tolerance";
  } else if (solution.iterations >= problem_.maxIterations) {
    solution.reason = "maxIterations";
  } else if (!stop.patience.progressed(stop.objective, slack(stop), worst)) {
    solution.reason = "stalled";
  } else {
    take(stop, found);
    return;
  }
  stop.done = true;
  certify(s);
}

void PathBlock::certify(std::size_t s) {
  PathStop& stop = *stops_[s];
  if (!stop.target.wanted) return;
  Problem current = problem_;
  current.lambda = stop.target.lambda;
  ConvergenceRecord& record = stop.solution.record;
  record.locallyConvex = localConvexity(current, nonzero(stop.point), [&](double concavity) {
    return convexBeyond(store_, stop.point.w, concavity);
  });
  record.dualityGap = dualityGap(current, risk_, stop.objective, stop.violation, traceOf(s));
}

/// The columns that violate most are to come in.
void PathBlock::take(const PathStop& stop, std::vector<Outside>& found) {
  const std::size_t most = std::max(kLeastGrowth, nonzero(stop.point) / 2);
  if (found.size() > most) {
    const auto end = found.begin() + static_cast<std::ptrdiff_t>(most);
    std::ranges::nth_element(found, end, [](const Outside& a, const Outside& b) {
      return a.excess != b.excess ? a.excess > b.excess : a.column < b.column;
    });
    found.resize(most);
  }
  for (const Outside& one : found) entering_[one.column] = 1;
}

void PathBlock::grow() {
  std::vector<std::size_t> columns;
  for (std::size_t j = 0; j < entering_.size(); ++j) {
    if (entering_[j] != 0 && inside_[j] == 0) columns.push_back(j);
    entering_[j] = 0;
  }
  if (columns.empty()) return;
  append(columns);
  std::vector<double> gradients(columns.size());
  for (std::size_t s = 0; s < stops_.size(); ++s) {
    PathPoint& point = stops_[s]->point;
    risk_.gradientsAt(traceOf(s), columns, gradients);
    point.w.resize(store_.size(), 0.0);
    point.gradient.insert(point.gradient.end(), gradients.begin(), gradients.end());
  }
}

std::size_t PathBlock::nonzero(const PathPoint& point) {
  return static_cast<std::size_t>(
      std::ranges::count_if(point.w, [](double v) { return v != 0.0; }));
}

}  // namespace flipside
