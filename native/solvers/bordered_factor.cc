#include "solvers/bordered_factor.h"

#include <algorithm>
#include <cmath>

#include "linalg/mixed.h"

namespace flipside {
namespace {

/// What a multiplication costs, in units of those of a descent: in a factorisation, in the solution
/// of triangular systems for many columns, and for one.
constexpr double kFactor = 0.4;
constexpr double kMany = 0.5;
constexpr double kOne = 2.0;
constexpr double kSmall = 1.5;  // in small matrices
/// Of the cost of a new factor, which is less to solve with afterwards.
constexpr double kWorth = 0.15;

}  // namespace

std::uint32_t& BorderedFactor::slot(std::vector<std::uint32_t>& of, std::size_t column) {
  if (of.size() <= column) of.resize(column + column / 2 + 64, kNone);
  return of[column];
}

std::size_t BorderedFactor::borderOf(std::size_t column, bool came) {
  return slot(came ? cameAt_ : leftAt_, column);
}

BorderedFactor::Change BorderedFactor::compare(const System& system) {
  Change change;
  const auto columns = system.gram.columns();
  for (std::size_t k = 0; k < columns.size(); ++k) {
    slot(placeAt_, columns[k]) = static_cast<std::uint32_t>(k);
  }
  std::vector<char> stays(base_.size());
  for (std::size_t a = 0; a < system.places.size(); ++a) {
    const std::size_t j = columns[system.places[a]];
    const std::uint32_t f = slot(baseAt_, j);
    if (f != kNone && gone_[f] == 0 && baseShift_[f] == system.shift[a]) {
      stays[f] = 1;
      continue;
    }
    change.came.push_back(a);
    if (borderOf(j, true) == kNone) ++change.fresh;
  }
  for (std::size_t f = 0; f < base_.size(); ++f) {
    const std::uint32_t k = slot(placeAt_, base_[f]);
    if (k >= columns.size() || columns[k] != base_[f]) gone_[f] = 1;
    if (stays[f] != 0) continue;
    change.left.push_back(f);
    if (borderOf(base_[f], false) == kNone) ++change.fresh;
  }
  return change;
}

double BorderedFactor::changeCost(const Change& change) const {
  const auto f = static_cast<double>(base_.size());
  const auto q = static_cast<double>(change.came.size() + change.left.size());
  const auto fresh = static_cast<double>(change.fresh);
  const auto border = static_cast<double>(border_.size()) + fresh;
  return kMany * fresh * f * (f + border) + 2.0 * kOne * f * (f + q) +
         kSmall * q * q * (q / 3.0 + 8.0);
}

double BorderedFactor::cost(const System& system) {
  const auto size = static_cast<double>(system.places.size());
  const double whole = kFactor * size * size * size / 3.0;
  if (base_.empty()) return whole;
  const double change = changeCost(compare(system));
  return change < kWorth * whole ? change : whole;
}

bool BorderedFactor::solve(const System& system, std::span<double> b, const Cancellation* cancel) {
  const auto size = static_cast<double>(system.places.size());
  if (!base_.empty()) {
    const Change change = compare(system);
    if (changeCost(change) < kWorth * kFactor * size * size * size / 3.0) {
      border(system, change);
      return solveBordered(system, change, b);
    }
  }
  return refactor(system, b, cancel);
}

bool BorderedFactor::refactor(const System& system, std::span<double> b,
                              const Cancellation* cancel) {
  for (const std::size_t j : base_) baseAt_[j] = kNone;
  for (const Border& one : border_) (one.came ? cameAt_ : leftAt_)[one.column] = kNone;
  base_.clear();
  border_.clear();
  solved_.clear();
  products_.clear();
  const std::size_t size = system.places.size();
  if (factor_.size() < size * size) factor_.resize(size * size);
  for (std::size_t a = 0; a < size; ++a) {
    const std::size_t k = system.places[a];
    const float* from = system.gram.column(k);
    float* to = &factor_[a * size];
    for (std::size_t c = a + 1; c < size; ++c) to[c] = from[system.places[c]];
    to[a] = static_cast<float>(system.gram.diagonal()[k] + system.shift[a]);
  }
  if (!linalg::cholesky(factor_, size, cancel)) return false;
  for (std::size_t a = 0; a < size; ++a) {
    base_.push_back(system.gram.columns()[system.places[a]]);
    slot(baseAt_, base_.back()) = static_cast<std::uint32_t>(a);
  }
  baseShift_.assign(system.shift.begin(), system.shift.end());
  gone_.assign(size, 0);
  linalg::choleskySolve(factor_, b);
  return true;
}

/// L^-1 of what has come and left and is not there yet.
void BorderedFactor::border(const System& system, const Change& change) {
  const std::size_t size = base_.size();
  const std::size_t before = border_.size();
  const auto add = [&](std::size_t column, bool came) {
    if (borderOf(column, came) != kNone) return false;
    slot(came ? cameAt_ : leftAt_, column) = static_cast<std::uint32_t>(border_.size());
    border_.push_back({column, came});
    solved_.resize(border_.size() * size, 0.0F);
    return true;
  };
  for (const std::size_t a : change.came) {
    const std::size_t k = system.places[a];
    if (!add(system.gram.columns()[k], true)) continue;
    const float* from = system.gram.column(k);
    float* to = &solved_[(border_.size() - 1) * size];
    // Where a column has left for good its row does not matter: there x = 0.
    for (std::size_t f = 0; f < size; ++f) {
      if (gone_[f] == 0) to[f] = from[placeAt_[base_[f]]];
    }
  }
  for (const std::size_t f : change.left) {
    if (add(base_[f], false)) solved_[(border_.size() - 1) * size + f] = 1.0F;
  }
  const std::size_t fresh = border_.size() - before;
  if (fresh == 0) return;
  const std::span<float> latest(&solved_[before * size], fresh * size);
  linalg::forwardSolve(factor_, size, latest);
  std::vector<float> block(border_.size() * fresh);
  linalg::multiplyTransposed(solved_, latest, size, block);
  for (std::size_t i = 0; i < fresh; ++i) {
    const auto column = block.begin() + static_cast<std::ptrdiff_t>(i * border_.size());
    products_.emplace_back(column, column + static_cast<std::ptrdiff_t>(before + i + 1));
  }
}

bool BorderedFactor::solveBordered(const System& system, const Change& change,
                                   std::span<double> b) {
  const std::size_t size = base_.size();
  const std::size_t came = change.came.size();
  const std::size_t left = change.left.size();
  const auto columns = system.gram.columns();
  std::vector<std::uint32_t> at(system.places.size(), kNone);  // in base_
  for (std::size_t a = 0; a < system.places.size(); ++a) at[a] = baseAt_[columns[system.places[a]]];
  for (const std::size_t a : change.came) at[a] = kNone;
  std::vector<float> half(size, 0.0F);
  for (std::size_t a = 0; a < at.size(); ++a) {
    if (at[a] != kNone) half[at[a]] = static_cast<float>(b[a]);
  }
  linalg::forwardSolve(factor_, size, half);
  std::vector<double> y(half.begin(), half.end());
  std::vector<std::size_t> used;  // of the border: what came, what left
  for (const std::size_t a : change.came) {
    used.push_back(borderOf(columns[system.places[a]], true));
  }
  for (const std::size_t f : change.left) used.push_back(borderOf(base_[f], false));
  const auto side = [&](std::size_t i) { return &solved_[used[i] * size]; };
  const auto inner = [&](std::size_t i, std::size_t k) {
    return static_cast<double>(products_[std::max(used[i], used[k])][std::min(used[i], used[k])]);
  };
  std::vector<double> along(used.size());  // U'y
  for (std::size_t i = 0; i < used.size(); ++i) along[i] = linalg::dotMixed(side(i), y);
  // M = U_R'U_R;  M^-1/2 [K_RB, U_R'y]
  std::vector<double> lower(left * left);
  const MutableMatrix m{lower.data(), left, left, left};
  for (std::size_t r = 0; r < left; ++r) {
    for (std::size_t q = 0; q < left; ++q) m(q, r) = inner(came + q, came + r);
  }
  if (left > 0 && !linalg::cholesky(m)) return false;
  std::vector<double> sides(left * (came + 1));
  const MutableMatrix w{sides.data(), left, came + 1, left};
  for (std::size_t r = 0; r < left; ++r) {
    for (std::size_t c = 0; c < came; ++c) w(r, c) = inner(came + r, c);
    w(r, came) = along[came + r];
  }
  if (left > 0) linalg::forwardSolve(m, w);
  std::vector<double> folded((came + 1) * (came + 1));
  const MutableMatrix fold{folded.data(), came + 1, came + 1, came + 1};
  if (left > 0) linalg::multiplyMatrices(w, w, fold);
  std::vector<double> schur(came * came);
  const MutableMatrix c{schur.data(), came, came, came};
  std::vector<double> x(came);
  for (std::size_t i = 0; i < came; ++i) {
    const std::size_t a = change.came[i];
    const float* from = system.gram.column(system.places[a]);
    for (std::size_t k = i; k < came; ++k) {
      const std::size_t place = system.places[change.came[k]];
      const double g = k == i ? system.gram.diagonal()[place] + system.shift[a]
                              : static_cast<double>(from[place]);
      c(k, i) = (g - inner(k, i)) + fold(k, i);
    }
    x[i] = (b[a] - along[i]) + fold(i, came);
  }
  if (came > 0) {
    if (!linalg::cholesky(c)) return false;
    linalg::choleskySolve(c, x);
  }
  // mu = M^-1 (U_R'y - K_RB x_B)
  std::vector<double> mu(left);
  for (std::size_t r = 0; r < left; ++r) {
    mu[r] = along[came + r];
    for (std::size_t i = 0; i < came; ++i) mu[r] -= inner(came + r, i) * x[i];
  }
  if (left > 0) linalg::choleskySolve(m, mu);
  for (std::size_t i = 0; i < came; ++i) {
    linalg::subtractScaled(x[i], side(i), y);
  }
  for (std::size_t r = 0; r < left; ++r) {
    linalg::subtractScaled(mu[r], side(came + r), y);
  }
  std::ranges::transform(y, half.begin(), [](double v) { return static_cast<float>(v); });
  linalg::backwardSolve(factor_, half);
  for (std::size_t a = 0; a < at.size(); ++a) {
    if (at[a] != kNone) b[a] = static_cast<double>(half[at[a]]);
  }
  for (std::size_t i = 0; i < came; ++i) b[change.came[i]] = x[i];
  return true;
}

}  // namespace flipside
