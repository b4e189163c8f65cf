#include "solvers/gram_store.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace flipside {
namespace {

/// A column's own curvature may vanish where its bound does not (rows of no curvature, an intercept
/// that takes it all).
constexpr double kLeastShare = 1e-16;

}  // namespace

void GramStore::reserve(std::size_t size) {
  if (size <= capacity_) return;
  // Columns start at multiples of a cache line.
  const std::size_t capacity = (std::max(size, capacity_ + capacity_ / 2) + 15) / 16 * 16;
  auto larger = std::make_unique_for_overwrite<float[]>(capacity * capacity);
  for (std::size_t k = 0; k < filled(); ++k) {
    std::copy_n(&values_[k * capacity_], filled(), &larger[k * capacity]);
  }
  values_ = std::move(larger);
  capacity_ = capacity;
}

void GramStore::append(const Risk& risk, std::span<const std::size_t> columns) {
  columns_.insert(columns_.end(), columns.begin(), columns.end());
  for (const std::size_t j : columns) bounds_.push_back(risk.curvature()[j]);
}

/// The entries at these places, and their mirror images.
void GramStore::compute(Risk& risk, std::span<const std::size_t> rows,
                        std::span<const std::size_t> columns) {
  if (rows.empty() || columns.empty()) return;
  const auto namesOf = [&](std::span<const std::size_t> places) {
    std::vector<std::size_t> names;
    for (const std::size_t k : places) names.push_back(columns_[k]);
    return names;
  };
  const auto block = std::make_unique_for_overwrite<double[]>(rows.size() * columns.size());
  const MutableMatrix out{block.get(), rows.size(), columns.size(), rows.size()};
  const std::vector<std::size_t> left = namesOf(rows);
  const bool square = rows.data() == columns.data();
  risk.hessian(left, square ? left : namesOf(columns), out);
  for (std::size_t b = 0; b < columns.size(); ++b) {
    for (std::size_t a = 0; a < rows.size(); ++a) {
      put(rows[a], columns[b], static_cast<float>(out(a, b)));
      if (rows[a] == columns[b]) {
        diagonal_[rows[a]] = std::max(out(a, b), kLeastShare * bounds_[rows[a]]);
      }
    }
  }
}

void GramStore::fill(Risk& risk) {
  const std::size_t before = filled();
  const std::size_t size = columns_.size();
  if (before == size) return;
  reserve(size);
  diagonal_.resize(size);
  std::vector<std::size_t> stocked(size, GramStock::kNone);
  std::vector<std::size_t> old;       // places of before that are not in stock
  std::vector<std::size_t> known;     // new ones that are
  std::vector<std::size_t> fresh;     // new ones that are not
  std::vector<std::size_t> everyOld;  // all of before
  for (std::size_t k = 0; k < size; ++k) {
    if (stock_ != nullptr) stocked[k] = stock_->placeOf(columns_[k]);
    const bool missing = stocked[k] == GramStock::kNone;
    if (k < before) everyOld.push_back(k);
    if (k < before && missing) old.push_back(k);
    if (k >= before) (missing ? fresh : known).push_back(k);
  }
  for (const std::size_t b : known) {
    for (std::size_t a = 0; a <= b; ++a) {
      if (stocked[a] != GramStock::kNone) put(a, b, stock_->at(stocked[a], stocked[b]));
    }
    diagonal_[b] = stock_->diagonal(stocked[b]);
  }
  compute(risk, old, known);
  compute(risk, everyOld, fresh);
  compute(risk, known, fresh);
  compute(risk, fresh, fresh);
}

void GramStore::keep(std::span<const std::size_t> places) {
  const auto end = std::ranges::lower_bound(places, filled());
  const std::span<const std::size_t> known(places.begin(), end);
  for (std::size_t b = 0; b < known.size(); ++b) {
    const float* from = &values_[known[b] * capacity_];
    float* to = &values_[b * capacity_];
    for (std::size_t a = 0; a < known.size(); ++a) to[a] = from[known[a]];
    diagonal_[b] = diagonal_[known[b]];
  }
  diagonal_.resize(known.size());
  for (std::size_t b = 0; b < places.size(); ++b) {
    columns_[b] = columns_[places[b]];
    bounds_[b] = bounds_[places[b]];
  }
  columns_.resize(places.size());
  bounds_.resize(places.size());
}

Support supportOf(const GramStore& store, std::span<const double> w) {
  std::vector<std::size_t> order(w.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::erase_if(order, [&](std::size_t k) { return w[k] == 0.0; });
  std::ranges::sort(order, {}, [&](std::size_t k) { return store.columns()[k]; });
  Support support;
  for (const std::size_t k : order) {
    support.index.push_back(store.columns()[k]);
    support.values.push_back(w[k]);
  }
  return support;
}

GramStock::GramStock(GramStore store) : store_(std::move(store)) {
  store_.use(nullptr);
  for (std::size_t k = 0; k < store_.filled(); ++k) places_.emplace(store_.columns()[k], k);
}

}  // namespace flipside
