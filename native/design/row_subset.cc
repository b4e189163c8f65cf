#include "design/row_subset.h"

#include <algorithm>
#include <vector>

namespace flipside {
namespace {

using Layout = RawMatrix::Layout;

/// Neighbours among the rows, which are copied at once.
struct Stretch {
  std::size_t first = 0;
  std::size_t count = 0;
};

std::vector<Stretch> stretchesOf(std::span<const std::uint32_t> rows) {
  std::vector<Stretch> all;
  for (const std::uint32_t row : rows) {
    if (all.empty() || all.back().first + all.back().count != row) all.push_back({row, 0});
    ++all.back().count;
  }
  return all;
}

/// From lines of some elements each, the elements of the stretches; `lines` of them.
template <typename Value>
void copyStretches(const std::vector<Value>& from, std::size_t length, std::size_t lines,
                   std::span<const Stretch> stretches, std::size_t selected,
                   std::vector<Value>& to) {
  if (from.empty()) return;
  to.reserve(lines * selected);
  for (std::size_t line = 0; line < lines; ++line) {
    const Value* begin = from.data() + line * length;
    for (const Stretch& stretch : stretches) {
      to.insert(to.end(), begin + stretch.first, begin + stretch.first + stretch.count);
    }
  }
}

template <typename Value>
void copyRows(const std::vector<Value>& from, std::size_t columns,
              std::span<const Stretch> stretches, std::size_t selected, std::vector<Value>& to) {
  if (from.empty()) return;
  to.reserve(columns * selected);
  for (const Stretch& stretch : stretches) {
    const Value* begin = from.data() + stretch.first * columns;
    to.insert(to.end(), begin, begin + stretch.count * columns);
  }
}

void selectCompressed(const RawMatrix& from, std::span<const std::uint32_t> rows, RawMatrix& to) {
  std::vector<std::int32_t> place(from.rows, -1);
  for (std::size_t i = 0; i < rows.size(); ++i) place[rows[i]] = static_cast<std::int32_t>(i);
  to.columnPointers.push_back(0);
  for (std::size_t j = 0; j < from.columns; ++j) {
    for (auto k = from.columnPointers[j]; k < from.columnPointers[j + 1]; ++k) {
      const auto at = static_cast<std::size_t>(k);
      const std::int32_t row = place[static_cast<std::size_t>(from.rowIndices[at])];
      if (row < 0) continue;
      to.rowIndices.push_back(row);
      if (from.floats.empty()) {
        to.doubles.push_back(from.doubles[at]);
      } else {
        to.floats.push_back(from.floats[at]);
      }
    }
    to.columnPointers.push_back(static_cast<std::int32_t>(to.rowIndices.size()));
  }
}

template <typename Value>
void add(const RawMatrix& m, const std::vector<Value>& values, std::size_t j, double factor,
         std::span<double> out) {
  if (m.layout == Layout::compressedColumns) {
    for (auto k = m.columnPointers[j]; k < m.columnPointers[j + 1]; ++k) {
      const auto at = static_cast<std::size_t>(k);
      out[static_cast<std::size_t>(m.rowIndices[at])] += factor * static_cast<double>(values[at]);
    }
    return;
  }
  const bool byColumn = m.layout == Layout::columnMajor;
  const Value* from = values.data() + (byColumn ? j * m.rows : j);
  const std::size_t stride = byColumn ? 1 : m.columns;
  for (std::size_t i = 0; i < m.rows; ++i) out[i] += factor * static_cast<double>(from[i * stride]);
}

}  // namespace

RawMatrix selectRows(const RawMatrix& from, std::span<const std::uint32_t> rows) {
  RawMatrix to;
  to.layout = from.layout;
  to.rows = rows.size();
  to.columns = from.columns;
  if (from.layout == Layout::compressedColumns) {
    selectCompressed(from, rows, to);
    return to;
  }
  const std::vector<Stretch> stretches = stretchesOf(rows);
  if (from.layout == Layout::rowMajor) {
    copyRows(from.doubles, from.columns, stretches, to.rows, to.doubles);
    copyRows(from.floats, from.columns, stretches, to.rows, to.floats);
  } else {
    copyStretches(from.doubles, from.rows, from.columns, stretches, to.rows, to.doubles);
    copyStretches(from.floats, from.rows, from.columns, stretches, to.rows, to.floats);
  }
  return to;
}

void addColumn(const RawMatrix& matrix, std::size_t j, double factor, std::span<double> out) {
  if (matrix.floats.empty()) {
    add(matrix, matrix.doubles, j, factor, out);
  } else {
    add(matrix, matrix.floats, j, factor, out);
  }
}

}  // namespace flipside
