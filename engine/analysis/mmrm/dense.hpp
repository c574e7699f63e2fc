#pragma once
#include <cmath>

/// Row-major kernels for the small matrices of a patient's visits, where a library call costs more than the arithmetic.
namespace vcohort::analysis {

/// Replaces the lower triangle of a symmetric n x n matrix by its Cholesky factor. False when it is not positive definite.
inline bool factorise(double* a, int n) {
  for (int i = 0; i < n; ++i) {
    for (int j = 0; j <= i; ++j) {
      double sum = a[i * n + j];
      for (int k = 0; k < j; ++k) sum -= a[i * n + k] * a[j * n + k];
      if (i == j) {
        if (!(sum > 0) || !std::isfinite(sum)) return false;
        a[i * n + i] = std::sqrt(sum);
      } else {
        a[i * n + j] = sum / a[j * n + j];
      }
    }
  }
  return true;
}

/// Replaces the lower triangle of a lower triangular matrix by its inverse.
inline void invert_lower(double* a, int n) {
  for (int j = 0; j < n; ++j) {
    a[j * n + j] = 1 / a[j * n + j];
    for (int i = j + 1; i < n; ++i) {
      double sum = 0;
      for (int k = j; k < i; ++k) sum -= a[i * n + k] * a[k * n + j];
      a[i * n + j] = sum / a[i * n + i];
    }
  }
}

/// product = left * right, all n x n.
inline void multiply(const double* left, const double* right, double* product, int n) {
  for (int i = 0; i < n; ++i) {
    double* row = product + i * n;
    for (int j = 0; j < n; ++j) row[j] = 0;
    for (int k = 0; k < n; ++k) {
      const double factor = left[i * n + k];
      for (int j = 0; j < n; ++j) row[j] += factor * right[k * n + j];
    }
  }
}

}  // namespace vcohort::analysis
