#include "engine/data_model/outcome_hot.hpp"

namespace vcohort::VCOHORT_INSTRUCTION_SET {

void correlated_normals(const double* const* columns, const double* weights, long visit, long n,
                        double* __restrict out) {
  const double own = weights[visit];
  const double* __restrict normal = columns[visit];
  if (visit == 0) {
    for (long i = 0; i < n; ++i) out[i] = own * normal[i];
    return;
  }
  const double first_weight = weights[0];
  const double* __restrict first = columns[0];
  for (long i = 0; i < n; ++i) out[i] = own * normal[i] + first_weight * first[i];
  for (long k = 1; k < visit; ++k) {
    const double weight = weights[k];
    const double* __restrict earlier = columns[k];
    for (long i = 0; i < n; ++i) out[i] += weight * earlier[i];
  }
}

void add_times(const double* __restrict column, double factor, long n, double* __restrict out) {
  for (long i = 0; i < n; ++i) out[i] += factor * column[i];
}

void scores_by_arm(const double* __restrict latent, const int* __restrict arm, int arms, const double* means,
                   const double* sds, long n, double* __restrict out) {
  const double first_mean = means[0], first_sd = sds[0];
  if (arms == 1) {
    for (long i = 0; i < n; ++i) out[i] = first_mean + first_sd * latent[i];
    return;
  }
  const double second_mean = means[1], second_sd = sds[1];
  for (long i = 0; i < n; ++i) {
    const bool second = arm[i] == 1;
    out[i] = (second ? second_mean : first_mean) + (second ? second_sd : first_sd) * latent[i];
  }
  for (int k = 2; k < arms; ++k) {
    const double mean = means[k], sd = sds[k];
    for (long i = 0; i < n; ++i) {
      const double here = mean + sd * latent[i];
      out[i] = arm[i] == k ? here : out[i];
    }
  }
}

}  // namespace vcohort::VCOHORT_INSTRUCTION_SET
