// Kernels of one column that is being standardised: what is measured of it, and its standardised
// form. Sums run in four chains of vectors down the column; |error| <= (rows / (4 lanes) + 16) u
// sum |terms|.
#pragma once

#include <cstddef>

namespace flipside {

struct ColumnSums {
  double sum = 0.0;      ///< sum_i weights_i x_i
  double squares = 0.0;  ///< sum_i x_i^2
  bool finite = true;    ///< every x_i is
};

/// In all of these `weights` and `factors` are null for ones, and Value is float or double.
template <typename Value>
ColumnSums columnSums(const Value* x, const double* weights, std::size_t rows);
/// sum_i weights_i (x_i - mean)
template <typename Value>
double centredSum(const Value* x, double mean, const double* weights, std::size_t rows);
/// sum_i weights_i (x_i - mean)^2
template <typename Value>
double centredSquares(const Value* x, double mean, const double* weights, std::size_t rows);
/// out_i = (x_i - mean) factors_i / scale, each operation rounded; out may be x.
template <typename Value>
void standardizeColumn(const Value* x, double mean, const double* factors, double scale,
                       std::size_t rows, double* out);

}  // namespace flipside
