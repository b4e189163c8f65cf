#include "solvers/gram_store.h"

#include <algorithm>

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

void GramStore::fill(Risk& risk) {
  const std::size_t before = filled();
  const std::size_t size = columns_.size();
  if (before == size) return;
  reserve(size);
  const std::span<const std::size_t> first(columns_.data(), before);
  const std::span<const std::size_t> columns(columns_.data() + before, size - before);
  const auto block = std::make_unique_for_overwrite<double[]>(size * columns.size());
  const MutableMatrix old{block.get(), before, columns.size(), before};
  const MutableMatrix own{&block[before * columns.size()], columns.size(), columns.size(),
                          columns.size()};
  if (before > 0) risk.hessian(first, columns, old);
  risk.hessian(columns, columns, own);
  for (std::size_t b = 0; b < columns.size(); ++b) {
    float* to = &values_[(before + b) * capacity_];
    for (std::size_t a = 0; a < before; ++a) {
      to[a] = static_cast<float>(old(a, b));
    }
    for (std::size_t a = 0; a < columns.size(); ++a) to[before + a] = static_cast<float>(own(a, b));
    diagonal_.push_back(std::max(own(b, b), kLeastShare * bounds_[before + b]));
  }
  for (std::size_t a = 0; a < before; ++a) {
    float* to = &values_[a * capacity_ + before];
    for (std::size_t b = 0; b < columns.size(); ++b) to[b] = static_cast<float>(old(a, b));
  }
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

}  // namespace flipside
