// Linear systems with a Gram matrix over a support that changes little from one to the next: a
// factor of an earlier support, bordered by the columns that have come and by unit vectors of those
// that have left,
//
//   [ G_FF  G_FB  E_R ] [ x_F ]   [ b_F ]
//   [ G_BF  G_BB   0  ] [ x_B ] = [ b_B ]     (x_R = 0)
//   [ E_R'   0     0  ] [ mu  ]   [  0  ]
//
// with a small Schur complement. What has come and left since is O(|F|^2) per column instead of
// O(|F|^3) for all.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "linalg/linalg.h"
#include "solvers/gram_store.h"

namespace flipside {

class BorderedFactor {
 public:
  /// The coordinates, by their places in a store, and what is added to its diagonal there.
  struct System {
    const GramStore& gram;
    std::span<const std::size_t> places;
    std::span<const double> shift;
  };

  /// What solve() takes, in multiplications of a descent that reads a Gram matrix along its
  /// columns.
  double cost(const System& system);
  /// b <- (G_SS + diag(shift))^-1 b. False, with b as it was or not, when that is not positive
  /// definite as far as can be seen.
  bool solve(const System& system, std::span<double> b, const Cancellation* cancel);

 private:
  static constexpr std::uint32_t kNone = 0xffffffff;
  struct Border {
    std::size_t column;  // of X
    bool came;           // or left
  };
  struct Change {
    std::vector<std::size_t> came;  // into system.places
    std::vector<std::size_t> left;  // into base_
    std::size_t fresh = 0;          // of them not in the border yet
  };

  Change compare(const System& system);
  double changeCost(const Change& change) const;
  bool refactor(const System& system, std::span<double> b, const Cancellation* cancel);
  void border(const System& system, const Change& change);
  bool solveBordered(const System& system, const Change& change, std::span<double> b);
  std::uint32_t& slot(std::vector<std::uint32_t>& of, std::size_t column);
  std::size_t borderOf(std::size_t column, bool came);

  std::vector<std::size_t> base_;  // columns of X
  std::vector<double> baseShift_;
  std::vector<char> gone_;             // of base_: have been missing in the store
  std::vector<float> factor_;          // of base_, stride its size
  std::vector<std::uint32_t> baseAt_;  // by column of X
  std::vector<std::uint32_t> cameAt_;  // place in the border, by column of X
  std::vector<std::uint32_t> leftAt_;
  std::vector<std::uint32_t> placeAt_;  // in the store, by column of X
  std::vector<Border> border_;
  std::vector<float> solved_;                 // L^-1 of the border's columns
  std::vector<std::vector<float>> products_;  // of each of them with itself and those before it
};

}  // namespace flipside
