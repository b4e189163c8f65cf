// The weighted Gram matrix of compressed columns along the stored entries only. With the row
// factors D folded in, v' = D v D, the stored column c with its mean m and scale s, a = c'v' and
// V = sum(v'), a move of column k by t adds to E X d, in units of 1 / D,
//   t/s (v' c - m v')          and with an intercept          t/s (v' c - a/V v').
// So it is q - b v' with q next to the stored entries alone and a number b.
#include <algorithm>
#include <vector>

#include "design/sparse_design.h"
#include "design/weighted_gram.h"

namespace flipside {
namespace {

template <typename Value>
struct ScaledColumn {
  SparseColumn<Value> stored;
  double factor;  ///< 1 / s
  double mean;    ///< m
};

template <typename Value>
class SparseWeightedGram final : public WeightedGram {
 public:
  SparseWeightedGram(std::vector<ScaledColumn<Value>> columns, std::vector<double> v,
                     std::size_t rows, bool projected)
      : columns_(std::move(columns)),
        v_(std::move(v)),
        projected_(projected),
        rows_(static_cast<double>(rows)),
        image_(rows),
        sums_(columns_.size()),
        diagonal_(columns_.size()) {
    total_ = rows_;
    if (!v_.empty()) {
      total_ = 0.0;
      for (const double value : v_) total_ += value;
    }
    for (std::size_t k = 0; k < columns_.size(); ++k) measure(k);
  }

  std::span<const double> diagonal() const override { return diagonal_; }

  double image(std::size_t k) const override {
    const ScaledColumn<Value>& column = columns_[k];
    double sum = 0.0;
    for (std::size_t e = 0; e < column.stored.count; ++e) {
      sum += column.stored.value(e) * image_[column.stored.row(e)];
    }
    return column.factor * (sum - multiple_ * sums_[k] - column.mean * imageTotal_) / rows_;
  }

  void move(std::size_t k, double step) override {
    const ScaledColumn<Value>& column = columns_[k];
    const double by = column.factor * step;
    for (std::size_t e = 0; e < column.stored.count; ++e) {
      const std::size_t i = column.stored.row(e);
      image_[i] += by * column.stored.value(e) * weight(i);
    }
    const double centre = centreOf(k);
    multiple_ += by * centre;
    if (!projected_) imageTotal_ += by * (sums_[k] - centre * total_);
  }

 private:
  double weight(std::size_t i) const { return v_.empty() ? 1.0 : v_[i]; }
  double centreOf(std::size_t k) const {
    if (!projected_) return columns_[k].mean;
    return total_ > 0.0 ? sums_[k] / total_ : 0.0;
  }

  void measure(std::size_t k) {
    const ScaledColumn<Value>& column = columns_[k];
    double stored = 0.0;
    for (std::size_t e = 0; e < column.stored.count; ++e) {
      const double v = weight(column.stored.row(e));
      sums_[k] += v * column.stored.value(e);
      stored += v;
    }
    const double centre = centreOf(k);
    double squares = std::max(0.0, total_ - stored) * centre * centre;
    for (std::size_t e = 0; e < column.stored.count; ++e) {
      const double x = column.stored.value(e) - centre;
      squares += weight(column.stored.row(e)) * x * x;
    }
    diagonal_[k] = column.factor * column.factor * squares / rows_;
  }

  std::vector<ScaledColumn<Value>> columns_;
  std::vector<double> v_;
  bool projected_;
  double rows_;
  double total_;               // V
  std::vector<double> image_;  // q
  double multiple_ = 0.0;      // b
  double imageTotal_ = 0.0;    // sum of q - b v'
  std::vector<double> sums_;   // a
  std::vector<double> diagonal_;
};

}  // namespace

std::unique_ptr<WeightedGram> SparseDesign::weightedGram(std::span<const std::size_t> index,
                                                         const RowCurvature& curvature) const {
  std::vector<double> v(curvature.v.begin(), curvature.v.end());
  if (options_.fold && !weights_.empty()) {
    if (v.empty()) v.assign(rows_, 1.0);
    for (std::size_t i = 0; i < rows_; ++i) v[i] *= weights_[i];
  }
  std::unique_ptr<WeightedGram> gram;
  withValues([&]<typename Value>(const Value* values) {
    std::vector<ScaledColumn<Value>> columns;
    columns.reserve(index.size());
    for (const std::size_t j : index) {
      columns.push_back({columnAt(values, j), factorOf(j), means_[j]});
    }
    gram = std::make_unique<SparseWeightedGram<Value>>(std::move(columns), std::move(v), rows_,
                                                       curvature.projected);
  });
  return gram;
}

}  // namespace flipside
