// The data of a fit as its solver sees them: standardised design, response and loss.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "design/block_design.h"
#include "design/gram_moments.h"
#include "design/standardized.h"
#include "losses/loss.h"

namespace flipside {

/// The response of a regression; an empty vector stands for offset 0.
struct Response {
  std::span<const double> y;             ///< rows x responseWidth
  std::span<const double> offset;        ///< rows x outputs
  std::span<const double> parameters{};  ///< of the loss
  std::size_t outputs = 1;
};

/// Whether the loss wants weights folded into the design. Throws BadValue for an unknown loss.
bool foldsWeights(const std::string& loss);

class Prepared {
 public:
  /// Throws BadValue for data that the loss cannot use, for the name of an unknown loss, and for a
  /// design with weights that was made for a loss of the other kind.
  Prepared(std::shared_ptr<const StandardizedDesign> design, const Response& response,
           const std::string& loss);
  /// From the Gram matrix alone, as rows with the same loss. Throws BadValue for a loss that is not
  /// quadratic.
  Prepared(const GramMoments& gram, Standardization options, const std::string& loss,
           const Cancellation* cancel);
  Prepared(const Prepared&) = delete;
  Prepared& operator=(const Prepared&) = delete;

  /// Of x, and what solvers are given: the same, or with several outputs a block for each.
  const StandardizedDesign& design() const { return *design_; }
  const Design& whole() const {
    return blocks_ != nullptr ? static_cast<const Design&>(*blocks_) : *design_;
  }
  std::span<const double> y() const { return y_; }
  const Loss& loss() const { return *loss_; }
  /// Of each column of whole() on the caller's scale: a coefficient there is w_j / scales_j.
  std::span<const double> scales() const {
    if (blocks_ != nullptr) return blockScales_;
    return gram_.scales.empty() ? design_->scales() : std::span<const double>(gram_.scales);
  }
  std::size_t outputs() const { return blocks_ != nullptr ? blocks_->outputs() : 1; }
  /// z of each row at coefficients w on the standardised scale, with offset and intercept; for a
  /// loss with one output that does not fold.
  std::vector<double> predictors(std::span<const double> w) const;
  /// The intercept of each output on the caller's scale that goes with coefficients w on the
  /// standardised one.
  std::vector<double> intercepts(std::span<const double> w) const;
  /// Of a loss of separate squares: the response of one output, as y().
  std::span<const double> yOf(std::size_t output) const {
    return y().subspan(output * design_->rows(), design_->rows());
  }

 private:
  std::vector<double> fitted(std::span<const double> w) const;
  std::vector<double> bestIntercepts(std::span<const double> w) const;
  /// Of the columns of design().
  std::span<const double> means() const {
    return gram_.means.empty() ? design_->means() : std::span<const double>(gram_.means);
  }

  const LossItem& item_;
  StandardizedGram gram_;  // means and scales, where there are no rows
  std::shared_ptr<const StandardizedDesign> design_;
  std::unique_ptr<const BlockDesign> blocks_;  // with several outputs
  std::vector<double> blockScales_;
  std::vector<double> y_;
  std::vector<double> offset_;
  std::vector<double> parameters_;
  std::unique_ptr<const Loss> loss_;
  bool hasIntercept_;
  std::vector<double> means_;  // of y for each output, where it is folded in
};

}  // namespace flipside
