// One pass over many columns, shared among the threads of the pool where that pays.
#pragma once

#include <span>

#include "design/columns.h"

namespace flipside {

/// out(c, k) = (column c - its shift)' vector k, all vectors at once: vectors is rows x k.
template <typename Value>
void allDots(const ColumnList<Value>& columns, ConstMatrix vectors, MutableMatrix out);

/// out = sum_c factors_c (column c - its shift), added in the order of the columns.
template <typename Value>
void sumColumns(const ColumnList<Value>& columns, const double* factors, std::size_t rows,
                std::span<double> out);

}  // namespace flipside
