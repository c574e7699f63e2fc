// Compiled once per instruction set; see engine/numeric/instruction_set.hpp.
#include "engine/policy/policy_hot.hpp"

#include "engine/numeric/elementary.hpp"

namespace vcohort::VCOHORT_INSTRUCTION_SET {

void cumulative_rate_kernel(int lanes, const double* age, double years, int bands, const double* from_age,
                            const double* rate, double* out) {
  for (int i = 0; i < lanes; ++i) out[i] = 0.0;
  for (int b = 0; b < bands; ++b) {
    const double width = b + 1 < bands ? from_age[b + 1] - from_age[b] : __builtin_inf();
    for (int i = 0; i < lanes; ++i) {
      const double above = age[i] + years - from_age[b];
      const double inside = above < width ? above : width;
      out[i] += rate[b] * (inside > 0.0 ? inside : 0.0);
    }
  }
}

void survival_kernel(int lanes, const double* cumulative, const double* baseline, const double* excess, double years,
                     double* out) {
  for (int i = 0; i < lanes; ++i) out[i] = exp_of(-((cumulative[i] - baseline[i]) + excess[i] * years));
}

void utility_kernel(int lanes, double weight, const double* alive, const double* utility, double slope,
                    const double* effect, double minimum, double maximum, double* sum) {
  for (int i = 0; i < lanes; ++i) {
    double value = utility[i] + slope * effect[i];
    value = value < maximum ? value : maximum;
    value = value > minimum ? value : minimum;
    sum[i] += weight * alive[i] * value;
  }
}

void care_kernel(int lanes, const double* alive, const double* cost, double change, const double* effect, double* out) {
  for (int i = 0; i < lanes; ++i) {
    const double ratio = 1.0 + change * effect[i];
    out[i] = alive[i] * cost[i] * (ratio > 0.0 ? ratio : 0.0);
  }
}

void infusion_kernel(int lanes, const double* alive, const std::uint16_t* given_in_full, int infusion, double in_full,
                     double changed, double* out) {
  for (int i = 0; i < lanes; ++i) out[i] = alive[i] * (infusion < given_in_full[i] ? in_full : changed);
}

void add_scaled_kernel(int lanes, double weight, const double* values, double* sum) {
  for (int i = 0; i < lanes; ++i) sum[i] += weight * values[i];
}

void net_benefit_kernel(int lanes, double threshold, const double* cost, const double* effect,
                        const double* cost_of_reference, const double* effect_of_reference, double* best) {
  for (int i = 0; i < lanes; ++i) {
    const double benefit = threshold * (effect[i] - effect_of_reference[i]) - (cost[i] - cost_of_reference[i]);
    best[i] = benefit > best[i] ? benefit : best[i];
  }
}

void cross_products_kernel(int count, int columns, int stride, const double* values, double* products) {
  constexpr int accumulators = 8;  // a fixed number, so that every instruction set adds in the same order
  for (int row = 0; row < columns; ++row)
    for (int column = 0; column <= row; ++column) {
      const double* x = values + static_cast<long>(row) * stride;
      const double* y = values + static_cast<long>(column) * stride;
      double sum[accumulators] = {};
      int i = 0;
      for (; i + accumulators <= count; i += accumulators)
        for (int k = 0; k < accumulators; ++k) sum[k] += x[i + k] * y[i + k];
      for (int k = 0; i + k < count; ++k) sum[k] += x[i + k] * y[i + k];
      *products++ = ((sum[0] + sum[1]) + (sum[2] + sum[3])) + ((sum[4] + sum[5]) + (sum[6] + sum[7]));
    }
}

}  // namespace vcohort::VCOHORT_INSTRUCTION_SET
