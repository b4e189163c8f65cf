// Stochastic gradient descent on the masked loss: with a batch B of rows and a mask s, both drawn
// anew for each step,
//
//   w <- w - step o grad_w 1/(2|B|) sum_{i in B} (y_i - x_i (s o w))^2.
//
// With keep probabilities alpha_j = 1 / (1 + Var s_j) the expected curvature along column j is
// h_j / alpha_j, h_j = |x_j|^2 / n, and the second moment of the curvature h_j^2 / alpha_j^3 or so:
// a column that is seldom kept is hit hard when it is. The largest stable step is therefore of the
// order of alpha_j^2 / h_j, which in v = w / alpha is 1 / h_j for every column.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "random/masks.h"
#include "solvers/problem.h"

namespace flipside {

class MaskedDescent {
 public:
  explicit MaskedDescent(const Problem& problem);

  /// Moves to w (all columns); constant columns stay at 0.
  void moveTo(std::span<const double> w);
  /// The keep probabilities of the columns from now on, in (0, 1]. Scaled masks leave w as it is;
  /// the unscaled one leaves v = w / alpha, so that w follows alpha.
  void setKeepProbability(std::span<const double> keep);
  /// Takes a step that is surely stable at the present keep probabilities as the unit of stepSize.
  void calibrate();
  /// One round: as many steps as draw about every row, and at least 128. average = the mean of its
  /// iterates, all columns.
  void round(double stepSize, std::span<double> average);

 private:
  void drawRows(std::uint64_t step);
  void drawMask(std::uint64_t step);
  void takeStep(double stepSize);

  const Problem& problem_;
  std::vector<std::size_t> columns_;  // those that are not constant
  std::vector<double> rows_;          // their entries, row by row
  std::vector<double> curvature_;
  std::size_t batch_;
  std::size_t roundSteps_;
  std::uint64_t step_ = 0;
  double unit_ = 1.0;
  double total_ = 0.0;  // of the keep probabilities, now and when unit_ was found
  double calibrated_ = 0.0;

  std::vector<double> keep_;
  std::vector<double> state_;  // w, or v for the unscaled mask
  std::vector<double> steps_;  // the step of each column for stepSize = 1
  MaskVector masks_;

  std::vector<std::size_t> order_;  // rows; the batch comes first
  std::vector<double> uniform_;
  std::vector<double> mask_;
  std::vector<std::size_t> kept_;
  std::vector<double> gathered_, masked_, residual_, gradient_;
  std::vector<double> direction_;  // of the largest curvature, kept as the next start
};

}  // namespace flipside
