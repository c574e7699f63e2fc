#include "engine/numeric/vector_math_hot.hpp"

#include "engine/numeric/elementary.hpp"

namespace vcohort::VCOHORT_INSTRUCTION_SET {

void exp_loop(const double* x, double* result, long n) {
  for (long i = 0; i < n; ++i) result[i] = exp_of(x[i]);
}

void log_loop(const double* x, double* result, long n) {
  for (long i = 0; i < n; ++i) result[i] = log_of(x[i]);
}

void pow_loop(const double* x, const double* y, double* result, long n) {
  for (long i = 0; i < n; ++i) result[i] = pow_of(x[i], y[i]);
}

void ilogit_loop(const double* x, double* result, long n) {
  for (long i = 0; i < n; ++i) result[i] = ilogit_of(x[i]);
}

void logit_loop(const double* p, double* result, long n) {
  for (long i = 0; i < n; ++i) result[i] = logit_of(p[i]);
}

void sincos_loop(const double* turns, double* sine, double* cosine, long n) {
  for (long i = 0; i < n; ++i) {
    double sine_i = 0.0;
    double cosine_i = 0.0;
    sincos_turns(turns[i], &sine_i, &cosine_i);
    sine[i] = sine_i;
    cosine[i] = cosine_i;
  }
}

void mark_missing(const double* x, long n, int* code) {
  for (long i = 0; i < n; ++i) code[i] = x[i] == x[i] ? code[i] : -1;
}

}  // namespace vcohort::VCOHORT_INSTRUCTION_SET
