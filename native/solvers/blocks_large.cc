// Newton's method for more columns at work than a Hessian is formed of: conjugate gradients on
// products with it, over the coordinates where the penalty is smooth and no bound is reached.
#include <algorithm>
#include <cmath>

#include "solvers/blocks_run.h"

namespace flipside {
namespace {

constexpr std::size_t kMostProducts = 300;
constexpr double kProductTolerance = 1e-3;  // of the residual at first

/// The penalty around one group of coefficients in the list: weight omega at w + d is, to second
/// order, value + slope (u'd) + 1/2 (along (u'd)^2 + across |d - u u'd|^2).
struct Bend {
  std::size_t from;
  std::size_t to;
  double along;
  double across;
};

}  // namespace

bool BlockRun::newtonByProducts(std::span<const std::size_t> groups) {
  std::vector<std::size_t> columns;
  std::vector<double> direction;  // u of each
  std::vector<double> pull;
  std::vector<char> single;
  std::vector<Bend> bends;
  std::vector<double> own;
  for (const std::size_t g : groups) {
    const Blocks::Group& group = blocks_.groups()[g];
    const auto members = blocks_.columnsOf(group);
    const double r = gatherGroup(members, w_, own);
    if (group.penalised() && r == 0.0) continue;
    const double slope = blocks_.slope(group, r);
    const std::size_t first = columns.size();
    for (const std::size_t j : members) {
      if (!(w_[j] > blocks_.lower(j) && w_[j] < blocks_.upper(j))) continue;
      columns.push_back(j);
      direction.push_back(r > 0.0 ? w_[j] / r : 0.0);
      pull.push_back(slope * direction.back());
      single.push_back(group.penalised() && members.size() == 1);
    }
    if (!group.penalised()) continue;
    const double across = members.size() == 1 ? 0.0 : slope / r;
    bends.push_back({first, columns.size(), blocks_.curvature(group, r), across});
  }
  const std::size_t size = columns.size();
  if (size == 0) return false;

  std::vector<double> rest(size);
  problem_.design.correlateSome(columns, residual_, rest);
  std::vector<double> unit(size);
  const auto curvature = problem_.design.curvature();
  const double rows = problem_.loss.quadratic() ? 1.0 : meanCurvature_;
  for (std::size_t k = 0; k < size; ++k) {
    rest[k] -= pull[k];
    unit[k] = rows * curvature[columns[k]];
  }
  for (const Bend& bend : bends) {
    for (std::size_t k = bend.from; k < bend.to; ++k) unit[k] += std::abs(bend.along) + bend.across;
  }
  std::vector<double> fitted(fitted_.size());
  std::vector<double> bent(fitted_.size());
  const auto multiply = [&](const std::vector<double>& d, std::vector<double>& out) {
    problem_.design.combine(columns, d, fitted);
    problem_.loss.applyHessian(fitted_, problem_.y, fitted, bent);
    problem_.design.correlateSome(columns, bent, out);
    for (const Bend& bend : bends) {
      double along = 0.0;
      for (std::size_t k = bend.from; k < bend.to; ++k) along += direction[k] * d[k];
      for (std::size_t k = bend.from; k < bend.to; ++k) {
        out[k] += (bend.along - bend.across) * along * direction[k] + bend.across * d[k];
      }
    }
  };

  // Preconditioned by the diagonal; ends at a direction of no positive curvature.
  std::vector<double> step(size, 0.0);
  std::vector<double> scaled(size);
  std::vector<double> search(size);
  std::vector<double> image(size);
  const auto precondition = [&] {
    double sum = 0.0;
    for (std::size_t k = 0; k < size; ++k) {
      scaled[k] = unit[k] > 0.0 ? rest[k] / unit[k] : rest[k];
      sum += rest[k] * scaled[k];
    }
    return sum;
  };
  double residual = precondition();
  const double first = residual;
  search = scaled;
  for (std::size_t i = 0; i < kMostProducts; ++i) {
    if (!(residual > kProductTolerance * kProductTolerance * first)) break;
    if (problem_.cancel != nullptr) problem_.cancel->poll();
    multiply(search, image);
    const double bow = linalg::dot(search, image);
    if (!(bow > 0.0)) {
      if (i == 0) step = search;
      break;
    }
    const double length = residual / bow;
    linalg::axpy(length, search, step);
    linalg::axpy(-length, image, rest);
    const double before = residual;
    residual = precondition();
    for (std::size_t k = 0; k < size; ++k) search[k] = scaled[k] + residual / before * search[k];
  }
  std::vector<double> to(w_);
  for (std::size_t k = 0; k < size; ++k) {
    double& value = to[columns[k]];
    const double moved = value + step[k];
    value = single[k] && moved * value <= 0.0 ? 0.0 : moved;
  }
  blocks_.project(to);
  const std::vector<double> goal(to);
  return accept(to, fitted) || backtrack(goal, fitted);
}

}  // namespace flipside
