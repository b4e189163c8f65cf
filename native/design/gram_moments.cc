#include "design/gram_moments.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include "design/bad_value.h"
#include "design/missing.h"
#include "design/row_blocks.h"

namespace flipside {
namespace {

constexpr std::size_t kChunkElements = std::size_t{1} << 21;  // 16 MB of rows at a time
constexpr std::size_t kFewestRows = 64;
constexpr std::size_t kBlock = 16;  // columns per task

/// Rows first, first + 1, ... of (x, y) as they were given; throws unless x is finite.
void readRows(const RawMatrix& raw, const RowBlocks& x, std::span<const double> y,
              std::size_t first, MutableMatrix z) {
  const std::size_t columns = z.columns - 1;
  x.read(first, z);
  std::copy_n(y.begin() + static_cast<std::ptrdiff_t>(first), z.rows, z.column(columns));
  for (std::size_t j = 0; j < columns; ++j) {
    for (std::size_t i = 0; i < z.rows; ++i) {
      if (std::isfinite(z(i, j))) continue;
      requireNoMissing(raw);
      throw BadValue("NOT_FINITE", "x",
                     "x must be finite, but row " + std::to_string(first + i) + ", column " +
                         std::to_string(j) + " is " + numberText(z(i, j)));
    }
  }
}

/// Weighted mean with one correction pass; weights empty: all 1.
double meanOf(std::span<const double> z, std::span<const double> weights, double total) {
  double mean = 0.0;
  for (int pass = 0; pass < 2; ++pass) {
    double sum = 0.0;
    for (std::size_t i = 0; i < z.size(); ++i) {
      sum += weights.empty() ? z[i] - mean : weights[i] * (z[i] - mean);
    }
    mean += sum / total;
  }
  return mean;
}

/// z <- the roots of the weights times (z - origin - mean), for columns of z.
void centre(MutableMatrix z, std::span<const double> weights, MomentSums& sums,
            const Cancellation* cancel) {
  const auto column = [&](std::size_t j) {
    const std::span<double> values(z.column(j), z.rows);
    for (double& value : values) value -= sums.origin[j];
    sums.mean[j] = meanOf(values, weights, sums.weight);
    for (std::size_t i = 0; i < z.rows; ++i) {
      values[i] -= sums.mean[j];
      if (!weights.empty()) values[i] *= std::sqrt(weights[i]);
    }
  };
  linalg::parallelFor((z.columns + kBlock - 1) / kBlock,
                      [&](std::size_t block) {
                        const std::size_t end = std::min(z.columns, (block + 1) * kBlock);
                        for (std::size_t j = block * kBlock; j < end; ++j) column(j);
                      },
                      cancel);
}

void requireFiniteSums(const MomentSums& sums) {
  for (const double value : sums.scatter) {
    if (!std::isfinite(value)) {
      throw BadValue("NUMERIC", "x",
                     "x or y is too large: a sum of products overflows; rescale it");
    }
  }
}

}  // namespace

GramMoments::GramMoments(std::size_t columns) : columns_(columns) {
  const std::size_t size = columns + 1;
  sums_.origin.resize(size);
  sums_.mean.resize(size);
  sums_.scatter.resize(size * size);
}

GramMoments::GramMoments(std::size_t columns, MomentSums sums)
    : columns_(columns), sums_(std::move(sums)) {
  const std::size_t size = columns + 1;
  for (std::size_t j = 0; j < size; ++j) {
    if (!(sums_.scatter[j * size + j] >= 0.0)) {
      throw badElement("scatter", "nonnegative on the diagonal", j, sums_.scatter[j * size + j]);
    }
  }
}

GramMoments::GramMoments(const RawMatrix& x, std::span<const double> y,
                         std::span<const double> weights, const Cancellation* cancel)
    : GramMoments(x.columns) {
  const std::size_t size = columns_ + 1;
  const RowBlocks rows(x);
  const std::size_t chunk = std::min(x.rows, std::max(kFewestRows, kChunkElements / size));
  std::vector<double> buffer(chunk * size);
  MomentSums part = sums_;
  for (std::size_t first = 0; first < x.rows; first += chunk) {
    if (cancel != nullptr) cancel->poll();
    const std::size_t count = std::min(chunk, x.rows - first);
    const MutableMatrix z{buffer.data(), count, size, count};
    readRows(x, rows, y, first, z);
    const auto own = weights.empty() ? weights : weights.subspan(first, count);
    part.rows = static_cast<double>(count);
    part.weight = static_cast<double>(count);
    if (!own.empty()) {
      part.weight = 0.0;
      for (const double weight : own) part.weight += weight;
    }
    if (part.weight == 0.0) {
      sums_.rows += part.rows;
      continue;
    }
    if (sums_.weight == 0.0) {
      for (std::size_t j = 0; j < size; ++j) {
        part.origin[j] = meanOf({z.column(j), count}, own, part.weight);
      }
    }
    centre(z, own, part, cancel);
    linalg::gram(z, 1.0, {part.scatter.data(), size, size, size}, cancel);
    add(part);
  }
  requireFiniteSums(sums_);
}

void GramMoments::add(const MomentSums& other) {
  sums_.rows += other.rows;
  if (other.weight == 0.0) return;
  if (sums_.weight == 0.0) {
    const double rows = sums_.rows;
    sums_ = other;
    sums_.rows = rows;
    return;
  }
  const std::size_t size = columns_ + 1;
  const double total = sums_.weight + other.weight;
  const double share = other.weight / total;
  const double product = sums_.weight * share;
  std::vector<double> d(size);
  for (std::size_t j = 0; j < size; ++j) {
    d[j] = (other.origin[j] - sums_.origin[j]) + (other.mean[j] - sums_.mean[j]);
    sums_.mean[j] += share * d[j];
  }
  sums_.weight = total;
  for (std::size_t j = 0; j < size; ++j) {
    double* column = &sums_.scatter[j * size];
    const double* added = &other.scatter[j * size];
    for (std::size_t i = 0; i < size; ++i) {
      // The product of the larger index with the smaller one in both triangles: symmetric in bits.
      const double outer = i < j ? product * d[j] * d[i] : product * d[i] * d[j];
      column[i] += added[i] + outer;
    }
  }
}

GramMoments GramMoments::merged(const GramMoments& a, const GramMoments& b) {
  GramMoments both = a;
  both.add(b.sums_);
  requireFiniteSums(both.sums_);
  return both;
}

double GramMoments::bytes(std::size_t columns) {
  const auto size = static_cast<double>(columns + 1);
  return 8.0 * (size * size + 2.0 * size);
}

StandardizedGram standardizedGram(const GramMoments& moments, Standardization options) {
  const MomentSums& sums = moments.sums();
  if (!(sums.weight > 0.0)) {
    throw BadValue("EMPTY", "gram", "gram must have rows with a weight above 0, but has none");
  }
  const std::size_t p = moments.columns();
  const std::size_t size = p + 1;
  StandardizedGram out;
  std::vector<double> mean(size);
  for (std::size_t j = 0; j < size; ++j) mean[j] = sums.origin[j] + sums.mean[j];
  const auto product = [&](std::size_t i, std::size_t j) {
    const double centred = sums.scatter[i + j * size] / sums.weight;
    return options.intercept ? centred : centred + mean[i] * mean[j];
  };
  out.means.resize(p);
  out.scales.assign(p, 1.0);
  std::vector<char> varies(p);
  for (std::size_t j = 0; j < p; ++j) {
    if (options.intercept) out.means[j] = mean[j];
    const double square = product(j, j);
    const double before = std::sqrt(sums.scatter[j + j * size] / sums.weight + mean[j] * mean[j]);
    const double deviation = std::sqrt(square);
    if (!std::isfinite(before)) {
      throw BadValue(
          "NUMERIC", "x",
          "x is too large: column " + std::to_string(j) + " overflows when squared; rescale it");
    }
    // What rounding leaves of a constant column is not a direction to fit along.
    varies[j] = deviation > 16.0 * std::numeric_limits<double>::epsilon() * before &&
                deviation >= std::numeric_limits<double>::min();
    if (varies[j] && options.standardize) out.scales[j] = deviation;
  }
  out.gram.resize(p * p);
  out.correlation.resize(p);
  for (std::size_t j = 0; j < p; ++j) {
    if (!varies[j]) continue;
    out.correlation[j] = product(j, p) / out.scales[j];
    for (std::size_t i = 0; i < p; ++i) {
      if (!varies[i]) continue;
      const bool unit = i == j && options.standardize;
      out.gram[i + j * p] = unit ? 1.0 : product(i, j) / out.scales[i] / out.scales[j];
    }
  }
  out.yMean = options.intercept ? mean[p] : 0.0;
  out.yy = product(p, p);
  if (!std::isfinite(out.yy)) {
    throw BadValue("NUMERIC", "y", "y is too large: its sum of squares overflows; rescale it");
  }
  return out;
}

}  // namespace flipside
