#pragma once
#include <cmath>
#include <limits>

/// Row-major kernels for the small matrices of a patient's visits, where a library call costs more than the arithmetic.
#include "engine/numeric/elementary.hpp"

namespace vcohort::analysis {

/// The logarithm as std::log gives it outside its domain too: a covariance that is not positive definite must show as
/// NaN.
inline double log_of_any(double x) {
  constexpr double smallest_normal = std::numeric_limits<double>::min();
  if (x >= smallest_normal) return x <= std::numeric_limits<double>::max() ? log_of(x) : x;
  return x > 0    ? log_of(x / smallest_normal) + log_of(smallest_normal)  // subnormal
         : x == 0 ? -std::numeric_limits<double>::infinity()
                  : std::numeric_limits<double>::quiet_NaN();
}

/// Replaces the lower triangle of a symmetric n x n matrix by its Cholesky factor. False when it is not positive
/// definite.
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

/// matrix = inverse matrix inverse', where the inverse is lower triangular; all n x n. Needs n^2 numbers of scratch
/// memory.
inline void congruence(const double* inverse, double* matrix, double* scratch, int n) {
  for (int i = 0; i < n; ++i) {
    for (int j = 0; j < n; ++j) {
      double sum = 0;
      for (int k = 0; k <= i; ++k) sum += inverse[i * n + k] * matrix[k * n + j];
      scratch[i * n + j] = sum;
    }
  }
  for (int i = 0; i < n; ++i) {
    for (int j = 0; j <= i; ++j) {
      double sum = 0;
      for (int k = 0; k <= j; ++k) sum += scratch[i * n + k] * inverse[j * n + k];
      matrix[i * n + j] = matrix[j * n + i] = sum;
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
