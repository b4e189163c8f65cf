#include "solvers/cross_validation.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "design/draft_design.h"
#include "design/missing.h"
#include "design/row_subset.h"
#include "linalg/pool.h"
#include "solvers/progress_counter.h"

namespace flipside {
namespace {

constexpr double kDraftRange = 1e24;  // of mean squares in single precision, and their inverses

/// Of blocks of n values each, those of some rows.
std::vector<double> selectFrom(std::span<const double> values, std::size_t n,
                               std::span<const std::uint32_t> rows) {
  std::vector<double> chosen;
  chosen.reserve(values.size() / n * rows.size());
  for (std::size_t block = 0; block < values.size(); block += n) {
    for (const std::uint32_t i : rows) chosen.push_back(values[block + i]);
  }
  return chosen;
}

class CrossRun {
 public:
  CrossRun(const CrossRequest& request, const CrossControl& control)
      : request_(request),
        control_(control),
        data_(request.candidates.front()),
        loss_(*findLoss(data_.loss)),
        rows_(data_.x->rows),
        weights_(meanOneWeights()),
        counter_(request.candidates.size() + request.foldCount, control.progress) {
    outcome_.measures = measuresOf(loss_);
    for (std::size_t k = 0; k < request.foldCount; ++k) {
      std::vector<std::uint32_t> inside;
      std::vector<std::uint32_t> outside;
      for (std::size_t i = 0; i < rows_; ++i) {
        const bool held = request.folds[i] == static_cast<std::int32_t>(k);
        (held ? inside : outside).push_back(static_cast<std::uint32_t>(i));
      }
      held_.push_back(std::move(inside));
      training_.push_back(std::move(outside));
      outcome_.foldWeights.push_back(weightOf(held_.back()));
    }
  }

  CrossOutcome run() {
    prepare();
    const std::size_t paths = candidates_.size();
    const std::size_t tasks = paths + request_.foldCount;
    failed_ = tasks;
    linalg::parallelFor(
        tasks, [&](std::size_t t) { attempt(t); }, control_.cancel);
    if (failure_) throw *failure_;
    if (control_.cancel != nullptr) control_.cancel->poll();
    return std::move(outcome_);
  }

 private:
  std::vector<double> meanOneWeights() const {
    std::vector<double> weights = data_.weights;
    if (weights.empty()) return std::vector<double>(rows_, 1.0);
    const double largest = *std::ranges::max_element(weights);
    double sum = 0.0;
    for (double& weight : weights) sum += weight /= largest;
    for (double& weight : weights) weight *= static_cast<double>(rows_) / sum;
    return weights;
  }

  double weightOf(std::span<const std::uint32_t> rows) const {
    const bool events = !loss_.additive && loss_.responseWidth(data_.outputs) == 2;
    double sum = 0.0;
    for (const std::uint32_t i : rows) {
      sum += weights_[i] * (events ? data_.y[rows_ + i] : 1.0);
    }
    return sum;
  }

  /// The designs of all rows, one for each way in which solvers want it, and the lambdas.
  void prepare() {
    std::shared_ptr<const StandardizedDesign> designs[2];
    for (std::size_t c = 0; c < request_.candidates.size(); ++c) {
      FitRequest& candidate = candidates_.emplace_back(request_.candidates[c]);
      auto& design = designs[static_cast<std::size_t>(storageFor(candidate))];
      if (design == nullptr) design = makeDesign(candidate, control_.cancel);
      candidate.design = design;
      if (candidate.lambdas.empty()) candidate.lambdas = lambdaGrid(candidate, control_.cancel);
      leeways_.push_back(0.0);
      if (request_.foldLeeway > 0.0) {
        leeways_.back() = request_.foldLeeway * gradientAtZero(candidate, control_.cancel);
      }
      const std::size_t count = candidate.lambdas.size();
      CandidateOutcome& outcome = outcome_.candidates.emplace_back();
      outcome.scores.resize(outcome_.measures.size() * request_.foldCount * count);
      outcome.unconverged.resize(request_.foldCount);
      outcome.stationarity.resize(request_.foldCount * count);
      if (request_.keep) outcome.predictors.resize(rows_ * data_.outputs * count);
    }
  }

  static Storage storageFor(const FitRequest& candidate) {
    return flipside::storageFor(candidate.solver, *candidate.penalty);
  }

  /// Of several tasks that fail the first is reported, whichever thread was faster.
  void attempt(std::size_t task) {
    if (task > failed_.load()) return;
    const std::size_t paths = candidates_.size();
    std::string place;
    try {
      if (task < paths) {
        outcome_.candidates[task].path = fit(candidates_[task], task, 0);
      } else {
        place = "fold " + std::to_string(task - paths) + ": ";
        validate(task - paths);
      }
    } catch (const BadValue& error) {
      const std::lock_guard lock(mutex_);
      if (task >= failed_.load()) return;
      failed_ = task;
      failure_.emplace(error.code, error.argument, place + error.what());
    }
  }

  /// A path; `before` fits of this task have been done. An unfinished one is Cancelled.
  std::vector<FitOutcome> fit(const FitRequest& request, std::size_t task, std::size_t before) {
    FitControl control;
    control.cancel = control_.cancel;
    if (counter_.listens()) {
      control.progress = [&, before](const FitProgress& state) {
        counter_.set(task, before + state.lambdaIndex);
      };
    }
    std::vector<FitOutcome> path = runFit(request, control);
    if (control_.cancel != nullptr) control_.cancel->poll();
    counter_.set(task, before + path.size());
    return path;
  }

  void validate(std::size_t k) {
    FitRequest shared = data_;
    shared.design = nullptr;
    shared.y = selectFrom(data_.y, rows_, training_[k]);
    shared.offset = selectFrom(data_.offset, rows_, training_[k]);
    shared.weights = selectFrom(data_.weights, rows_, training_[k]);
    requireUsable(shared);
    shared.x = nullptr;
    RawMatrix held = selectRows(*data_.x, held_[k]);
    std::shared_ptr<const RawMatrix> all = data_.x;
    std::shared_ptr<const StandardizedDesign> designs[2];
    std::shared_ptr<const StandardizedDesign> drafted;
    std::size_t done = 0;
    for (std::size_t c = 0; c < candidates_.size(); ++c) {
      FitRequest request = shared;
      const FitRequest& candidate = candidates_[c];
      request.penalty = candidate.penalty;
      request.solver = candidate.solver;
      request.options = candidate.options;
      request.options.leeway = leeways_[c];
      request.maxIterations = candidate.maxIterations;
      request.lambdas = candidate.lambdas;
      request.tolerance = request_.foldTolerances[c];
      const bool draft = draftServes(request, c);
      if (!draft && shared.x == nullptr) {
        shared.x = std::make_shared<const RawMatrix>(selectRows(*data_.x, training_[k]));
      }
      request.x = shared.x;
      auto& design = draft ? drafted : designs[static_cast<std::size_t>(storageFor(request))];
      if (design == nullptr) {
        design = draft ? makeDraft(request, k) : makeDesign(request, control_.cancel);
      }
      request.design = design;
      if (c == 0 && design->imputed() != nullptr) {
        fillMissing(held, *design->imputed());
        if (!loss_.additive) {
          auto filled = std::make_shared<RawMatrix>(*data_.x);
          fillMissing(*filled, *design->imputed());
          all = std::move(filled);
        }
      }
      const std::vector<FitOutcome> path = fit(request, candidates_.size() + k, done);
      done += path.size();
      judge(k, held, *all, path, outcome_.candidates[c]);
    }
  }

  /// Whether what single precision leaves of a gradient is far below what the fits of a fold may
  /// leave: of a least-squares problem whose matrix is dense and complete.
  bool draftServes(const FitRequest& request, std::size_t c) const {
    const bool suited = loss_.name == "squared" && request.outputs == 1 &&
                        request.solver == "workingSet" && request.structure.plain() &&
                        data_.x->layout != RawMatrix::Layout::compressedColumns &&
                        !request.standardization.imputeMissing;
    if (!suited || request.options.leeway == 0.0) return false;
    const auto curvature = candidates_[c].design->curvature();
    const double largest = *std::ranges::max_element(curvature);
    if (!(largest < kDraftRange)) return false;
    for (const double h : curvature) {
      if (h != 0.0 && h < 1.0 / kDraftRange) return false;
    }
    const double lambda = *std::ranges::min_element(request.lambdas);
    const double goal = std::min(request.options.leeway, kLeeway * lambda);
    return goal >= kDraftError * std::sqrt(largest) * spreadOfResponse(request);
  }

  /// The root mean square of y without its offset and, with an intercept, its mean.
  static double spreadOfResponse(const FitRequest& request) {
    double total = 0.0;
    double sum = 0.0;
    const auto weight = [&](std::size_t i) {
      return request.weights.empty() ? 1.0 : request.weights[i];
    };
    const auto value = [&](std::size_t i) {
      return request.y[i] - (request.offset.empty() ? 0.0 : request.offset[i]);
    };
    for (std::size_t i = 0; i < request.y.size(); ++i) {
      total += weight(i);
      sum += weight(i) * value(i);
    }
    const double mean = request.standardization.intercept ? sum / total : 0.0;
    double squares = 0.0;
    for (std::size_t i = 0; i < request.y.size(); ++i) {
      squares += weight(i) / total * (value(i) - mean) * (value(i) - mean);
    }
    return std::sqrt(squares);
  }

  std::shared_ptr<const StandardizedDesign> makeDraft(const FitRequest& request,
                                                      std::size_t k) const {
    Standardization options = request.standardization;
    options.fold = loss_.folds;
    return std::make_shared<DraftDesign>(*data_.x, training_[k], request.weights, options,
                                         control_.cancel);
  }

  void requireUsable(const FitRequest& training) const {
    const std::size_t rows = training.y.size() / loss_.responseWidth(data_.outputs);
    const auto counts = [](const FitRequest& data, std::size_t i) {
      return data.weights.empty() || data.weights[i] > 0.0;
    };
    bool some = false;
    bool below = false;
    bool above = false;
    bool event = false;
    for (std::size_t i = 0; i < rows; ++i) {
      if (!counts(training, i)) continue;
      some = true;
      below = below || training.y[i] < 1.0;
      above = above || training.y[i] > 0.0;
      event = event || (!loss_.additive && training.y[rows + i] > 0.0);
    }
    if (!some) {
      throw BadValue("OUT_OF_RANGE", "weights",
                     "the weights of the rows outside the fold must not all be 0, but are");
    }
    if (!loss_.additive && !event) {
      throw BadValue("INVALID_ARGUMENT", "y",
                     "y of the rows outside the fold must have an event, but has none");
    }
    if (!training.standardization.intercept) return;
    if (loss_.name == "logistic" && !(below && above)) {
      throw BadValue("INVALID_ARGUMENT", "y",
                     "y of the rows outside the fold must have both classes, but has one: the "
                     "intercept has no estimate");
    }
    if (loss_.name != "multinomial") return;
    // Of a class that has no weight anywhere no intercept is asked for.
    std::vector<char> wanted(data_.outputs, 0);
    for (std::size_t i = 0; i < rows_; ++i) {
      if (counts(data_, i)) wanted[static_cast<std::size_t>(data_.y[i])] = 1;
    }
    for (std::size_t i = 0; i < rows; ++i) {
      if (counts(training, i)) wanted[static_cast<std::size_t>(training.y[i])] = 0;
    }
    const auto lost = std::ranges::find(wanted, 1);
    if (lost == wanted.end()) return;
    throw BadValue("INVALID_ARGUMENT", "y",
                   "y of the rows outside the fold must have every class, but has none of class " +
                       std::to_string(lost - wanted.begin()) +
                       " (from 0): its intercept has no estimate");
  }

  /// held: the rows of the fold, all: every row; without missing values.
  void judge(std::size_t k, const RawMatrix& held, const RawMatrix& all,
             const std::vector<FitOutcome>& path, CandidateOutcome& out) {
    const std::vector<double> y = selectFrom(data_.y, rows_, held_[k]);
    const std::vector<double> offset = selectFrom(data_.offset, rows_, held_[k]);
    const std::vector<double> weights = selectFrom(weights_, rows_, held_[k]);
    const std::size_t n = held.rows;
    for (std::size_t l = 0; l < path.size(); ++l) {
      if (control_.cancel != nullptr) control_.cancel->poll();
      const FitOutcome& one = path[l];
      if (one.reason != "tolerance") out.unconverged[k] += 1.0;
      out.stationarity[k * path.size() + l] = one.stationarity;
      const std::vector<double> z = predictorsOf(held, offset, one);
      const Predicted rows{z, y, weights, data_.lossParameters, data_.outputs};
      for (std::size_t m = 0; m < outcome_.measures.size(); ++m) {
        out.scores[(m * request_.foldCount + k) * path.size() + l] =
            scoreOf(outcome_.measures[m], k, rows, all, one);
      }
      if (!request_.keep) continue;
      for (std::size_t o = 0; o < data_.outputs; ++o) {
        double* to = &out.predictors[(l * data_.outputs + o) * rows_];
        for (std::size_t i = 0; i < n; ++i) to[held_[k][i]] = z[o * n + i];
      }
    }
  }

  double scoreOf(Measure measure, std::size_t k, const Predicted& held, const RawMatrix& all,
                 const FitOutcome& fit) const {
    const double weight = outcome_.foldWeights[k];
    if (!(weight > 0.0)) return std::numeric_limits<double>::quiet_NaN();
    if (measure != Measure::deviance || loss_.additive) return score(measure, loss_, held, weight);
    // Verweij and van Houwelingen: what the held-out rows add to the deviance of the others.
    const std::vector<double> z = predictorsOf(all, data_.offset, fit);
    const Predicted whole{z, data_.y, weights_, held.parameters, data_.outputs};
    const std::vector<double> trainingZ = selectFrom(z, rows_, training_[k]);
    const std::vector<double> trainingY = selectFrom(data_.y, rows_, training_[k]);
    const std::vector<double> trainingWeights = selectFrom(weights_, rows_, training_[k]);
    const Predicted training{trainingZ, trainingY, trainingWeights, held.parameters, data_.outputs};
    return (loss_.deviance(whole) - loss_.deviance(training)) / weight;
  }

  /// offset + intercept + x w, output after output.
  std::vector<double> predictorsOf(const RawMatrix& x, std::span<const double> offset,
                                   const FitOutcome& fit) const {
    std::vector<double> z(offset.begin(), offset.end());
    z.resize(x.rows * data_.outputs);
    for (std::size_t o = 0; o < data_.outputs; ++o) {
      const double b = fit.intercepts.empty() ? fit.intercept : fit.intercepts[o];
      for (std::size_t i = 0; i < x.rows; ++i) z[o * x.rows + i] += b;
    }
    for (std::size_t e = 0; e < fit.coefficients.size(); ++e) {
      if (fit.coefficients[e] == 0.0) continue;
      const std::size_t entry = fit.sparse ? fit.support[e] : e;
      const std::span<double> out(&z[entry / x.columns * x.rows], x.rows);
      addColumn(x, entry % x.columns, fit.coefficients[e], out);
    }
    return z;
  }

  const CrossRequest& request_;
  const CrossControl& control_;
  const FitRequest& data_;
  const LossItem& loss_;
  const std::size_t rows_;
  const std::vector<double> weights_;
  ProgressCounter counter_;
  CrossOutcome outcome_;
  std::vector<FitRequest> candidates_;
  std::vector<double> leeways_;
  std::vector<std::vector<std::uint32_t>> held_;
  std::vector<std::vector<std::uint32_t>> training_;
  std::atomic<std::size_t> failed_ = 0;
  std::mutex mutex_;
  std::optional<BadValue> failure_;
};

}  // namespace

CrossOutcome crossValidate(const CrossRequest& request, const CrossControl& control) {
  const std::string& loss = request.candidates.front().loss;
  if (findLoss(loss) == nullptr) {
    throw BadValue("UNSUPPORTED", "loss", "loss must be registered, but " + loss + " is not");
  }
  return CrossRun(request, control).run();
}

}  // namespace flipside
