#include "solvers/decrement.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace flipside {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr std::size_t kEntries = 30;
constexpr std::size_t kAttempts = 200;
constexpr std::size_t kSweeps = 10;
constexpr double kAccuracy = 1e-4;  // of the result
constexpr double kRidge = 1e-10;    // of the diagonal, against columns that are multiples
constexpr double kRounding = 1e-9;
constexpr double kNearZero = 1e-6;    // of the largest coefficient: where omega''(0+) is taken
constexpr std::size_t kSmall = 1000;  // coordinates whose Gram matrix is small for any data

/// One coordinate of the model, counted in the direction in which it may move without end; in the
/// other it may move as far as 0.
struct Coordinate {
  std::size_t column;
  double sign;
  double size;
  double rise;  ///< of minus the objective at the start
  double bend;  ///< lambda omega''
  double step = 0.0;
};

class Model {
 public:
  Model(const Problem& problem, const SeparablePenalty& penalty, std::span<const double> w)
      : problem_(problem),
        penalty_(penalty),
        w_(w),
        at_(stationarity(problem, w)),
        moved_(problem.design.rows(), 0.0),
        correlations_(w.size(), 0.0),
        enteredUp_(w.size(), false),
        enteredDown_(w.size(), false) {
    for (const double value : w) largest_ = std::max(largest_, std::abs(value));
  }

  double decrease() {
    for (std::size_t entry = 0; entry < kEntries; ++entry) {
      if (!enter()) return total_;
      if (!minimise()) break;
      problem_.design.correlate(moved_, correlations_);
    }
    return kInfinity;
  }

 private:
  /// The nonzero coordinates at first, then those at 0 that the model, minimised so far, pushes
  /// away from it: one that has come there from the other side goes on as a second coordinate of
  /// its column. False when there are none.
  bool enter() {
    const auto h = problem_.design.curvature();
    const std::size_t before = coordinates_.size();
    for (std::size_t j = 0; j < w_.size() && before == 0; ++j) {
      if (w_[j] != 0.0 && h[j] > 0.0) add(j, std::copysign(1.0, w_[j]), std::abs(w_[j]));
    }
    std::vector<double> position(w_.begin(), w_.end());
    for (const Coordinate& at : coordinates_) position[at.column] += at.sign * at.step;
    const double kink = problem_.lambda * penalty_.slopeAt(0.0, problem_.lambda);
    for (std::size_t j = 0; j < w_.size(); ++j) {
      const double gradient = at_.gradient[j] - correlations_[j];
      if (position[j] != 0.0 || h[j] == 0.0) continue;
      if (!(std::abs(gradient) > kink * (1.0 + kRounding))) continue;
      std::vector<bool>& entered = gradient > 0.0 ? enteredUp_ : enteredDown_;
      if (entered[j]) continue;
      entered[j] = true;
      add(j, std::copysign(1.0, gradient), 0.0);
    }
    if (coordinates_.size() == before) return false;
    const std::size_t n = moved_.size(), size = coordinates_.size();
    std::vector<std::size_t> index;
    for (const Coordinate& at : coordinates_) index.push_back(at.column);
    columns_.resize(n * size);
    problem_.design.gather(index, {columns_.data(), n, size, n});
    gram_.clear();
    if (size > std::max(n, kSmall)) return true;
    gram_.resize(size * size);
    linalg::gram({columns_.data(), n, size, n}, 1.0 / static_cast<double>(n),
                 {gram_.data(), size, size, size}, problem_.cancel);
    products_.assign(size, 0.0);
    for (std::size_t k = 0; k < size; ++k) {
      if (coordinates_[k].step == 0.0) continue;
      linalg::axpy(coordinates_[k].sign * coordinates_[k].step, gramColumn(k), products_);
    }
    return true;
  }

  void add(std::size_t j, double sign, double size) {
    const double place = size > 0.0 ? size : kNearZero * largest_;
    const double slope = penalty_.slopeAt(size, problem_.lambda);
    const double bend =
        place > 0.0 ? problem_.lambda * penalty_.curvatureAt(place, problem_.lambda) : 0.0;
    coordinates_.push_back({j, sign, size, sign * at_.gradient[j] - problem_.lambda * slope, bend});
  }

  /// Coordinate descent, which finds out who rests at 0, and Newton's steps on the others, which
  /// see to the end what coordinate descent creeps towards.
  bool minimise() {
    for (std::size_t attempt = 0; attempt < kAttempts; ++attempt) {
      if (problem_.cancel != nullptr) problem_.cancel->poll();
      double gained = 0.0;
      for (std::size_t k = 0; k < kSweeps * coordinates_.size(); ++k) {
        gained += move(k % coordinates_.size());
      }
      gained += newton();
      total_ += gained;
      if (!std::isfinite(total_)) return false;
      if (gained <= kAccuracy * total_) return finish();
    }
    return false;
  }

  /// The same for all coordinates that do not rest, as far as the first that comes to 0. Nothing
  /// without the Gram matrix, or where the model is not convex.
  double newton() {
    if (gram_.empty()) return 0.0;
    std::vector<std::size_t> free;
    for (std::size_t k = 0; k < coordinates_.size(); ++k) {
      if (coordinates_[k].step > -coordinates_[k].size) free.push_back(k);
    }
    const std::size_t size = free.size();
    std::vector<double> matrix(size * size), step(size);
    for (std::size_t b = 0; b < size; ++b) {
      const Coordinate& at = coordinates_[free[b]];
      const std::span<const double> column = gramColumn(free[b]);
      for (std::size_t a = b; a < size; ++a) {
        matrix[a + b * size] = at.sign * coordinates_[free[a]].sign * column[free[a]];
      }
      matrix[b + b * size] += at.bend + kRidge * column[free[b]];
      step[b] = riseOf(free[b]);
    }
    const std::vector<double> rise(step);
    if (!linalg::cholesky({matrix.data(), size, size, size}, problem_.cancel)) return 0.0;
    linalg::choleskySolve({matrix.data(), size, size, size}, step);
    double length = 1.0;
    std::size_t first = size;
    for (std::size_t a = 0; a < size; ++a) {
      const Coordinate& at = coordinates_[free[a]];
      if (at.step + length * step[a] >= -at.size) continue;
      length = (at.size + at.step) / -step[a];
      first = a;
    }
    for (std::size_t a = 0; a < size; ++a) {
      const Coordinate& at = coordinates_[free[a]];
      shift(free[a], a == first ? -at.size : std::max(-at.size, at.step + length * step[a]));
    }
    return length * (1.0 - 0.5 * length) * linalg::dot(rise, step);
  }

  double riseOf(std::size_t k) const {
    const Coordinate& at = coordinates_[k];
    const double slope = gram_.empty()
                             ? linalg::dot(column(k), moved_) / static_cast<double>(moved_.size())
                             : products_[k];
    return at.rise - at.sign * slope - at.bend * at.step;
  }

  void shift(std::size_t k, double step) {
    Coordinate& at = coordinates_[k];
    const double change = at.sign * (step - at.step);
    at.step = step;
    if (gram_.empty()) {
      linalg::axpy(change, column(k), moved_);
    } else {
      linalg::axpy(change, gramColumn(k), products_);
    }
  }

  /// What the objective falls by when coordinate k goes to its minimum; NaN when it has none.
  double move(std::size_t k) {
    const Coordinate& at = coordinates_[k];
    const double curvature = problem_.design.curvature()[at.column] + at.bend;
    if (!(curvature > 0.0)) return std::numeric_limits<double>::quiet_NaN();
    const double rise = riseOf(k);
    const double step = std::max(at.step + rise / curvature, -at.size);
    const double change = step - at.step;
    if (change == 0.0) return 0.0;
    shift(k, step);
    return change * (rise - 0.5 * curvature * change);
  }

  bool finish() {
    if (gram_.empty()) return true;
    std::ranges::fill(moved_, 0.0);
    for (std::size_t k = 0; k < coordinates_.size(); ++k) {
      linalg::axpy(coordinates_[k].sign * coordinates_[k].step, column(k), moved_);
    }
    return true;
  }

  std::span<const double> column(std::size_t k) const {
    return {columns_.data() + k * moved_.size(), moved_.size()};
  }
  std::span<const double> gramColumn(std::size_t k) const {
    return {gram_.data() + k * coordinates_.size(), coordinates_.size()};
  }

  const Problem& problem_;
  const SeparablePenalty& penalty_;
  std::span<const double> w_;
  const Stationarity at_;
  double largest_ = 0.0;
  std::vector<double> moved_;                  // X times the step
  std::vector<double> correlations_;           // X' of that / n
  std::vector<bool> enteredUp_, enteredDown_;  // from 0
  std::vector<Coordinate> coordinates_;
  std::vector<double> columns_, gram_, products_;
  double total_ = 0.0;
};

}  // namespace

double predictedDecrease(const Problem& problem, const SeparablePenalty& penalty,
                         std::span<const double> w) {
  return Model(problem, penalty, w).decrease();
}

}  // namespace flipside
