#include "masks/draw_source.h"

#include <algorithm>
#include <array>
#include <type_traits>

#include "masks/flags.h"

namespace flipside {
namespace {

/// Draws whose parameters are made together. A multiple of 512, as kMaskPart is.
constexpr std::size_t kPiece = 2048;

/// body(done, size) for the pieces of [0, count).
template <typename Body>
void forPieces(std::size_t count, const Body& body) {
  for (std::size_t done = 0; done < count; done += kPiece) {
    body(done, std::min(kPiece, count - done));
  }
}

}  // namespace

/// sample(done, size, alpha) draws size elements from begin + done on, with one alpha or that of
/// each, and returns what kernels return.
template <typename Sample>
void DrawSource::bernoulli(std::size_t begin, std::size_t count, const void* out,
                           const Sample& sample) const {
  const auto check = [&](std::size_t done, const auto* alpha, std::size_t bad) {
    if (bad != kAllValid) parameters_.fail(begin + done + bad, static_cast<double>(alpha[bad]));
  };
  const auto inPieces = [&]<typename Alpha>(Alpha) {
    std::array<Alpha, kPiece> alpha;
    forPieces(count, [&](std::size_t done, std::size_t size) {
      poll();
      parameters_.fill(begin + done, size, alpha.data());
      check(done, alpha.data(), sample(done, size, alpha.data()));
    });
  };
  const auto given = [&]<typename Alpha>(const Alpha* alpha) {
    // A kernel may look at an alpha again after it has written there.
    if (static_cast<const void*>(alpha + begin) == out) return inPieces(Alpha{});
    check(0, alpha + begin, sample(std::size_t{0}, count, alpha + begin));
  };
  if (parameters_.uniform()) {
    sample(std::size_t{0}, count, parameters_.all<double>());
  } else if (!parameters_.given()) {
    inPieces(double{});
  } else if (const auto* floats = std::get_if<const float*>(&draws_.parameter)) {
    given(*floats);
  } else {
    given(std::get<const double*>(draws_.parameter));
  }
}

template <typename Value>
std::size_t DrawSource::kernel(std::size_t begin, std::size_t count, Parameter<Value> parameter,
                               MaskValues<Value> out) const {
  const std::uint64_t first = draws_.first + begin;
  if (draws_.kind == MaskKind::gaussian) {
    return sampleGaussian(draws_.address, first, count, parameter, out);
  }
  return sampleHardConcrete(draws_.address, first, count, parameter, draws_.shape, out);
}

template <typename Value>
void DrawSource::continuous(std::size_t begin, std::size_t count, MaskValues<Value> out) const {
  if (parameters_.uniform()) {
    kernel<Value>(begin, count, {nullptr, parameters_.all<Value>()}, out);
    return;
  }
  const auto* const* given = std::get_if<const Value*>(&draws_.parameter);
  if (parameters_.given() && given != nullptr && *given + begin != out.values) {
    const Value* const each = *given + begin;
    const std::size_t bad = kernel<Value>(begin, count, {each, {}}, out);
    if (bad != kAllValid) parameters_.fail(begin + bad, static_cast<double>(each[bad]));
    return;
  }
  std::array<Value, kPiece> each;
  forPieces(count, [&](std::size_t done, std::size_t size) {
    poll();
    parameters_.fill(begin + done, size, each.data());
    const std::size_t bad =
        kernel<Value>(begin + done, size, {each.data(), {}}, {out.values + done, out.streaming});
    if (bad != kAllValid) parameters_.fail(begin + done + bad, static_cast<double>(each[bad]));
  });
}

template <typename Value>
void DrawSource::values(std::size_t begin, std::size_t count, MaskValues<Value> out) const {
  if (draws_.kind == MaskKind::bernoulli || draws_.kind == MaskKind::unscaledBernoulli) {
    const bool scaled = draws_.kind == MaskKind::bernoulli;
    bernoulli(begin, count, out.values,
              [&](std::size_t done, std::size_t size, auto alpha) -> std::size_t {
                const MaskValues<Value> piece{out.values + done, out.streaming};
                const std::uint64_t first = draws_.first + begin + done;
                if constexpr (std::is_pointer_v<decltype(alpha)>) {
                  return sampleBernoulli(draws_.address, first, size, alpha, scaled, piece);
                } else {
                  sampleBernoulli(draws_.address, first, size, alpha, scaled, piece);
                  return kAllValid;
                }
              });
  } else if constexpr (std::is_same_v<Value, std::uint8_t>) {
    // Whether it is kept is that of the single precision draw, in every format.
    std::array<float, kPiece> draw;
    forPieces(count, [&](std::size_t done, std::size_t size) {
      continuous<float>(begin + done, size, {draw.data()});
      flagPositive(draw.data(), size, out.values + done);
    });
  } else {
    continuous(begin, count, out);
  }
}

void DrawSource::bits(std::size_t begin, std::size_t count, std::uint8_t* bits) const {
  if (draws_.kind == MaskKind::bernoulli || draws_.kind == MaskKind::unscaledBernoulli) {
    bernoulli(begin, count, bits,
              [&](std::size_t done, std::size_t size, auto alpha) -> std::size_t {
                const std::uint64_t first = draws_.first + begin + done;
                std::uint8_t* const piece = bits + done / 8;
                if constexpr (std::is_pointer_v<decltype(alpha)>) {
                  return sampleBits(draws_.address, first, size, alpha, piece);
                } else {
                  sampleBits(draws_.address, first, size, alpha, piece);
                  return kAllValid;
                }
              });
    return;
  }
  std::array<std::uint8_t, kPiece> kept;
  forPieces(count, [&](std::size_t done, std::size_t size) {
    values<std::uint8_t>(begin + done, size, {kept.data()});
    packBits(kept.data(), size, bits + done / 8);
  });
}

template void DrawSource::values(std::size_t, std::size_t, MaskValues<float>) const;
template void DrawSource::values(std::size_t, std::size_t, MaskValues<double>) const;
template void DrawSource::values(std::size_t, std::size_t, MaskValues<std::uint8_t>) const;

}  // namespace flipside
