#include "solvers/blocks_run.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "design/bad_value.h"

namespace flipside {
namespace {

/// Columns whose Hessian is formed at once; more are taken in turn.
constexpr std::size_t kMostColumns = 2048;
/// Then this many at a time, every so many iterations, and without Newton's method.
constexpr std::size_t kLargePart = 512;
constexpr std::size_t kLargeRound = 3;
constexpr double kNoNewton = 10.0;
constexpr std::size_t kFewGroups = 20;
/// Iterations without progress.
constexpr std::size_t kPatience = 8;
constexpr std::size_t kAttempts = 24;
constexpr int kHalvings = 12;
/// Rises from here by kDamper where a step raises the objective, falls by kLighter where it does
/// not: where a loss is flat in places (huber) the right one may be anywhere.
constexpr double kFirstDamping = 1e-5;
constexpr double kDamper = 20.0;
constexpr double kLighter = 8.0;
constexpr double kNoDamping = 1e-9;
constexpr double kFirstCaution = 1e-9;
constexpr double kMoreCaution = 1e3;
/// Of a column's mean curvature here, and of its largest one: with less a model step could go
/// anywhere.
constexpr double kLeastCurvature = 1e-4;
constexpr double kLeast = 1e-12;
constexpr double kRounding = 1e-10;

}  // namespace

BlockRun::BlockRun(const Problem& problem)
    : problem_(problem),
      blocks_(problem),
      work_(problem, blocks_),
      model_(blocks_, work_, problem.cancel),
      fitted_(problem.design.rows()),
      residual_(problem.design.rows()),
      gradient_(problem.design.columns()),
      rowBound_(problem.loss.rowCurvatureBound()) {}

double BlockRun::lossAt(std::span<const double> w, std::vector<double>& fitted) const {
  std::vector<std::size_t> index;
  std::vector<double> values;
  for (std::size_t j = 0; j < w.size(); ++j) {
    if (w[j] == 0.0) continue;
    index.push_back(j);
    values.push_back(w[j]);
  }
  problem_.design.combine(index, values, fitted);
  return problem_.loss.value(fitted, problem_.y);
}

void BlockRun::begin(std::span<const double> start) {
  w_.assign(gradient_.size(), 0.0);
  if (!start.empty()) std::ranges::copy(start, w_.begin());
  blocks_.project(w_);
  loss_ = lossAt(w_, fitted_);
  penalty_ = blocks_.total(w_);
  if (!std::isfinite(loss_) || std::isnan(penalty_)) {
    throw BadValue("NUMERIC", "start", "start is too large: the loss overflows there");
  }
}

void BlockRun::differentiate() {
  problem_.loss.evaluate(fitted_, problem_.y, residual_);
  problem_.design.correlate(residual_, gradient_);
  passes_ += 1.0;
  if (problem_.loss.quadratic()) return;
  std::vector<double> v(fitted_.size());
  problem_.loss.curvatures(fitted_, problem_.y, v);
  meanCurvature_ = std::accumulate(v.begin(), v.end(), 0.0) / static_cast<double>(v.size());
}

double BlockRun::curvatureOf(const Blocks::Group& group) const {
  const auto curvature = problem_.design.curvature();
  double sum = 0.0;
  for (const std::size_t j : blocks_.columnsOf(group)) sum += curvature[j];
  return sum * rowCurvature();
}

double BlockRun::rowCurvature() const {
  const double h = std::isfinite(rowBound_) ? rowBound_ : meanCurvature_;
  return std::max(h, std::numeric_limits<double>::min());
}

std::size_t BlockRun::nonzero() const {
  return static_cast<std::size_t>(std::ranges::count_if(w_, [](double v) { return v != 0.0; }));
}

BlockRun::Survey BlockRun::survey(double goal, bool penalised) {
  Survey result;
  std::vector<std::pair<double, std::size_t>> entering;
  std::vector<double> own;
  std::vector<double> gradient;
  const auto groups = blocks_.groups();
  for (std::size_t g = 0; g < groups.size(); ++g) {
    if (groups[g].penalised() && !penalised) continue;
    const auto columns = blocks_.columnsOf(groups[g]);
    const double r = gatherGroup(columns, w_, own);
    gatherGroup(columns, gradient_, gradient);
    const double violation = blocks_.violation(groups[g], own, gradient);
    result.violation = std::max(result.violation, violation);
    if (r > 0.0 || (!groups[g].penalised() && penalised && violation > 0.1 * goal)) {
      result.groups.push_back(g);
    } else if (violation > 0.5 * goal) {
      entering.emplace_back(violation, g);
    } else if (violation == 0.0 && !blocks_.convex()) {
      // By more than lets the largest lambda of a path pass.
      for (double& one : gradient) one *= 1.0 - 10.0 * kRounding;
      const double pull = blocks_.pull(groups[g], gradient, curvatureOf(groups[g]));
      if (!(pull > 0.0)) continue;
      result.jumps = true;
      entering.emplace_back(pull, g);
    }
  }
  const std::size_t most = std::max(kFewGroups, 2 * result.groups.size());
  std::ranges::sort(entering, [](const auto& a, const auto& b) {
    return a.first != b.first ? a.first > b.first : a.second < b.second;
  });
  if (entering.size() > most) entering.resize(most);
  result.enters = !entering.empty();
  for (const auto& [size, g] : entering) result.groups.push_back(g);
  std::ranges::sort(result.groups);
  return result;
}

const char* BlockRun::settle(double lambda, double goal, std::size_t maxIterations, bool penalised,
                             const Observer& observer) {
  blocks_.setLambda(lambda);
  penalty_ = blocks_.total(w_);
  damping_ = 0.0;
  local_ = false;
  caution_ = 0.0;
  model_.setLeastDamping(0.0);
  double lowest = std::numeric_limits<double>::infinity();
  double least = lowest;
  double first = 0.0;
  std::size_t idle = 0;
  for (std::size_t iteration = 0;; ++iteration) {
    differentiate();
    const Survey now = survey(goal, penalised);
    if (iteration == 0) first = now.violation;
    const double objective = loss_ + penalty_;
    if (observer) observer({objective, now.violation, nonzero(), work_.size()});
    const bool settled = now.violation <= goal;
    mayBeLocal_ = !problem_.loss.quadratic() && !now.enters && idle == 0;
    local_ = local_ && mayBeLocal_;
    if (settled && !(now.jumps && idle == 0)) return "tolerance";
    if (iteration >= maxIterations) return settled ? "tolerance" : "maxIterations";
    if (problem_.cancel != nullptr) problem_.cancel->poll();
    const double fall = problem_.loss.quadratic() ? 0.01 : std::min(0.1, now.violation / first);
    const bool moved = advance(now.groups, std::max(0.3 * goal, fall * now.violation));
    const double slack = 1e-15 * (std::abs(loss_) + std::abs(penalty_));
    const bool progress = loss_ + penalty_ < lowest - slack || now.violation < 0.99 * least;
    lowest = std::min(lowest, loss_ + penalty_);
    least = std::min(least, now.violation);
    idle = moved && progress ? 0 : idle + 1;
    if (idle >= kPatience || (!moved && !problem_.loss.quadratic() && idle > 2)) {
      return settled ? "tolerance" : "stalled";
    }
  }
}

bool BlockRun::advance(std::span<const std::size_t> groups, double tolerance) {
  const bool keep = problem_.loss.quadratic();
  std::size_t fresh = 0;
  std::size_t all = 0;
  for (const std::size_t g : groups) {
    all += blocks_.groups()[g].size();
    if (!work_.has(g)) fresh += blocks_.groups()[g].size();
  }
  if (!keep || work_.size() + fresh > kMostColumns) work_.clear();
  if (all <= kMostColumns) {
    work_.add(groups);
    return improve(tolerance);
  }
  // Group by group is needed now and then only, to bring zeros in and out.
  bool moved = newtonByProducts(groups);
  if (moved && ++large_ % kLargeRound != 0) return true;
  if (moved) problem_.loss.evaluate(fitted_, problem_.y, residual_);
  model_.setLeastDamping(kNoNewton);
  for (std::size_t k = 0; k < groups.size();) {
    work_.clear();
    const std::size_t from = k;
    std::size_t size = 0;
    while (k < groups.size() &&
           (k == from || size + blocks_.groups()[groups[k]].size() <= kLargePart)) {
      size += blocks_.groups()[groups[k++]].size();
    }
    work_.add(groups.subspan(from, k - from));
    moved = improve(tolerance) || moved;
    problem_.loss.evaluate(fitted_, problem_.y, residual_);
  }
  work_.clear();
  model_.setLeastDamping(caution_);
  return moved;
}

/// What is added to the diagonal of the Hessian: where rows have hardly any curvature here, and for
/// caution after a step that raised the objective.
void BlockRun::fillExtra(std::vector<double>& extra) const {
  const ConstMatrix hessian = work_.hessian();
  const auto curvature = problem_.design.curvature();
  extra.assign(work_.size(), 0.0);
  if (problem_.loss.quadratic()) return;
  const double floor = std::max(kLeast, problem_.loss.leastCurvature());
  for (std::size_t k = 0; k < extra.size(); ++k) {
    const double usual = rowCurvature() * curvature[work_.columns()[k]];
    const double least =
        std::max(kLeastCurvature * meanCurvature_ * curvature[work_.columns()[k]], floor * usual);
    const double own = std::max(hessian(k, k), least);
    extra[k] = own - hessian(k, k) + damping_ * std::max(own, kLeastCurvature * usual);
  }
}

/// Goes to w where that lowers the objective, by more than rounding or by nothing else.
bool BlockRun::accept(std::vector<double>& w, std::vector<double>& fitted) {
  const double loss = lossAt(w, fitted);
  const double penalty = blocks_.total(w);
  const double slack = 1e-14 * (std::abs(loss_) + std::abs(penalty_));
  if (!(loss + penalty <= loss_ + penalty_ + slack)) return false;
  w_.swap(w);
  fitted_.swap(fitted);
  loss_ = loss;
  penalty_ = penalty;
  return true;
}

/// Part of a way on which the objective falls at first.
bool BlockRun::backtrack(const std::vector<double>& to, std::vector<double>& fitted) {
  const std::vector<double> from(w_);
  const double before = loss_ + penalty_;
  std::vector<double> w(to.size());
  double length = 1.0;
  const auto go = [&] {
    length *= 0.5;
    for (std::size_t j = 0; j < w.size(); ++j) w[j] = from[j] + length * (to[j] - from[j]);
    blocks_.project(w);
    return accept(w, fitted);
  };
  for (int halving = 0; halving < kHalvings; ++halving) {
    if (!go()) continue;
    // While that goes further down.
    for (double last = before; loss_ + penalty_ < last && halving < kHalvings; ++halving) {
      last = loss_ + penalty_;
      if (!go()) break;
    }
    return true;
  }
  return false;
}

bool BlockRun::improve(double tolerance) {
  work_.fill(fitted_);
  const auto columns = work_.columns();
  const bool quadratic = problem_.loss.quadratic();
  std::vector<double> here(columns.size());
  problem_.design.correlateSome(columns, residual_, here);
  std::vector<double> extra;
  std::vector<double> fitted(fitted_.size());
  for (std::size_t attempt = 0; attempt < kAttempts; ++attempt) {
    if (problem_.cancel != nullptr) problem_.cancel->poll();
    std::vector<double> gradient(here);
    std::vector<double> own;
    gatherGroup(columns, w_, own);
    fillExtra(extra);
    const bool local = mayBeLocal_ && (attempt == 0 ? local_ : attempt == 1 && !local_);
    if (local) {
      local_ = model_.newtonStep(own, gradient, extra);
    } else {
      model_.minimise(own, gradient, extra, tolerance);
    }
    std::vector<double> w(w_);
    bool moved = false;
    for (std::size_t k = 0; k < columns.size(); ++k) {
      moved = moved || w[columns[k]] != own[k];
      w[columns[k]] = own[k] + 0.0;
    }
    if (!moved && local) continue;
    if (!moved) return false;
    const std::vector<double> goal(w);
    if (accept(w, fitted) ||
        (!quadratic && (local || blocks_.convex()) && backtrack(goal, fitted))) {
      damping_ = damping_ > kNoDamping ? damping_ / kLighter : 0.0;
      return true;
    }
    if (quadratic) {
      // The model is L itself: rounding, of long steps where columns are as good as collinear.
      if (caution_ > 1.0) return false;
      caution_ = caution_ == 0.0 ? kFirstCaution : caution_ * kMoreCaution;
      model_.setLeastDamping(caution_);
      continue;
    }
    if (local) local_ = false;
    if (attempt > 0) damping_ = std::max(kDamper * damping_, kFirstDamping);
  }
  return false;
}

bool BlockRun::stays(double lambda) {
  blocks_.setLambda(lambda);
  std::vector<double> gradient;
  for (const Blocks::Group& group : blocks_.groups()) {
    if (!group.penalised()) continue;
    gatherGroup(blocks_.columnsOf(group), gradient_, gradient);
    // Lets the lambda of the caller's own arithmetic pass.
    for (double& g : gradient) g *= 1.0 - kRounding;
    if (blocks_.pull(group, gradient, curvatureOf(group)) > 0.0) return false;
  }
  return true;
}

double BlockRun::lambdaOfZero() {
  differentiate();
  const double before = blocks_.lambda();
  double largest = 0.0;
  std::vector<double> none;
  std::vector<double> gradient;
  for (const Blocks::Group& group : blocks_.groups()) {
    if (group.factor == 0.0) continue;
    gatherGroup(blocks_.columnsOf(group), gradient_, gradient);
    none.assign(gradient.size(), 0.0);
    Blocks::Group free = group;
    free.weight = 0.0;
    largest = std::max(largest, blocks_.violation(free, none, gradient) / group.factor);
  }
  double high = largest;
  for (int doubling = 0; high > 0.0 && !stays(high); ++doubling) {
    high *= 2.0;
    if (doubling == 100) high = 0.0;
  }
  if (high > 0.0) {
    double low = high;
    for (int halving = 0; halving < 200 && stays(low); ++halving) low *= 0.5;
    for (int i = 0; i < 60 && high > low * (1.0 + 1e-12); ++i) {
      const double middle = std::sqrt(low) * std::sqrt(high);
      (stays(middle) ? high : low) = middle;
    }
    largest = high;
  }
  blocks_.setLambda(before);
  return largest;
}

}  // namespace flipside
