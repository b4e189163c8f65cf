// hardThreshold(k):  Omega(w) = 0 if at most k entries of w are nonzero, else infinity.
//
// etaHat is infinite on the k largest nonzero |w_j| (ties: lower index first) and 0 elsewhere, so
// one reweighting is magnitude pruning, and alternating it with gradient steps is iterative hard
// thresholding (Blumensath and Davies 2009). f(eta) = sup_w 2 Omega(w) - sum w_j^2/eta_j is 0 when
// at most k entries of eta are nonzero, since a w off the support of eta costs infinity; otherwise
// a w with k + 1 nonzeros makes it infinite.
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include "penalties/catalogue.h"
#include "penalties/parameters.h"

namespace flipside {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

class HardThreshold final : public Penalty {
 public:
  explicit HardThreshold(double k)
      : k_(static_cast<std::size_t>(
            checkedParameter("k", k, k >= 0.0 && k <= 9007199254740992.0 && std::floor(k) == k,
                             "a nonnegative integer"))) {}

  bool combinatorial() const override { return true; }

  double omega(std::span<const double> w, const PenaltyContext&) const override {
    return nonzeros(w) <= k_ ? 0.0 : infinity;
  }

  double dual(std::span<const double> eta, const PenaltyContext&) const override {
    return nonzeros(eta) <= k_ ? 0.0 : infinity;
  }

  void etaHat(std::span<const double> w, const PenaltyContext&,
              std::span<double> out) const override {
    std::ranges::fill(out, 0.0);
    for (const std::size_t j : kept(w)) out[j] = infinity;
  }

  /// 0 on what is kept, and on zeros while there is room for another nonzero; infinite elsewhere.
  void slope(std::span<const double> w, const PenaltyContext&,
             std::span<double> out) const override {
    const std::vector<std::size_t> keep = kept(w);
    std::ranges::fill(out, keep.size() < k_ ? 0.0 : infinity);
    for (const std::size_t j : keep) out[j] = 0.0;
  }

 private:
  static std::size_t nonzeros(std::span<const double> values) {
    return values.size() - static_cast<std::size_t>(std::ranges::count(values, 0.0));
  }

  /// Indices of the k largest nonzero magnitudes, fewer when w has fewer nonzeros.
  std::vector<std::size_t> kept(std::span<const double> w) const {
    std::vector<std::size_t> order;
    for (std::size_t j = 0; j < w.size(); ++j) {
      if (w[j] != 0.0) order.push_back(j);
    }
    if (order.size() <= k_) return order;
    // A diverged solver may hand in NaN, which would break the ordering: it counts as the largest.
    const auto magnitude = [w](std::size_t j) {
      return std::isnan(w[j]) ? infinity : std::abs(w[j]);
    };
    std::ranges::nth_element(order, order.begin() + static_cast<std::ptrdiff_t>(k_),
                             [&](std::size_t i, std::size_t j) {
                               const double a = magnitude(i);
                               const double b = magnitude(j);
                               return a != b ? a > b : i < j;
                             });
    order.resize(k_);
    return order;
  }

  std::size_t k_;
};

const CatalogueEntry entry("hardThreshold", {"k"}, [](std::span<const double> values) {
  return std::make_shared<HardThreshold>(values[0]);
});

}  // namespace
}  // namespace flipside
