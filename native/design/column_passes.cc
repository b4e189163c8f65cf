#include "design/column_passes.h"

#include <algorithm>
#include <vector>

#include "design/tasks.h"

namespace flipside {
namespace {

constexpr std::size_t kGroup = 24;      // columns that go through the chunks of rows together
constexpr std::size_t kRowPart = 4096;  // rows of a sum that stay in the first cache

template <typename Value>
bool worthThreads(std::size_t columns, std::size_t rows) {
  const double bytes = sizeof(Value) * static_cast<double>(columns) * static_cast<double>(rows);
  return bytes > kBytesForThreads && linalg::threadBudget() > 1;
}

}  // namespace

template <typename Value>
void allDots(const ColumnList<Value>& columns, ConstMatrix vectors, MutableMatrix out) {
  std::vector<const double*> starts(vectors.columns);
  for (std::size_t k = 0; k < starts.size(); ++k) starts[k] = vectors.column(k);
  const bool threads = worthThreads<Value>(columns.count, vectors.rows);
  const std::size_t tasks =
      threads ? 8 * linalg::threadBudget() : 1;  // whole groups, so that none is torn
  const std::size_t groups = parts(columns.count, kGroup);
  const std::size_t perTask = parts(groups, tasks);
  runTasks(parts(groups, std::max<std::size_t>(perTask, 1)), threads, [&](std::size_t task) {
    const std::size_t end = std::min(columns.count, (task + 1) * perTask * kGroup);
    for (std::size_t c = task * perTask * kGroup; c < end; c += kGroup) {
      const std::size_t width = std::min(kGroup, end - c);
      dots(columns.from(c, width), starts, vectors.rows,
           MutableMatrix{out.data + c, width, out.columns, out.stride});
    }
  });
}

template <typename Value>
void sumColumns(const ColumnList<Value>& columns, const double* factors, std::size_t rows,
                std::span<double> out) {
  const bool threads = worthThreads<Value>(columns.count, rows);
  std::size_t part = kRowPart;
  if (threads) part = std::min(part, parts(parts(rows, linalg::threadBudget()), 64) * 64);
  runTasks(parts(rows, part), threads, [&](std::size_t task) {
    const std::size_t from = task * part;
    const std::size_t height = std::min(part, rows - from);
    std::fill_n(out.data() + from, height, 0.0);
    addColumns(columns, factors, from, height, out.data());
  });
}

template void allDots(const ColumnList<double>&, ConstMatrix, MutableMatrix);
template void allDots(const ColumnList<float>&, ConstMatrix, MutableMatrix);
template void sumColumns(const ColumnList<double>&, const double*, std::size_t, std::span<double>);
template void sumColumns(const ColumnList<float>&, const double*, std::size_t, std::span<double>);

}  // namespace flipside
