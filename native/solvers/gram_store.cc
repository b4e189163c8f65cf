#include "solvers/gram_store.h"

#include <algorithm>

namespace flipside {

void GramStore::reserve(std::size_t size) {
  if (size <= capacity_) return;
  // Columns start at multiples of a cache line.
  const std::size_t capacity = (std::max(size, capacity_ + capacity_ / 2) + 15) / 16 * 16;
  auto larger = std::make_unique_for_overwrite<float[]>(capacity * capacity);
  for (std::size_t k = 0; k < columns_.size(); ++k) {
    std::copy_n(&values_[k * capacity_], columns_.size(), &larger[k * capacity]);
  }
  values_ = std::move(larger);
  capacity_ = capacity;
}

void GramStore::append(Risk& risk, std::span<const std::size_t> columns) {
  if (columns.empty()) return;
  const std::size_t before = columns_.size();
  const std::size_t size = before + columns.size();
  reserve(size);
  const auto block = std::make_unique_for_overwrite<double[]>(size * columns.size());
  const MutableMatrix old{block.get(), before, columns.size(), before};
  const MutableMatrix own{&block[before * columns.size()], columns.size(), columns.size(),
                          columns.size()};
  if (before > 0) risk.hessian(columns_, columns, old);
  risk.hessian(columns, columns, own);
  for (std::size_t b = 0; b < columns.size(); ++b) {
    float* to = &values_[(before + b) * capacity_];
    for (std::size_t a = 0; a < before; ++a) {
      to[a] = static_cast<float>(old(a, b));
    }
    for (std::size_t a = 0; a < columns.size(); ++a) to[before + a] = static_cast<float>(own(a, b));
    diagonal_.push_back(own(b, b));
  }
  for (std::size_t a = 0; a < before; ++a) {
    float* to = &values_[a * capacity_ + before];
    for (std::size_t b = 0; b < columns.size(); ++b) to[b] = static_cast<float>(old(a, b));
  }
  columns_.insert(columns_.end(), columns.begin(), columns.end());
}

void GramStore::keep(std::span<const std::size_t> places) {
  for (std::size_t b = 0; b < places.size(); ++b) {
    const float* from = &values_[places[b] * capacity_];
    float* to = &values_[b * capacity_];
    for (std::size_t a = 0; a < places.size(); ++a) to[a] = from[places[a]];
    columns_[b] = columns_[places[b]];
    diagonal_[b] = diagonal_[places[b]];
  }
  columns_.resize(places.size());
  diagonal_.resize(places.size());
}

void GramStore::clear() {
  columns_.clear();
  diagonal_.clear();
}

}  // namespace flipside
