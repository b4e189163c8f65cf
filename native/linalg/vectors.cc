#include <cblas.h>

#include "linalg/lapack.h"
#include "linalg/linalg.h"

namespace flipside::linalg {

// OpenBLAS's own workers spin after each call and would fight the pool for the cores.
void initialise() { openblas_set_num_threads(1); }

double dot(std::span<const double> a, std::span<const double> b) {
  return cblas_ddot(blasInt(a.size()), a.data(), 1, b.data(), 1);
}

double norm(std::span<const double> a) { return cblas_dnrm2(blasInt(a.size()), a.data(), 1); }

void axpy(double scale, std::span<const double> x, std::span<double> y) {
  cblas_daxpy(blasInt(x.size()), scale, x.data(), 1, y.data(), 1);
}

void multiply(ConstMatrix a, std::span<const double> x, std::span<double> y, double scale,
              double keep) {
  cblas_dgemv(CblasColMajor, CblasNoTrans, blasInt(a.rows), blasInt(a.columns), scale, a.data,
              blasInt(a.stride), x.data(), 1, keep, y.data(), 1);
}

void multiplyTransposed(ConstMatrix a, std::span<const double> x, std::span<double> y, double scale,
                        double keep) {
  cblas_dgemv(CblasColMajor, CblasTrans, blasInt(a.rows), blasInt(a.columns), scale, a.data,
              blasInt(a.stride), x.data(), 1, keep, y.data(), 1);
}

std::string blasName() {
  return std::string("OpenBLAS ") + openblas_get_corename() + ", LAPACK inside";
}

}  // namespace flipside::linalg
