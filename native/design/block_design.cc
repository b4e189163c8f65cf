#include "design/block_design.h"

#include <algorithm>
#include <utility>

namespace flipside {
namespace {

/// One of the base per block, where no intercept ties them to each other.
class BlockWeightedGram final : public WeightedGram {
 public:
  struct Place {
    std::size_t block;
    std::size_t place;
  };

  BlockWeightedGram(std::vector<std::unique_ptr<WeightedGram>> blocks, std::vector<Place> places,
                    double share)
      : blocks_(std::move(blocks)), places_(std::move(places)), share_(share) {
    for (const auto& [block, place] : places_) {
      diagonal_.push_back(share_ * blocks_[block]->diagonal()[place]);
    }
  }

  std::span<const double> diagonal() const override { return diagonal_; }
  double image(std::size_t k) const override {
    return share_ * blocks_[places_[k].block]->image(places_[k].place);
  }
  void move(std::size_t k, double step) override {
    blocks_[places_[k].block]->move(places_[k].place, step);
  }

 private:
  std::vector<std::unique_ptr<WeightedGram>> blocks_;
  std::vector<Place> places_;
  double share_;
  std::vector<double> diagonal_;
};

}  // namespace

BlockDesign::BlockDesign(std::shared_ptr<const StandardizedDesign> base, std::size_t outputs)
    : base_(std::move(base)), outputs_(outputs), share_(1.0 / static_cast<double>(outputs)) {
  for (std::size_t k = 0; k < outputs_; ++k) {
    for (const double h : base_->curvature()) curvature_.push_back(h * share_);
  }
}

std::vector<BlockDesign::Part> BlockDesign::split(std::span<const std::size_t> index) const {
  std::vector<Part> parts(outputs_);
  for (std::size_t at = 0; at < index.size(); ++at) {
    Part& part = parts[index[at] / base_->columns()];
    part.columns.push_back(index[at] % base_->columns());
    part.places.push_back(at);
  }
  return parts;
}

void BlockDesign::multiply(std::span<const double> w, std::span<double> out) const {
  const std::size_t p = base_->columns();
  for (std::size_t k = 0; k < outputs_; ++k) {
    base_->multiply(w.subspan(k * p, p), block(out, k));
  }
}

void BlockDesign::correlate(std::span<const double> r, std::span<double> out) const {
  correlateMany({r.data(), rows(), 1, rows()}, {out.data(), columns(), 1, columns()});
}

void BlockDesign::gather(std::span<const std::size_t> index, MutableMatrix out) const {
  const std::size_t n = base_->rows();
  for (std::size_t at = 0; at < index.size(); ++at) {
    std::fill_n(out.column(at), rows(), 0.0);
    const std::size_t column = index[at] % base_->columns();
    double* to = out.column(at) + index[at] / base_->columns() * n;
    base_->gather({&column, 1}, {to, n, 1, n});
  }
}

void BlockDesign::combine(std::span<const std::size_t> index, std::span<const double> w,
                          std::span<double> out) const {
  const std::vector<Part> parts = split(index);
  std::vector<double> values;
  for (std::size_t k = 0; k < outputs_; ++k) {
    values.clear();
    for (const std::size_t at : parts[k].places) values.push_back(w[at]);
    base_->combine(parts[k].columns, values, block(out, k));
  }
}

void BlockDesign::correlateSome(std::span<const std::size_t> index, std::span<const double> r,
                                std::span<double> out) const {
  const std::vector<Part> parts = split(index);
  std::vector<double> values;
  for (std::size_t k = 0; k < outputs_; ++k) {
    const Part& part = parts[k];
    if (part.columns.empty()) continue;
    values.resize(part.columns.size());
    base_->correlateSome(part.columns, block(r, k), values);
    for (std::size_t a = 0; a < values.size(); ++a) out[part.places[a]] = share_ * values[a];
  }
}

/// The blocks of a column lie one after the other, as columns of the base's residuals do.
void BlockDesign::correlateMany(ConstMatrix residuals, MutableMatrix out) const {
  const std::size_t n = base_->rows();
  const std::size_t p = base_->columns();
  for (std::size_t c = 0; c < residuals.columns; ++c) {
    base_->correlateMany({residuals.column(c), n, outputs_, n}, {out.column(c), p, outputs_, p});
    for (std::size_t j = 0; j < columns(); ++j) out(j, c) *= share_;
  }
}

void BlockDesign::products(std::span<const std::size_t> left, std::span<const std::size_t> right,
                           std::span<const double> weights, MutableMatrix out,
                           const Cancellation* cancel) const {
  for (std::size_t b = 0; b < right.size(); ++b) std::fill_n(out.column(b), left.size(), 0.0);
  const std::vector<Part> rowParts = split(left);
  const std::vector<Part> columnParts = split(right);
  std::vector<double> values;
  for (std::size_t k = 0; k < outputs_; ++k) {
    const Part& a = rowParts[k];
    const Part& b = columnParts[k];
    if (a.columns.empty() || b.columns.empty()) continue;
    values.resize(a.columns.size() * b.columns.size());
    const MutableMatrix part{values.data(), a.columns.size(), b.columns.size(), a.columns.size()};
    base_->products(a.columns, b.columns, weights.empty() ? weights : block(weights, k), part,
                    cancel);
    for (std::size_t j = 0; j < b.columns.size(); ++j) {
      for (std::size_t i = 0; i < a.columns.size(); ++i) {
        out(a.places[i], b.places[j]) = share_ * part(i, j);
      }
    }
  }
}

std::unique_ptr<WeightedGram> BlockDesign::weightedGram(std::span<const std::size_t> index,
                                                        const RowCurvature& curvature) const {
  if (curvature.projected) return denseWeightedGram(*this, index, curvature);
  const std::vector<Part> parts = split(index);
  std::vector<std::unique_ptr<WeightedGram>> blocks(outputs_);
  std::vector<BlockWeightedGram::Place> places(index.size());
  for (std::size_t k = 0; k < outputs_; ++k) {
    const Part& part = parts[k];
    if (part.columns.empty()) continue;
    const auto v = curvature.v.empty() ? curvature.v : block(curvature.v, k);
    blocks[k] = base_->weightedGram(part.columns, {v, false});
    for (std::size_t a = 0; a < part.places.size(); ++a) places[part.places[a]] = {k, a};
  }
  return std::make_unique<BlockWeightedGram>(std::move(blocks), std::move(places), share_);
}

}  // namespace flipside
