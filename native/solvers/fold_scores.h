// How good predictions for rows are that a fit has not seen.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "losses/loss.h"

namespace flipside {

enum class Measure { deviance, squaredError, absoluteError, misclassification, auc };

/// Those that make sense for a loss, in this order.
std::vector<Measure> measuresOf(const LossItem& loss);
std::string nameOf(Measure measure);

/// A weighted mean over the rows, whose weights sum to `weight` > 0; for auc the area under the
/// curve, NaN where all rows are of one class. Of an error with several classes or tasks the sum
/// over these. deviance is for losses that are additive.
double score(Measure measure, const LossItem& loss, const Predicted& rows, double weight);

/// The probability that z of a row with y = 1 is above that of a row with y = 0, plus half of that
/// of a tie, for weights w y and w (1 - y), y in [0, 1]: O(n log n).
double areaUnderCurve(std::span<const double> z, std::span<const double> y,
                      std::span<const double> weights);

}  // namespace flipside
