// A function of one variable in float32 for which there is no formula, as cubics on many cells.
// Where those are not accurate, because the function jumps or bends, a cell says so.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <vector>

namespace flipside::network {

/// 2^this cells to an octave, and cells to a unit of a line.
inline constexpr int kOctaveBits = 5;
inline constexpr int kCellsPerUnit = 16;

/// Of x from lowest on and below highest; 4 coefficients of each.
struct Cells {
  const float* coefficients;
  float lowest;
  float highest;
};

class CubicCells {
 public:
  /// out = the function at x, x in increasing order.
  using Exact = std::function<void(std::span<const double> x, std::span<double> out)>;

  /// Cells within octaves, of equal width in each, from 2^lowest to 2^highest.
  static CubicCells ofOctaves(int lowest, int highest, const Exact& exact);
  /// Cells of equal width between two integers.
  static CubicCells ofLine(int lowest, int highest, const Exact& exact);

  /// out = outer function(inner |x|), to 4e-7 relative and what a float's last digit of inner |x|
  /// is worth; NaN where that is outside of the cells or in one without a cubic. Returns whether
  /// there is none of these.
  bool atMagnitudes(double outer, double inner, std::size_t count, const float* x,
                    float* out) const;
  /// The same of outer function(x + shift).
  bool atShifted(double outer, double shift, std::size_t count, const float* x, float* out) const;

 private:
  CubicCells(float lowest, float highest) : lowest_(lowest), highest_(highest) {}
  void append(double from, double to, const Exact& exact);

  float lowest_;
  float highest_;
  std::vector<float> coefficients_;  // 4 of each cell, for t from 0 to 1
};

}  // namespace flipside::network
