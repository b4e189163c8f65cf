// Dense kernels on OpenBLAS/LAPACK. The only folder that includes their headers; everything above
// speaks of views and spans. All calls are single-threaded inside BLAS: threads come from the pool
// (pool.h), cut along tiles whose size does not depend on the number of threads, so that results
// are the same bits for every thread budget.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "linalg/matrix.h"
#include "linalg/pool.h"

namespace flipside::linalg {

/// To be called before the first kernel; not from a static initialiser, where OpenBLAS may not be
/// set up.
void initialise();

/// sum_i a_i b_i
double dot(std::span<const double> a, std::span<const double> b);
/// Euclidean norm, without overflow.
double norm(std::span<const double> a);
/// y += scale * x
void axpy(double scale, std::span<const double> x, std::span<double> y);

/// y = scale * A x + keep * y
void multiply(ConstMatrix a, std::span<const double> x, std::span<double> y, double scale = 1.0,
              double keep = 0.0);
/// y = scale * A' x + keep * y
void multiplyTransposed(ConstMatrix a, std::span<const double> x, std::span<double> y,
                        double scale = 1.0, double keep = 0.0);

/// c = scale * A'A, both triangles filled. c is columns x columns.
void gram(ConstMatrix a, double scale, MutableMatrix c, const Cancellation* cancel = nullptr);
/// c = scale * A A', both triangles filled. c is rows x rows.
void outerGram(ConstMatrix a, double scale, MutableMatrix c, const Cancellation* cancel = nullptr);
/// c = A' B
void multiplyMatrices(ConstMatrix aTransposed, ConstMatrix b, MutableMatrix c);
/// c = A B + keep * c for row-major matrices without gaps; with keep = 0 c is not read. Value is
/// float or double.
template <typename Value>
void multiplyRows(RowMajor<Value> a, RowMajor<Value> b, Value* c, Value keep);

/// In-place Cholesky A = L L' of the lower triangle; the upper triangle is not read nor written.
/// Returns false when a pivot is not positive (A is then overwritten in part).
[[nodiscard]] bool cholesky(MutableMatrix a, const Cancellation* cancel = nullptr);
/// In-place A = P L L' P' of a positive semidefinite A with complete pivoting (lower triangle): L
/// is columns x rank, its row k that of the original row order[k]. Returns the numerical rank, at
/// which the rest of A is columns times the unit roundoff of its largest diagonal element or less.
std::size_t pivotedCholesky(MutableMatrix a, std::span<std::size_t> order);
/// b <- (L L')^-1 b
void choleskySolve(ConstMatrix lower, std::span<double> b);
/// The same in single precision, of a size x size matrix without gaps between its columns: half the
/// time, for a direction that a later step corrects.
[[nodiscard]] bool cholesky(std::span<float> a, std::size_t size,
                            const Cancellation* cancel = nullptr);
void choleskySolve(std::span<const float> lower, std::span<double> b);
/// B <- L^-1 B, size rows each.
void forwardSolve(std::span<const float> lower, std::size_t size, std::span<float> b);
/// b <- L'^-1 b
void backwardSolve(std::span<const float> lower, std::span<float> b);
/// c = A'B, of matrices with these rows.
void multiplyTransposed(std::span<const float> a, std::span<const float> b, std::size_t rows,
                        std::span<float> c);
/// B <- L^-1 B
void forwardSolve(ConstMatrix lower, MutableMatrix b);

/// Minimum-norm least squares min |y - A x| by Householder QR: without pivoting when the triangular
/// factor is well conditioned, with column pivoting and a complete orthogonal factorisation
/// otherwise. a is overwritten, y is overwritten; x has a.columns entries. Returns the numerical
/// rank.
std::size_t leastSquares(MutableMatrix a, std::span<double> y, std::span<double> x,
                         const Cancellation* cancel = nullptr);

/// The smallest eigenvalue of a symmetric matrix (both triangles, overwritten) and its unit
/// eigenvector: exact for small matrices, beyond that by 60 Lanczos steps, an upper bound with the
/// direction that attains it.
double smallestEigenpair(MutableMatrix a, std::span<double> eigenvector,
                         const Cancellation* cancel = nullptr);

/// Name of the kernel set OpenBLAS chose at run time, for reports.
std::string blasName();

}  // namespace flipside::linalg
