// A separable penalty as a table, for penalties without a closed form.
//
// The w axis is cut where the slope jumps or reaches 0. On each stretch two piecewise quintic
// polynomials hold log omega' and the mean slope (omega(w) - omega(0)) / w. etaHat = w / omega' is
// monotone on each stretch.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include "penalties/scaling.h"
#include "penalties/table_kernel.h"

namespace flipside {

struct TableValues {
  double omega;
  double slope;
  double curvature;
};

/// Below the grid: omega'(w) = limit + coefficient * w^exponent, all finite. A kink has limit > 0,
/// a penalty that is quadratic at 0 has limit 0 and exponent 1.
struct HeadLaw {
  double limit = 0.0;
  double coefficient = 1.0;
  double exponent = 1.0;
};

struct TableSpec {
  double omegaAtZero = 0.0;
  HeadLaw head{};
  /// In order: the first w of the grid; the places where the slope jumps or comes down to 0; and,
  /// unless omega is constant from the last of these on, the last w of the grid.
  std::vector<double> bounds;
  /// Beyond that last w the slope falls like w^-tailDecay.
  double tailDecay = 1.0;
  /// The grid is refined until the slope is this accurate relatively, and omega relatively to
  /// |omega(0)| + |omega - omega(0)|.
  double tolerance = 1e-11;
};

class Table {
 public:
  using Exact = std::function<TableValues(double w)>;

  /// exact is called for w >= bounds[0] only; at a bound it gives the values to the right of it.
  /// Omega is taken as constant from a bound with slope 0 to the next.
  Table(const TableSpec& spec, const Exact& exact);
  Table(const Table&) = delete;
  Table& operator=(const Table&) = delete;

  double omega(double w) const;
  double slope(double w) const;
  double etaHat(double w) const;
  double curvature(double w) const;

  /// lambda / etaHat of a mask family (scaling.h), or null when the table is of a form that the
  /// kernel of table_kernel.h does not know.
  const TableSlope* lanes() const { return lanes_ ? &*lanes_ : nullptr; }

  /// The largest relative error found between grid points when the table was made, in excess of
  /// what 1e-14 of w is worth.
  double error() const { return error_; }
  std::size_t cells() const { return cells_.size(); }

 private:
  using Quintic = std::array<double, 6>;
  struct Cell {
    Quintic logSlope;
    Quintic mean;
  };
  /// Cells of equal width in x(w), from w = from on; the law beyond them starts at last.
  struct Stretch {
    double from;
    double to;
    double last = 0.0;
    TableValues atLast{};
    double origin = 0.0;       // x(from)
    double inverseStep = 0.0;  // cells per unit of x
    std::size_t first = 0;
    std::size_t count = 0;  // 0: omega is constant, atLast.omega

    double x(double w) const;
    double w(double x) const;
    double shrink(double w) const;
  };
  struct Place {
    const Cell& cell;
    double t;
  };

  void prepareLanes();
  void append(double from, double to, double last, const Exact& exact);
  void fill(Stretch& stretch, std::vector<Cell>& cells, const Exact& exact) const;
  double measure(const Stretch& stretch, const std::vector<Cell>& cells, const Exact& exact) const;
  const Stretch& stretchAt(double w) const;
  Place placeAt(const Stretch& stretch, double w) const;
  TableValues beyond(const Stretch& stretch, double w) const;

  TableSpec spec_;
  double first_;
  std::vector<Stretch> stretches_;
  std::vector<Cell> cells_;
  double error_ = 0.0;
  std::optional<TableSlope> lanes_;
};

/// The table in place of a penalty's functions, with the lambda scaling of Scaling (scaling.h); the
/// dual stays with the exact penalty.
template <class Scaling>
class TabulatedPenalty final : public Scaling {
 public:
  TabulatedPenalty(std::shared_ptr<const Table> table, std::shared_ptr<const UnitPenalty> exact)
      : table_(std::move(table)), exact_(std::move(exact)) {}

  bool convex() const override { return exact_->convex(); }
  double unitOmega(double w) const override { return table_->omega(w); }
  double unitDual(double eta) const override { return exact_->unitDual(eta); }
  double unitEtaHat(double w) const override { return table_->etaHat(w); }
  double unitSlope(double w) const override { return table_->slope(w); }
  double unitCurvature(double w) const override { return table_->curvature(w); }
  double unitDualSlope(double eta) const override { return exact_->unitDualSlope(eta); }
  double unitConcavity() const override { return exact_->unitConcavity(); }
  bool unitConcave() const override { return exact_->unitConcave(); }

 protected:
  void maskQuantities(std::span<const double> w, double lambda, MaskQuantity quantity,
                      std::span<double> out) const override {
    if constexpr (std::is_same_v<Scaling, MaskFamilyPenalty>) {
      if (const TableSlope* slope = table_->lanes()) {
        return tableMask({w, quantity, out}, std::sqrt(lambda), *slope);
      }
    }
    Scaling::maskQuantities(w, lambda, quantity, out);
  }

 private:
  std::shared_ptr<const Table> table_;
  std::shared_ptr<const UnitPenalty> exact_;
};

}  // namespace flipside
