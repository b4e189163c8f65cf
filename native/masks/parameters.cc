#include "masks/parameters.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <span>
#include <type_traits>

#include "design/bad_value.h"

namespace flipside {
namespace {

/// The weights that are looked at together: few enough to stay in the first cache.
constexpr std::size_t kPiece = 1024;

/// Rounded; the largest number where a finite one would overflow, since infinity means another
/// mask.
template <typename Value>
Value narrowed(double value) {
  if constexpr (std::is_same_v<Value, float>) {
    constexpr double largest = std::numeric_limits<float>::max();
    return static_cast<float>(std::isinf(value) ? value : std::clamp(value, -largest, largest));
  }
  return static_cast<Value>(value);
}

struct Range {
  const char* name;
  const char* requirement;
};

Range rangeOf(MaskKind kind) {
  if (kind == MaskKind::gaussian) return {"standardDeviation", ">= 0"};
  if (kind == MaskKind::hardConcrete) return {"location", "a number"};
  return {"keepProbability", "from 0 to 1"};
}

bool inRange(MaskKind kind, double value) {
  if (kind == MaskKind::gaussian) return value >= 0.0;
  if (kind == MaskKind::hardConcrete) return !std::isnan(value);
  return value >= 0.0 && value <= 1.0;
}

}  // namespace

MaskParameters::MaskParameters(const MaskDraws& draws)
    : draws_(draws),
      uniform_(draws.penalty == nullptr && std::holds_alternative<double>(draws.parameter)),
      penalty_(draws.penalty) {
  if (uniform_) {
    const double value = std::get<double>(draws.parameter);
    if (inRange(draws.kind, value)) return;
    const auto [name, requirement] = rangeOf(draws.kind);
    throw badNumber(name, requirement, value);
  }
  if (penalty_ == nullptr) return;
  if (draws.lambda > 0.0) table_ = penalty_->tabulated(draws.lambda);
  if (table_ != nullptr) penalty_ = table_.get();
  if (draws.kind == MaskKind::hardConcrete) {
    family_.emplace(draws.shape.beta, draws.shape.gamma, draws.shape.zeta);
  }
}

void MaskParameters::fail(std::size_t index, double value) const {
  const auto [name, requirement] = rangeOf(draws_.kind);
  throw badElement(name, requirement, index, value);
}

template <typename Value>
Value MaskParameters::all() const {
  return narrowed<Value>(std::get<double>(draws_.parameter));
}

void MaskParameters::weights(std::size_t begin, std::size_t count, double* out) const {
  const auto copy = [&](const auto& given) {
    if constexpr (std::is_pointer_v<std::decay_t<decltype(given)>>) {
      std::copy_n(given + begin, count, out);
    } else {
      std::fill_n(out, count, given);
    }
  };
  std::visit(copy, draws_.parameter);
  bool finite = true;
  for (std::size_t i = 0; i < count; ++i) {
    finite &= std::abs(out[i]) <= std::numeric_limits<double>::max();
  }
  if (finite) return;
  const double* bad = std::find_if_not(out, out + count, [](double w) { return std::isfinite(w); });
  throw badElement("weights", "finite", begin + static_cast<std::size_t>(bad - out), *bad,
                   "NOT_FINITE");
}

void MaskParameters::variances(std::size_t begin, std::size_t count, double* out) const {
  std::array<double, kPiece> w;
  for (std::size_t done = 0; done < count; done += kPiece) {
    const std::size_t size = std::min(kPiece, count - done);
    double* const piece = out + done;
    weights(begin + done, size, w.data());
    if (draws_.lambda == 0.0) {
      std::fill_n(piece, size, 0.0);
      continue;
    }
    penalty_->etaHat(std::span(w).first(size), {draws_.lambda}, {piece, size});
    for (std::size_t i = 0; i < size; ++i) piece[i] = draws_.lambda / piece[i];
  }
}

template <typename Value>
void MaskParameters::fill(std::size_t begin, std::size_t count, Value* out) const {
  if (draws_.penalty == nullptr) {
    const auto copy = [&](const auto& given) {
      if constexpr (std::is_pointer_v<std::decay_t<decltype(given)>>) {
        if constexpr (std::is_same_v<decltype(given), const Value* const&>) {
          std::copy_n(given + begin, count, out);
        } else {
          std::transform(given + begin, given + begin + count, out, narrowed<Value>);
        }
      } else {
        std::fill_n(out, count, narrowed<Value>(given));
      }
    };
    std::visit(copy, draws_.parameter);
    return;
  }
  std::array<double, kPiece> variance;
  for (std::size_t done = 0; done < count; done += kPiece) {
    const std::size_t size = std::min(kPiece, count - done);
    variances(begin + done, size, variance.data());
    Value* const piece = out + done;
    const auto assign = [&](auto parameterOf) {
      std::transform(variance.begin(), variance.begin() + static_cast<std::ptrdiff_t>(size), piece,
                     [&](double v) { return narrowed<Value>(parameterOf(v)); });
    };
    if (draws_.kind == MaskKind::gaussian) {
      assign([](double v) { return std::sqrt(v); });
    } else if (draws_.kind == MaskKind::hardConcrete) {
      assign([this](double v) {
        constexpr double infinity = std::numeric_limits<double>::infinity();
        if (v == 0.0 || std::isinf(v)) return v == 0.0 ? infinity : -infinity;
        return family_->thetaOfLogVariance(std::log(v));
      });
    } else {
      assign([](double v) { return 1.0 / (1.0 + v); });
    }
  }
}

template float MaskParameters::all() const;
template double MaskParameters::all() const;
template void MaskParameters::fill(std::size_t, std::size_t, float*) const;
template void MaskParameters::fill(std::size_t, std::size_t, double*) const;

}  // namespace flipside
