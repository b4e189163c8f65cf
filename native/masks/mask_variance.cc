#include "masks/mask_variance.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "penalties/hard_concrete_family.h"

namespace flipside {
namespace {

double bernoulliRarity(double variance) {
  if (std::isinf(variance)) return 0.0;
  return std::min(1.0, variance) / (1.0 + variance);  // of alpha and 1 - alpha, without cancelling
}

void addHardConcrete(const HardConcreteFamily& family, double variance, MasksOfVariance& out) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  if (variance == 0.0 || std::isinf(variance)) {
    out.masks.add(hardConcreteMask(variance == 0.0 ? infinity : -infinity, 1.0));
    out.rarity.push_back(0.0);
    return;
  }
  const double theta = family.thetaOfLogVariance(std::log(variance));
  const HardConcreteFamily::Point at = family.at(theta);
  out.masks.add(hardConcreteMask(theta, at.mean));
  out.rarity.push_back(std::min(at.kept, 1.0 / (1.0 + std::exp(theta - family.thetaAtOne()))));
}

}  // namespace

MasksOfVariance masksOfVariance(MaskKind kind, const HardConcreteShape& shape,
                                std::span<const double> variances, const Cancellation* cancel) {
  MasksOfVariance out{MaskVector(kind, 0, shape), {}};
  out.rarity.reserve(variances.size());
  switch (kind) {
    case MaskKind::bernoulli:
    case MaskKind::unscaledBernoulli:
      for (const double variance : variances) {
        out.masks.add(kind == MaskKind::bernoulli ? bernoulliMask(variance)
                                                  : unscaledBernoulliMask(variance));
        out.rarity.push_back(bernoulliRarity(variance));
      }
      break;
    case MaskKind::gaussian:
      for (const double variance : variances) out.masks.add(gaussianMask(variance));
      out.rarity.assign(variances.size(), 0.5);
      break;
    case MaskKind::hardConcrete: {
      const HardConcreteFamily family(shape.beta, shape.gamma, shape.zeta);
      for (const double variance : variances) {
        if (cancel != nullptr) cancel->poll();
        addHardConcrete(family, variance, out);
      }
      break;
    }
  }
  return out;
}

}  // namespace flipside
