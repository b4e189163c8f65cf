#include "solvers/working_set.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "design/bad_value.h"
#include "solvers/certificates.h"
#include "solvers/newton.h"

namespace flipside {
namespace {

constexpr std::size_t kLeastGrowth = 32;
/// Multiplications of a Gram matrix that cost as much as one number of X read in a pass.
constexpr double kPassShare = 5.0;
constexpr double kInnerShare =
    0.05;                           // of the largest violation: as far as a solve over the set goes
constexpr double kLookShare = 0.3;  // the set must be this much better than what was seen outside
constexpr double kNearShare = 0.3;
constexpr double kIdleZeros = 0.2;  // of the set
constexpr std::size_t kPatience = 20;
constexpr int kHalvings = 20;
/// A part of a jump, which nonconvex penalties make, is seldom better than none.
constexpr int kHalvingsOfJumps = 2;
constexpr double kShare = 1e-3;
constexpr std::size_t kFirstPolish = 20;    // solves over the set before
constexpr std::size_t kPolishInterval = 4;  // and between
constexpr int kPolishSteps = 20;

const SeparablePenalty& separableOf(const Problem& problem,
                                    const std::shared_ptr<const SeparablePenalty>& table) {
  if (table != nullptr) return *table;
  return dynamic_cast<const SeparablePenalty&>(problem.penalty);
}

}  // namespace

WorkingSet::WorkingSet(const Problem& problem, Risk& risk)
    : problem_(problem),
      risk_(risk),
      table_(dynamic_cast<const SeparablePenalty&>(problem.penalty).tabulated(problem.lambda)),
      penalty_(separableOf(problem, table_)),
      lambda_(problem.lambda),
      descent_(penalty_, problem.cancel),
      model_(risk, descent_, penalty_, problem.cancel),
      screen_(risk, descent_) {
  descent_.setLambda(lambda_);
  if (risk.quadratic()) {
    store_.use(std::dynamic_pointer_cast<const GramStock>(problem.design.keepsake()));
  }
}

void WorkingSet::leaveGram() {
  const auto size = static_cast<double>(store_.filled());
  if (!risk_.quadratic() || size == 0.0 || size * size > problem_.design.elements()) return;
  problem_.design.leave(std::make_shared<GramStock>(std::move(store_)));
}

std::size_t WorkingSet::nonzero() const {
  return static_cast<std::size_t>(std::ranges::count_if(w_, [](double v) { return v != 0.0; }));
}

std::vector<double> WorkingSet::dense() const {
  std::vector<double> w(risk_.columns(), 0.0);
  for (std::size_t k = 0; k < w_.size(); ++k) w[store_.columns()[k]] = w_[k];
  return w;
}

void WorkingSet::begin(std::span<const double> w) {
  std::vector<std::size_t> columns;
  w_.clear();
  for (std::size_t j = 0; j < w.size(); ++j) {
    if (w[j] == 0.0 || risk_.curvature()[j] == 0.0) continue;
    columns.push_back(j);
    w_.push_back(w[j]);
    screen_.enter(j);
  }
  store_.append(risk_, columns);
  moveHere();
  arrive();
  if (risk_.bounded() || std::isfinite(state_.loss)) return;
  throw BadValue("NUMERIC", "start", "start is too large: the loss overflows there");
}

/// Loss, penalty and the gradients of the set, from scratch.
void WorkingSet::moveHere() {
  const Support support = supportOf(store_, w_);
  state_.omega = 0.0;
  for (const double value : support.values) {
    state_.omega += penalty_.omegaAt(std::abs(value), lambda_);
  }
  state_.omega +=
      static_cast<double>(risk_.columns() - support.index.size()) * penalty_.omegaAt(0.0, lambda_);
  state_.loss = risk_.moveTo({support.index, support.values});
  state_.objective = state_.loss + lambda_ * state_.omega;
  state_.nonzero = support.index.size();
  if (risk_.bounded()) screen_.moved();
}

/// The point is not one of those that are tried only, which without a bound may be anywhere.
void WorkingSet::arrive() {
  if (!risk_.bounded()) screen_.moved();
}

double WorkingSet::objectiveSlack() const {
  return 1e-14 * (risk_.magnitude(state_.loss) + std::abs(lambda_ * state_.omega));
}

/// What the quadratic model of L has fallen by on the way from `before`, where the negative
/// gradient was `gradient`: it falls by its mean along the way.
double WorkingSet::promise(std::span<const double> before, std::span<const double> gradient) const {
  double fall = 0.0;
  for (std::size_t k = 0; k < w_.size(); ++k) {
    fall += 0.5 * (w_[k] - before[k]) * (gradient[k] + gradient_[k]);
  }
  return fall;
}

/// Goes to w_, or a part of the way from `before`, where the objective falls by a share of what the
/// model, which fell by `promised`, has said. Returns the part: 0, and at `before`, when none does.
double WorkingSet::advance(std::span<const double> before, const State& from, double promised) {
  const double slack = objectiveSlack();
  const std::vector<double> after = w_;
  moveHere();
  const double fall = promised + lambda_ * (from.omega - state_.omega);
  const double share = risk_.quadratic() ? 0.0 : kShare * std::max(0.0, fall);
  const int most = risk_.quadratic() || model_.leadsDown() ? kHalvings : kHalvingsOfJumps;
  double part = 1.0;
  for (int halving = 0; halving <= most; ++halving) {
    if (state_.objective <= from.objective - part * share + slack) {
      arrive();
      return part;
    }
    part = halving < most ? 0.5 * part : 0.0;
    for (std::size_t k = 0; k < w_.size(); ++k) {
      w_[k] = part == 0.0 ? before[k] : before[k] + part * (after[k] - before[k]);
    }
    moveHere();
  }
  arrive();
  return 0.0;
}

/// Solves over the set. The model of L there is exact but for the rounding of the Gram matrix, or
/// quadratic at this point: then others are tried until the objective falls.
void WorkingSet::improve(double tolerance) {
  const std::vector<double> before = w_;
  const std::vector<double> gradient = gradient_;
  const State from = state_;
  while (true) {
    model_.minimise(store_, lambda_, w_, gradient_, tolerance);
    const double part = advance(before, from, promise(before, gradient));
    if (part > 0.0) return model_.trust(part == 1.0);
    if (risk_.quadratic() || !model_.yield()) return;
    gradient_ = gradient;
  }
}

/// Zeros inside their threshold leave.
void WorkingSet::prune() {
  std::vector<std::size_t> stay;
  for (std::size_t k = 0; k < w_.size(); ++k) {
    if (w_[k] != 0.0 || descent_.violation(0.0, gradient_[k], store_.bounds()[k]) > 0.0) {
      stay.push_back(k);
    } else {
      screen_.leave(store_.columns()[k], gradient_[k]);
    }
  }
  store_.keep(stay);
  for (std::size_t b = 0; b < stay.size(); ++b) {
    w_[b] = w_[stay[b]];
    gradient_[b] = gradient_[stay[b]];
  }
  w_.resize(stay.size());
  gradient_.resize(stay.size());
}

/// The columns that violate most come in: as many as a Gram matrix takes about the time of a pass
/// for.
void WorkingSet::grow() {
  std::vector<Violator>& violators = screen_.violators();
  const auto size = static_cast<double>(w_.size());
  const double pass = 4.0 * kPassShare * static_cast<double>(risk_.columns());
  const auto cheap = static_cast<std::size_t>(0.5 * (std::sqrt(size * size + pass) - size));
  const std::size_t most = std::max({kLeastGrowth, nonzero() / 2, cheap});
  if (violators.size() > most) {
    const auto end = violators.begin() + static_cast<std::ptrdiff_t>(most);
    std::ranges::nth_element(violators, end, [](const Violator& a, const Violator& b) {
      return a.excess != b.excess ? a.excess > b.excess : a.column < b.column;
    });
    violators.resize(most);
  }
  std::ranges::sort(violators, {}, &Violator::column);
  std::vector<std::size_t> columns;
  for (const Violator& one : violators) {
    columns.push_back(one.column);
    gradient_.push_back(one.gradient);
    w_.push_back(0.0);
    screen_.enter(one.column);
  }
  violators.clear();
  store_.append(risk_, columns);
}

double WorkingSet::insideViolation() {
  gradient_.resize(w_.size());
  risk_.gradients(store_.columns(), gradient_);
  screen_.count(w_.size());
  double worst = 0.0;
  for (std::size_t k = 0; k < w_.size(); ++k) {
    worst = std::max(worst, descent_.violation(w_[k], gradient_[k], store_.bounds()[k]));
  }
  return worst;
}

const char* WorkingSet::settle(double lambda, double goal, std::size_t most,
                               const Observer& observer, bool stage) {
  lambda_ = lambda;
  descent_.setLambda(lambda);
  moveHere();
  arrive();
  Patience patience(kPatience);
  double outside = std::numeric_limits<double>::infinity();
  double everywhere = outside;  // at the last look at all columns
  for (std::size_t round = 0;; ++round) {
    const double inside = insideViolation();
    const bool look = inside <= std::max(goal, kLookShare * outside);
    screen_.violators().clear();
    if (look) {
      outside = screen_.hasNear() && round > 0 ? screen_.lookNear() : 0.0;
      const bool rough = stage && round > 0;
      if (!rough && outside <= std::max(goal, kNearShare * everywhere)) {
        outside = everywhere = screen_.lookEverywhere();
      }
    }
    state_.violation = look ? std::max(inside, outside) : inside;
    state_.size = w_.size();
    state_.complete = look;
    if (observer) observer(state_);
    if (look && state_.violation <= goal) return "tolerance";
    if (round == most) return "maxIterations";
    if (problem_.cancel != nullptr && problem_.cancel->cancelled()) return "aborted";
    const bool progressed =
        patience.progressed(state_.objective, objectiveSlack(), state_.violation);
    if (!progressed || (!stage && round >= kFirstPolish && round % kPolishInterval == 0)) {
      if (!stage && polish()) {
        patience = Patience(kPatience);
        continue;
      }
      if (!progressed) return "stalled";
    }
    const auto zeros = static_cast<double>(w_.size() - nonzero());
    if (zeros > kIdleZeros * static_cast<double>(w_.size()) + kLeastGrowth) prune();
    const bool last = look && outside <= goal;
    try {
      grow();
      improve(last ? 0.5 * goal : std::max(0.5 * goal, kInnerShare * std::max(inside, outside)));
    } catch (const Cancelled&) {
      w_.resize(store_.size());  // those that were on their way in are 0
      gradient_.resize(store_.size());
      moveHere();
      arrive();
      return "aborted";
    }
  }
}

/// Newton's method on the support in double precision, without a matrix: where the curvatures of L
/// differ by many orders a Gram matrix in single precision says too little of the small ones. False
/// when it got nowhere.
bool WorkingSet::polish() {
  if (risk_.quadratic() || lambda_ != problem_.lambda || nonzero() == 0) return false;
  const Composite composite(problem_);
  Point at;
  at.w = dense();
  composite.evaluate(at);
  composite.differentiate(at);
  const double before = insideViolation();
  const double objective = state_.objective;
  Point next;
  bool moved = false;
  for (int step = 0; step < kPolishSteps; ++step) {
    if (!newtonStep(composite, at, at.objective, next)) break;
    std::swap(at, next);
    moved = true;
  }
  if (!moved) return false;
  for (std::size_t k = 0; k < w_.size(); ++k) w_[k] = at.w[store_.columns()[k]];
  moveHere();
  arrive();
  store_.empty();
  return state_.objective < objective - objectiveSlack() || insideViolation() < 0.5 * before;
}

double WorkingSet::lambdaOfZero() {
  std::vector<double> gradients(risk_.columns());
  risk_.allGradients(gradients);
  screen_.count(gradients.size());
  screen_.learn(gradients);
  const auto h = risk_.curvature();
  // Few columns compete: those whose gradient is the largest at their curvature.
  double largest = 0.0;
  double curvature = 0.0;
  for (std::size_t j = 0; j < gradients.size(); ++j) {
    if (h[j] > 0.0 && std::abs(gradients[j]) > largest) {
      largest = std::abs(gradients[j]);
      curvature = h[j];
    }
  }
  if (largest == 0.0) return 0.0;
  const auto holds = [&](double lambda) {
    return curvature * penalty_.proxThreshold(curvature, lambda) >= largest;
  };
  double high = largest;
  for (int i = 0; i < 60 && !holds(high); ++i) high *= 2.0;
  double low = high;
  for (int i = 0; i < 60 && holds(low); ++i) low *= 0.5;
  for (int i = 0; i < 200 && high > low * 1.001; ++i) {
    const double middle = std::sqrt(low * high);
    (holds(middle) ? high : low) = middle;
  }
  return high;
}

void WorkingSet::certify(ConvergenceRecord& record) {
  // A factor larger than the data allow is not worth the answer.
  const auto support = static_cast<double>(nonzero());
  if (problem_.penalty.convex() || support * support <= risk_.mostEntries()) {
    record.locallyConvex = localConvexity(
        problem_, nonzero(), [&](double concavity) { return convexBeyond(concavity); });
  }
  if (!state_.complete) return;
  record.dualityGap =
      dualityGap(problem_, risk_, state_.objective, state_.violation, risk_.traceHere());
}

/// Whether the Hessian of L on the support exceeds `concavity` in every direction.
bool WorkingSet::convexBeyond(double concavity) {
  if (!risk_.quadratic()) {
    store_.empty();  // of an earlier point
    risk_.holdExactly();
  }
  if (store_.filled() == store_.size()) return flipside::convexBeyond(store_, w_, concavity);
  const std::vector<std::size_t> support = supportOf(store_, w_).index;
  const std::size_t size = support.size();
  std::vector<double> matrix(size * size);
  const MutableMatrix factor{matrix.data(), size, size, size};
  risk_.hessian(support, support, factor);
  for (std::size_t a = 0; a < size; ++a) factor(a, a) -= concavity;
  return linalg::cholesky(factor);
}

}  // namespace flipside
