#include "masks/parameters.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>
#include <type_traits>

#include "design/bad_value.h"
#include "masks/conversions.h"

namespace flipside {
namespace {

/// The weights that are looked at together: few enough to stay in the first cache.
constexpr std::size_t kPiece = 1024;

void convert(const double* values, std::size_t count, float* out) { narrow(values, count, out); }
void convert(const float* values, std::size_t count, double* out) {
  std::copy_n(values, count, out);
}
template <typename Value>
void convert(const Value* values, std::size_t count, Value* out) {
  std::copy_n(values, count, out);
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
  if (draws.kind == MaskKind::hardConcrete) locations_ = sharedLocations(draws.shape);
}

void MaskParameters::fail(std::size_t index, double value) const {
  const auto [name, requirement] = rangeOf(draws_.kind);
  throw badElement(name, requirement, draws_.before + index, value);
}

template <typename Value>
Value MaskParameters::all() const {
  Value value;
  convert(&std::get<double>(draws_.parameter), 1, &value);
  return value;
}

void MaskParameters::weights(std::size_t begin, std::size_t count, double* out) const {
  const auto copy = [&](const auto* given) {
    const std::size_t bad = widenFinite(given + begin, count, out);
    if (bad != kAllValid)
      throw badElement("weights", "finite", draws_.before + begin + bad, out[bad], "NOT_FINITE");
  };
  if (const auto* floats = std::get_if<const float*>(&draws_.parameter)) {
    copy(*floats);
  } else if (const auto* doubles = std::get_if<const double*>(&draws_.parameter)) {
    copy(*doubles);
  } else {
    std::fill_n(out, count, std::get<double>(draws_.parameter));
  }
}

void MaskParameters::variances(std::size_t begin, std::size_t count, double* out) const {
  for (std::size_t done = 0; done < count; done += kPiece) {
    const std::span<double> piece(out + done, std::min(kPiece, count - done));
    weights(begin + done, piece.size(), piece.data());
    penalty_->maskVariances(piece, draws_.lambda, piece);
  }
}

template <typename Value>
void MaskParameters::fill(std::size_t begin, std::size_t count, Value* out) const {
  if (draws_.penalty == nullptr) {
    if (const auto* floats = std::get_if<const float*>(&draws_.parameter)) {
      convert(*floats + begin, count, out);
    } else if (const auto* doubles = std::get_if<const double*>(&draws_.parameter)) {
      convert(*doubles + begin, count, out);
    } else {
      std::fill_n(out, count, all<Value>());
    }
    return;
  }
  if constexpr (std::is_same_v<Value, double>) {
    for (std::size_t done = 0; done < count; done += kPiece) {
      derive(begin + done, {out + done, std::min(kPiece, count - done)});
    }
  } else {
    std::array<double, kPiece> buffer;
    for (std::size_t done = 0; done < count; done += kPiece) {
      const std::span<double> made(buffer.data(), std::min(kPiece, count - done));
      derive(begin + done, made);
      narrow(made.data(), made.size(), out + done);
    }
  }
}

/// out[i] = the parameter of draw begin + i, by the penalty.
void MaskParameters::derive(std::size_t begin, std::span<double> out) const {
  if (draws_.kind == MaskKind::bernoulli || draws_.kind == MaskKind::unscaledBernoulli) {
    weights(begin, out.size(), out.data());
    penalty_->keepProbabilities(out, draws_.lambda, out);
    return;
  }
  variances(begin, out.size(), out.data());
  if (draws_.kind == MaskKind::gaussian) {
    takeRoots(out.data(), out.size());
    return;
  }
  for (double& v : out) v = locations_->at(v);
}

template float MaskParameters::all() const;
template double MaskParameters::all() const;
template void MaskParameters::fill(std::size_t, std::size_t, float*) const;
template void MaskParameters::fill(std::size_t, std::size_t, double*) const;

}  // namespace flipside
