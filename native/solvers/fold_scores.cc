#include "solvers/fold_scores.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace flipside {
namespace {

/// What the predictor z of a loss says of y.
enum class Scale { mean, probability, logarithm, classes, none };

Scale scaleOf(const LossItem& loss) {
  if (loss.name == "squared" || loss.name == "huber" || loss.name == "multiTask") {
    return Scale::mean;
  }
  if (loss.name == "logistic") return Scale::probability;
  if (loss.name == "poisson") return Scale::logarithm;
  if (loss.name == "multinomial") return Scale::classes;
  return Scale::none;
}

double probability(double z) {
  const double e = std::exp(-std::abs(z));
  return (z > 0.0 ? 1.0 : e) / (1.0 + e);
}

double expected(Scale scale, double z) {
  if (scale == Scale::probability) return probability(z);
  return scale == Scale::logarithm ? std::exp(z) : z;
}

double errorOf(Measure measure, double difference) {
  return measure == Measure::squaredError ? difference * difference : std::abs(difference);
}

double meanError(Measure measure, Scale scale, const Predicted& rows, double weight) {
  const std::size_t n = rows.weights.size();
  double sum = 0.0;
  for (std::size_t k = 0; k < rows.z.size(); ++k) {
    sum += rows.weights[k % n] * errorOf(measure, rows.y[k] - expected(scale, rows.z[k]));
  }
  return sum / weight;
}

/// Of z of one row with several classes: its probabilities, or the first class of the largest.
class Classes {
 public:
  explicit Classes(const Predicted& rows)
      : rows_(rows), n_(rows.weights.size()), probabilities_(rows.outputs) {}

  std::size_t most(std::size_t i) const {
    std::size_t best = 0;
    for (std::size_t k = 1; k < rows_.outputs; ++k) {
      if (rows_.z[k * n_ + i] > rows_.z[best * n_ + i]) best = k;
    }
    return best;
  }
  std::span<const double> probabilities(std::size_t i) {
    const double largest = rows_.z[most(i) * n_ + i];
    double sum = 0.0;
    for (std::size_t k = 0; k < rows_.outputs; ++k) {
      probabilities_[k] = std::exp(rows_.z[k * n_ + i] - largest);
      sum += probabilities_[k];
    }
    for (double& p : probabilities_) p /= sum;
    return probabilities_;
  }

 private:
  const Predicted& rows_;
  std::size_t n_;
  std::vector<double> probabilities_;
};

double classError(Measure measure, const Predicted& rows, double weight) {
  Classes classes(rows);
  double sum = 0.0;
  for (std::size_t i = 0; i < rows.weights.size(); ++i) {
    const std::span<const double> p = classes.probabilities(i);
    double error = 0.0;
    for (std::size_t k = 0; k < p.size(); ++k) {
      const double one = static_cast<double>(k) == rows.y[i] ? 1.0 : 0.0;
      error += errorOf(measure, one - p[k]);
    }
    sum += rows.weights[i] * error;
  }
  return sum / weight;
}

/// A y in between is a share of rows of either class.
double misclassification(Scale scale, const Predicted& rows, double weight) {
  const Classes classes(rows);
  double sum = 0.0;
  for (std::size_t i = 0; i < rows.weights.size(); ++i) {
    const double y = rows.y[i];
    const double wrong = scale == Scale::classes
                             ? (static_cast<double>(classes.most(i)) == y ? 0.0 : 1.0)
                             : (rows.z[i] > 0.0 ? 1.0 - y : y);
    sum += rows.weights[i] * wrong;
  }
  return sum / weight;
}

}  // namespace

std::vector<Measure> measuresOf(const LossItem& loss) {
  std::vector<Measure> measures;
  if (loss.deviance != nullptr) measures.push_back(Measure::deviance);
  const Scale scale = scaleOf(loss);
  if (scale == Scale::none) return measures;
  measures.push_back(Measure::squaredError);
  measures.push_back(Measure::absoluteError);
  if (scale == Scale::probability || scale == Scale::classes) {
    measures.push_back(Measure::misclassification);
  }
  if (scale == Scale::probability) measures.push_back(Measure::auc);
  return measures;
}

std::string nameOf(Measure measure) {
  switch (measure) {
    case Measure::deviance:
      return "deviance";
    case Measure::squaredError:
      return "squaredError";
    case Measure::absoluteError:
      return "absoluteError";
    case Measure::misclassification:
      return "misclassification";
    case Measure::auc:
      return "auc";
  }
  return "";
}

double score(Measure measure, const LossItem& loss, const Predicted& rows, double weight) {
  const Scale scale = scaleOf(loss);
  switch (measure) {
    case Measure::deviance:
      return loss.deviance(rows) / weight;
    case Measure::squaredError:
    case Measure::absoluteError:
      return scale == Scale::classes ? classError(measure, rows, weight)
                                     : meanError(measure, scale, rows, weight);
    case Measure::misclassification:
      return misclassification(scale, rows, weight);
    case Measure::auc:
      return areaUnderCurve(rows.z, rows.y, rows.weights);
  }
  return std::numeric_limits<double>::quiet_NaN();
}

double areaUnderCurve(std::span<const double> z, std::span<const double> y,
                      std::span<const double> weights) {
  std::vector<std::size_t> order(z.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) { return z[a] < z[b]; });
  double area = 0.0;
  double positive = 0.0;
  double negative = 0.0;  // below
  for (std::size_t k = 0; k < order.size();) {
    double ones = 0.0;
    double zeros = 0.0;
    const double value = z[order[k]];
    do {
      ones += weights[order[k]] * y[order[k]];
      zeros += weights[order[k]] * (1.0 - y[order[k]]);
      ++k;
    } while (k < order.size() && z[order[k]] == value);
    area += ones * (negative + 0.5 * zeros);
    positive += ones;
    negative += zeros;
  }
  if (!(positive > 0.0) || !(negative > 0.0)) return std::numeric_limits<double>::quiet_NaN();
  return area / positive / negative;
}

}  // namespace flipside
