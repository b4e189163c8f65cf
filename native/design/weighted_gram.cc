#include "design/weighted_gram.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "design/columns.h"
#include "design/design.h"

namespace flipside {
namespace {

/// H = B' B / n with B = E^(1/2) X_S, that is the columns sqrt(v) (x - v'x / sum(v)) with an
/// intercept. Sums run in double precision.
class DenseWeightedGram final : public WeightedGram {
 public:
  DenseWeightedGram(const Design& design, std::span<const std::size_t> index,
                    const RowCurvature& curvature)
      : rows_(design.rows()), values_(rows_ * index.size()), image_(rows_) {
    std::vector<double> roots(curvature.v.begin(), curvature.v.end());
    double total = 0.0;
    for (double& root : roots) {
      total += root;
      root = std::sqrt(root);
    }
    std::vector<double> column(rows_);
    for (std::size_t k = 0; k < index.size(); ++k) {
      design.gather(index.subspan(k, 1), {column.data(), rows_, 1, rows_});
      if (curvature.projected && total > 0.0) {
        double sum = 0.0;
        for (std::size_t i = 0; i < rows_; ++i) sum += curvature.v[i] * column[i];
        for (double& x : column) x -= sum / total;
      }
      for (std::size_t i = 0; i < roots.size(); ++i) column[i] *= roots[i];
      std::ranges::transform(column, &values_[k * rows_],
                             [](double x) { return static_cast<float>(x); });
      double squares = 0.0;
      for (const double x : column) squares += x * x;
      diagonal_.push_back(squares / static_cast<double>(rows_));
      starts_.push_back(&values_[k * rows_]);
    }
  }

  std::span<const double> diagonal() const override { return diagonal_; }

  double image(std::size_t k) const override {
    const double* vector = image_.data();
    double sum = 0.0;
    dots<float>(only(k), {&vector, 1}, rows_, {&sum, 1, 1, 1});
    return sum / static_cast<double>(rows_);
  }

  void move(std::size_t k, double step) override {
    addColumns<float>(only(k), &step, 0, rows_, image_.data());
  }

 private:
  ColumnList<float> only(std::size_t k) const { return {&starts_[k], &kNoShift, 1}; }

  static constexpr double kNoShift = 0.0;
  std::size_t rows_;
  std::vector<float> values_;
  std::vector<double> image_;  // B d
  std::vector<double> diagonal_;
  std::vector<const float*> starts_;
};

}  // namespace

std::unique_ptr<WeightedGram> denseWeightedGram(const Design& design,
                                                std::span<const std::size_t> index,
                                                const RowCurvature& curvature) {
  return std::make_unique<DenseWeightedGram>(design, index, curvature);
}

}  // namespace flipside
