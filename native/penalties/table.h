// A separable penalty as a table, for penalties without a closed form.
//
// Between neighbouring grid points in x = log w two quintic polynomials hold log omega' and the
// mean slope (omega(w) - omega(0)) / w. A power law continues the table at either end, and breaks
// separate stretches where the slope jumps. etaHat = w / omega' is monotone in w within each
// stretch.
#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <limits>
#include <memory>
#include <utility>
#include <vector>

#include "penalties/scaling.h"

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
  /// The grid's first and last w, and between them, in order, the places where the slope jumps.
  std::vector<double> bounds;
  /// Beyond the grid omega'(w) falls like w^-tailDecay (not used when the slope is 0 there).
  double tailDecay = 1.0;
  /// The grid is refined until omega - omega(0) and the slope are this accurate, relatively.
  double tolerance = 1e-11;
};

class Table {
 public:
  /// exact(w) is called on the grid only; at a jump it is called on both sides of it. A stretch
  /// that begins with slope 0 is taken as constant.
  Table(const TableSpec& spec, const std::function<TableValues(double)>& exact);

  double omega(double w) const;
  double slope(double w) const;
  double etaHat(double w) const;
  double curvature(double w) const;

  /// The largest relative error found between grid points when the table was made.
  double error() const { return error_; }
  std::size_t cells() const { return cells_.size(); }

 private:
  using Quintic = std::array<double, 6>;
  struct Cell {
    Quintic logSlope;
    Quintic mean;
  };
  struct Stretch {
    double from;
    double origin = 0.0;       // log(from)
    double inverseStep = 0.0;  // cells per unit of log w; 0 when omega is constant
    double omega = 0.0;        // that constant
    std::size_t first = 0;
    std::size_t count = 0;
  };
  struct Place {
    const Cell* cell;  // null where omega is constant
    double t;
    double inverseStep;
    double omega;
  };

  void append(double from, double to, const std::function<TableValues(double)>& exact);
  Stretch fill(double from, double to, std::size_t count, std::vector<Cell>& cells,
               const std::function<TableValues(double)>& exact) const;
  double measure(const Stretch& stretch, const std::vector<Cell>& cells,
                 const std::function<TableValues(double)>& exact) const;
  Place locate(double w) const;

  TableSpec spec_;
  double first_;
  double last_;
  TableValues end_{};
  std::vector<Stretch> stretches_;
  std::vector<Cell> cells_;
  double error_ = 0.0;
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

 private:
  std::shared_ptr<const Table> table_;
  std::shared_ptr<const UnitPenalty> exact_;
};

}  // namespace flipside
