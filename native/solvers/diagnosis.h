// What a fit tells of its data and of its place on the path beyond the solution, for warnings.
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "solvers/prepared.h"

namespace flipside {

struct Diagnosis {
  /// Of a fit without a nonzero: the smallest lambda from which on 0 is the coordinatewise minimum;
  /// NaN where it was not computed.
  double lambdaMax = std::numeric_limits<double>::quiet_NaN();
  /// Of the logistic loss: (2 y_i - 1) z_i, the log odds of the class that row i has, of the rows
  /// with a weight. A row with y strictly between 0 and 1 has none, and the smallest is then
  /// -infinity. Of multinomial the log odds of the class against all others together. NaN for other
  /// losses.
  double smallestMargin = std::numeric_limits<double>::quiet_NaN();
  double largestMargin = std::numeric_limits<double>::quiet_NaN();
  /// Rows with a margin above kSaturated.
  double saturatedRows = std::numeric_limits<double>::quiet_NaN();
  /// Columns without variance, and the first of them.
  std::size_t constantCount = 0;
  std::vector<std::uint32_t> constantColumns;
};

/// log(1e6): the class is then certain to six digits.
constexpr double kSaturated = 13.815510557964274;
/// As many columns are named.
constexpr std::size_t kNamedColumns = 10;

/// The columns without variance of a design.
Diagnosis constantColumns(const Design& design);

/// The margins at w, on the standardised scale, into out; nothing for a loss other than logistic
/// and multinomial.
void readMargins(const Prepared& data, std::span<const double> w, Diagnosis& out);

}  // namespace flipside
