#include "solvers/screen.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace flipside {
namespace {

constexpr double kNear = 0.5;        // of the threshold
constexpr double kNearShare = 0.25;  // of all columns: more are no selection

float roundedDown(double value) {
  const auto rounded = static_cast<float>(value);
  if (static_cast<double>(rounded) <= value) return rounded;
  return std::nextafter(rounded, -std::numeric_limits<float>::infinity());
}

}  // namespace

Screen::Screen(Risk& risk, GramDescent& descent)
    : risk_(risk),
      descent_(descent),
      known_(risk.columns(), -std::numeric_limits<float>::infinity()),
      inside_(risk.columns()) {}

void Screen::moved() {
  way_ += risk_.distance();
  risk_.mark();
}

void Screen::count(std::size_t columns) {
  passes_ += static_cast<double>(columns) / static_cast<double>(risk_.columns());
}

void Screen::leave(std::size_t column, double gradient) {
  inside_[column] = 0;
  note(column, gradient);
  near_.push_back(column);
}

/// Returns the excess over the threshold.
double Screen::note(std::size_t column, double gradient) {
  const double h = risk_.curvature()[column];
  const double size = std::abs(gradient);
  known_[column] = roundedDown(way_ - size / std::sqrt(h));
  return size - descent_.threshold(h);
}

double Screen::largest(std::span<const std::size_t> columns, std::span<const double> gradients) {
  violators_.clear();
  double worst = 0.0;
  for (std::size_t k = 0; k < columns.size(); ++k) {
    const double excess = note(columns[k], gradients[k]);
    if (!(excess > 0.0)) continue;
    violators_.push_back({columns[k], excess, gradients[k]});
    worst = std::max(worst, excess);
  }
  count(columns.size());
  return worst;
}

double Screen::lookNear() {
  std::ranges::sort(near_);
  near_.erase(std::unique(near_.begin(), near_.end()), near_.end());
  std::erase_if(near_, [&](std::size_t j) { return inside_[j] != 0; });
  std::vector<double> gradients(near_.size());
  risk_.gradients(near_, gradients);
  return largest(near_, gradients);
}

double Screen::lookEverywhere() {
  const std::size_t columns = risk_.columns();
  const auto h = risk_.curvature();
  std::vector<std::size_t> open;
  for (std::size_t j = 0; j < columns; ++j) {
    if (inside_[j] != 0 || h[j] == 0.0) continue;
    const double bound = (way_ - static_cast<double>(known_[j])) * std::sqrt(h[j]);
    if (bound > descent_.threshold(h[j])) open.push_back(j);
  }
  std::vector<double> gradients(open.size());
  if (2 * open.size() > columns) {
    std::vector<double> all(columns);
    risk_.allGradients(all);
    for (std::size_t k = 0; k < open.size(); ++k) gradients[k] = all[open[k]];
  } else {
    risk_.gradients(open, gradients);
  }
  const double worst = largest(open, gradients);
  collectNear(open, gradients);
  return worst;
}

void Screen::collectNear(std::span<const std::size_t> columns, std::span<const double> gradients) {
  near_.clear();
  std::vector<double> closeness;
  for (std::size_t k = 0; k < columns.size(); ++k) {
    const double share = std::abs(gradients[k]) / descent_.threshold(risk_.curvature()[columns[k]]);
    if (share > kNear) {
      near_.push_back(k);
      closeness.push_back(share);
    }
  }
  const auto most =
      static_cast<std::size_t>(kNearShare * static_cast<double>(risk_.columns())) + 64;
  if (near_.size() > most) {
    std::vector<double> order = closeness;
    const auto cut = order.end() - static_cast<std::ptrdiff_t>(most);
    std::ranges::nth_element(order, cut);
    std::vector<std::size_t> closest;
    for (std::size_t i = 0; i < near_.size(); ++i) {
      if (closeness[i] >= *cut) closest.push_back(near_[i]);
    }
    near_ = std::move(closest);
  }
  for (std::size_t& place : near_) place = columns[place];
}

void Screen::learn(std::span<const double> gradients) {
  const auto h = risk_.curvature();
  for (std::size_t j = 0; j < gradients.size(); ++j) {
    if (h[j] > 0.0) note(j, gradients[j]);
  }
}

}  // namespace flipside
