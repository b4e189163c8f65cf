#include "masks/moments.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "masks/parameters.h"
#include "masks/parts.h"
#include "masks/structure.h"
#include "random/bernoulli.h"

namespace flipside {
namespace {

/// Distributions at once: some 0.5 ms of hard concrete ones by their location, some 10 ms by their
/// variance.
constexpr std::size_t kPiece = 1024;

bool inRange(MaskKind kind, MaskMoments::By by, double number) {
  if (by == MaskMoments::By::variance || kind == MaskKind::gaussian) return number >= 0.0;
  return kind == MaskKind::hardConcrete ? !std::isnan(number) : number >= 0.0 && number <= 1.0;
}

}  // namespace

void maskMoments(const MaskDraws& draws, double* mean, double* variance,
                 const MaskControl& control) {
  std::vector<double> norms;
  const MaskDraws units = withUnitNorms(draws, norms, control);
  const MaskParameters parameters(units);
  const bool given = units.penalty == nullptr;
  const MaskMoments moments(
      units.kind, given ? MaskMoments::By::parameter : MaskMoments::By::variance, units.shape);
  if (parameters.uniform()) {
    const double all = parameters.all<double>();
    double meanOfAll = 0.0;
    double varianceOfAll = 0.0;
    moments.of({&all, 1}, &meanOfAll, &varianceOfAll);
    forParts(units.count, control, [&](std::size_t begin, std::size_t count) {
      std::fill_n(mean + begin, count, meanOfAll);
      std::fill_n(variance + begin, count, varianceOfAll);
    });
    return;
  }
  forPartsInParallel(units.count, kPiece, control, [&](std::size_t begin, std::size_t count) {
    std::array<double, kPiece> numbers;
    if (given) {
      parameters.fill(begin, count, numbers.data());
    } else {
      parameters.variances(begin, count, numbers.data());
    }
    const std::size_t bad =
        moments.of(std::span(numbers).first(count), mean + begin, variance + begin);
    if (bad != kAllValid) parameters.fail(begin + bad, numbers[bad]);
  });
}

MaskMoments::MaskMoments(MaskKind kind, By by, const HardConcreteShape& shape)
    : kind_(kind), by_(by) {
  if (kind == MaskKind::hardConcrete) family_.emplace(shape.beta, shape.gamma, shape.zeta);
}

std::size_t MaskMoments::of(std::span<const double> numbers, double* mean, double* variance) const {
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    if (!inRange(kind_, by_, numbers[i])) return i;
    const Pair pair = by_ == By::parameter ? ofParameter(numbers[i]) : ofVariance(numbers[i]);
    mean[i] = pair.mean;
    variance[i] = pair.variance;
  }
  return kAllValid;
}

MaskMoments::Pair MaskMoments::ofParameter(double parameter) const {
  switch (kind_) {
    case MaskKind::bernoulli:
      if (parameter == 0.0) return {0.0, 0.0};
      return {1.0, (1.0 - parameter) / parameter};
    case MaskKind::unscaledBernoulli:
      return {parameter, parameter * (1.0 - parameter)};
    case MaskKind::gaussian:
      if (std::isinf(parameter)) return {0.0, 0.0};
      return {1.0, parameter * parameter};
    default: {
      const HardConcreteFamily::Moments moments = family_->moments(parameter);
      return {moments.mean, moments.variance};
    }
  }
}

MaskMoments::Pair MaskMoments::ofVariance(double variance) const {
  if (std::isinf(variance)) return {0.0, 0.0};
  switch (kind_) {
    case MaskKind::unscaledBernoulli: {
      // alpha = 1 / (1 + v), of which 1 - alpha is v alpha.
      const double alpha = 1.0 / (1.0 + variance);
      return {alpha, variance * alpha * alpha};
    }
    case MaskKind::hardConcrete: {
      if (variance == 0.0) return {1.0, 0.0};
      const double theta = family_->thetaOfLogVariance(std::log(variance));
      const double mean = family_->moments(theta).mean;
      return {mean, variance * mean * mean};
    }
    default:
      return {1.0, variance};
  }
}

}  // namespace flipside
