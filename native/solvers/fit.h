// One fit, or a path of fits on one prepared design: plain structs in, plain structs out.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "design/gram_moments.h"
#include "design/standardized.h"
#include "penalties/penalty.h"
#include "solvers/diagnosis.h"
#include "solvers/problem.h"

namespace flipside {

struct FitProgress {
  std::size_t lambdaIndex = 0;
  std::size_t lambdaCount = 1;
  std::size_t iteration = 0;
  double objective = 0.0;
  double stationarity = 0.0;
  std::size_t nonzero = 0;
};

/// What the outside may do to a running fit. Both members may be null.
struct FitControl {
  const Cancellation* cancel = nullptr;
  /// Called on the worker's thread at most every 50 ms.
  std::function<void(const FitProgress&)> progress;
};

struct FitRequest {
  /// A matrix, which is standardised as told below, or a design that is ready (of x, where that is
  /// there too), or the moments of data whose rows are gone.
  std::shared_ptr<const RawMatrix> x;
  std::shared_ptr<const StandardizedDesign> design;
  std::shared_ptr<const GramMoments> gram;
  std::vector<double> y;        ///< rows x responseWidth values of the loss; empty with gram
  std::vector<double> weights;  ///< of x: empty, or rows values >= 0, not all 0
  std::vector<double> offset;   ///< empty, or rows x outputs values
  std::vector<double> start;    ///< empty, or columns x outputs values on the caller's scale
  std::shared_ptr<const Penalty> penalty;
  std::string loss = "squared";        ///< the name of a registered loss
  std::vector<double> lossParameters;  ///< one for each of LossItem::parameters, or empty for usual
  std::size_t outputs = 1;             ///< per row: classes or tasks
  Structure structure;                 ///< on the caller's scale, one entry per column of x
  std::string solver = "reweighted";   ///< the name of a registered solver
  SolverOptions options;
  /// Empty: a geometric grid of pathLength values from lambdaMax down to pathRatio * lambdaMax.
  std::vector<double> lambdas;
  std::size_t pathLength = 0;
  double pathRatio = 0.0;
  Standardization standardization;  ///< of x or gram
  double tolerance = 1e-8;          ///< converged when stationarity <= tolerance * lambda
  std::size_t maxIterations = 10000;
};

/// coefficients and intercept are on the caller's scale, everything else on the standardised one.
struct FitOutcome {
  double lambda = 0.0;
  /// True: coefficients, eta and keepProbability have an entry for each column in support
  /// (ascending), and every other column has the coefficient 0, etaAtZero and keepAtZero. False:
  /// they have an entry per column.
  bool sparse = false;
  std::vector<std::uint32_t> support;
  double etaAtZero = 0.0;
  double keepAtZero = 0.0;
  std::vector<double> coefficients;
  std::vector<double> eta;
  std::vector<double> keepProbability;
  double intercept = 0.0;
  /// One per output, where there are several (intercept is the first of them): then coefficients
  /// has columns x outputs entries, output after output, as eta and keepProbability, and support
  /// counts in these.
  std::vector<double> intercepts;
  double objective = 0.0;
  double loss = 0.0;
  double stationarity = 0.0;
  std::size_t nonzero = 0;
  std::size_t iterations = 0;
  std::string reason;  ///< "tolerance", "maxIterations", "aborted" or "stalled"
  std::vector<double> objectiveHistory;
  std::vector<std::size_t> nonzeroHistory;
  std::vector<double> secondsHistory;
  double objectiveMargin = std::numeric_limits<double>::quiet_NaN();  ///< see Solution
  ConvergenceRecord record;
  Diagnosis diagnosis;
  /// Of each column what stands for a missing value; null where those are refused. The outcomes of
  /// one call share it.
  std::shared_ptr<const std::vector<double>> imputed;
};

/// Throws BadValue for data that no fit can use, std::bad_alloc. A cancelled run returns what it
/// has, with reason "aborted" (only the lambdas begun by then); cancelled before a first iterate it
/// throws Cancelled.
std::vector<FitOutcome> runFit(const FitRequest& request, const FitControl& control);

/// The lambdas of a request without any. Throws as runFit does.
std::vector<double> lambdaGrid(const FitRequest& request, const Cancellation* cancel);
/// The largest |dL/dw_j| at w = 0, w on the standardised scale.
double gradientAtZero(const FitRequest& request, const Cancellation* cancel);

/// What a solver needs of the design with this penalty. Throws BadValue for an unknown solver.
Storage storageFor(const std::string& solver, const Penalty& penalty);

/// The design that runFit makes of request.x.
std::shared_ptr<const StandardizedDesign> makeDesign(const FitRequest& request,
                                                     const Cancellation* cancel);

/// Bytes that runFit will need for its copies and work space, an upper estimate; checked against
/// the machine before anything is allocated. copyBytes are those of the copy of the caller's
/// matrix.
double workspaceBytes(const FitRequest& request, std::size_t rows, std::size_t columns,
                      double copyBytes);

}  // namespace flipside
