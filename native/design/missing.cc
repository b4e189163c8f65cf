#include "design/missing.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include "design/standardized.h"
#include "design/tasks.h"

namespace flipside {
namespace {

/// Row and column.
using Place = std::pair<std::size_t, std::size_t>;

constexpr std::size_t kPlaces = 3;  // that a message names

/// Counts, and keeps the first few in the order of rows.
class Tally {
 public:
  void add(const Place& place) {
    ++count_;
    if (first_.size() == kPlaces && place >= first_.back()) return;
    first_.insert(std::ranges::upper_bound(first_, place), place);
    if (first_.size() > kPlaces) first_.pop_back();
  }

  void raise() const {
    if (count_ == 0) return;
    std::string text = "x must have no missing values, but has " + std::to_string(count_);
    text += count_ == 1 ? ", in " : ", the first in ";
    for (std::size_t k = 0; k < first_.size(); ++k) {
      if (k > 0) text += "; ";
      text +=
          "row " + std::to_string(first_[k].first) + ", column " + std::to_string(first_[k].second);
    }
    throw BadValue("MISSING_VALUES", "x", text);
  }

 private:
  std::size_t count_ = 0;
  std::vector<Place> first_;
};

template <typename Value>
void tallyMissing(const RawMatrix& x, const std::vector<Value>& values, Tally& tally) {
  std::size_t column = 0;
  std::size_t count = values.size();
  // Of stored values that belong to no column nothing is asked.
  if (x.layout == RawMatrix::Layout::compressedColumns) {
    count = static_cast<std::size_t>(x.columnPointers.back());
  }
  for (std::size_t k = 0; k < count; ++k) {
    if (!std::isnan(values[k])) continue;
    switch (x.layout) {
      case RawMatrix::Layout::rowMajor:
        tally.add({k / x.columns, k % x.columns});
        break;
      case RawMatrix::Layout::columnMajor:
        tally.add({k % x.rows, k / x.rows});
        break;
      case RawMatrix::Layout::compressedColumns:
        while (static_cast<std::size_t>(x.columnPointers[column + 1]) <= k) ++column;
        tally.add({static_cast<std::size_t>(x.rowIndices[k]), column});
        break;
    }
  }
}

struct Present {
  bool missing = false;  ///< there is a NaN
  double mean = 0.0;     ///< of the others; NaN without any that has a weight
};

/// Weights are divided by their sum first, so that no sum of finite terms overflows.
Present presentMean(std::span<const double> x, std::span<const double> weights, std::size_t j) {
  Present result;
  double total = 0.0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (std::isnan(x[i])) {
      result.missing = true;
    } else if (std::isinf(x[i])) {
      failNotFinite(i, j, x[i]);
    } else {
      total += weights.empty() ? 1.0 : weights[i];
    }
  }
  if (total == 0.0) {
    result.mean = std::numeric_limits<double>::quiet_NaN();
    return result;
  }
  // The second pass corrects what rounding has left of a column far from 0.
  for (int pass = 0; pass < 2; ++pass) {
    double sum = 0.0;
    for (std::size_t i = 0; i < x.size(); ++i) {
      if (std::isnan(x[i])) continue;
      sum += (weights.empty() ? 1.0 : weights[i]) / total * (x[i] - result.mean);
    }
    if (pass == 0 || std::isfinite(sum)) result.mean += sum;
  }
  return result;
}

template <typename Value>
void fill(RawMatrix& x, std::vector<Value>& values, std::size_t j, double mean) {
  const bool byRows = x.layout == RawMatrix::Layout::rowMajor;
  const std::size_t first = byRows ? j : j * x.rows;
  const std::size_t step = byRows ? x.columns : 1;
  for (std::size_t i = 0; i < x.rows; ++i) {
    Value& value = values[first + i * step];
    if (std::isnan(value)) value = static_cast<Value>(mean);
  }
}

/// Divided by the largest, so that their sum is finite.
std::vector<double> scaled(std::span<const double> weights) {
  std::vector<double> result(weights.begin(), weights.end());
  if (result.empty()) return result;
  const double largest = *std::ranges::max_element(result);
  for (double& weight : result) weight /= largest;
  return result;
}

}  // namespace

void requireNoMissing(const RawMatrix& x) {
  Tally tally;
  if (x.floats.empty()) {
    tallyMissing(x, x.doubles, tally);
  } else {
    tallyMissing(x, x.floats, tally);
  }
  tally.raise();
}

Imputed imputeMissing(const std::shared_ptr<const RawMatrix>& x, std::span<const double> weights,
                      const Cancellation* cancel) {
  if (x->layout == RawMatrix::Layout::compressedColumns) {
    throw BadValue("UNSUPPORTED", "x",
                   "x must be dense for missing values to be imputed, but has compressed columns");
  }
  const std::size_t columns = x->columns;
  const std::vector<double> shares = scaled(weights);
  auto values = std::make_shared<std::vector<double>>(columns);
  std::vector<unsigned char> missing(columns);
  const std::size_t width = columnsToRead(columns);
  const auto measure = [&](std::size_t block) {
    const std::size_t first = block * width;
    const std::size_t count = std::min(width, columns - first);
    std::vector<double> buffer(count * x->rows);
    x->readColumns(first, count, buffer.data());
    for (std::size_t k = 0; k < count; ++k) {
      const Present present =
          presentMean({buffer.data() + k * x->rows, x->rows}, shares, first + k);
      missing[first + k] = present.missing ? 1 : 0;
      (*values)[first + k] =
          x->floats.empty() ? present.mean : static_cast<double>(static_cast<float>(present.mean));
    }
  };
  const bool threads =
      8.0 * static_cast<double>(x->rows) * static_cast<double>(columns) > kBytesForThreads;
  runTasks(parts(columns, width), threads, measure, cancel);
  for (std::size_t j = 0; j < columns; ++j) {
    if (!std::isnan((*values)[j])) continue;
    throw BadValue("MISSING_VALUES", "x",
                   "x must have a value in each column, but all " +
                       std::string(weights.empty() ? "" : "with a weight > 0 ") +
                       "are missing in column " + std::to_string(j));
  }
  if (std::ranges::none_of(missing, [](unsigned char one) { return one != 0; })) {
    return {x, std::move(values)};
  }
  if (cancel != nullptr) cancel->poll();
  auto filled = std::make_shared<RawMatrix>(*x);
  fillMissing(*filled, *values);
  return {std::move(filled), std::move(values)};
}

void fillMissing(RawMatrix& x, std::span<const double> values) {
  for (std::size_t j = 0; j < x.columns; ++j) {
    if (x.floats.empty()) {
      fill(x, x.doubles, j, values[j]);
    } else {
      fill(x, x.floats, j, values[j]);
    }
  }
}

}  // namespace flipside
