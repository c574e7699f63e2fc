#include "engine/trial/dropout_hot.hpp"

#include "engine/numeric/elementary.hpp"

namespace vcohort::VCOHORT_INSTRUCTION_SET {

void loss_probabilities(const LossByVisit* loss, const int* __restrict arm, long n, double* __restrict probability) {
  const double intercept = loss->intercept, per_sd = loss->log_odds_per_sd;
  const double expected = loss->expected, sd = loss->sd;
  if (loss->change != nullptr) {
    const double* __restrict change = loss->change;
    for (long i = 0; i < n; ++i) {
      const double slope = per_sd * ((expected - change[i]) / sd);
      probability[i] = intercept + (change[i] == change[i] ? slope : 0.0);
    }
  } else {
    for (long i = 0; i < n; ++i) probability[i] = intercept;
  }
  for (int k = 0; k < loss->arms; ++k) {
    const double odds = loss->arm_log_odds[k];
    for (long i = 0; i < n; ++i) probability[i] = arm[i] == k ? probability[i] + odds : probability[i];
  }
  for (long i = 0; i < n; ++i) probability[i] = ilogit_of(probability[i]);
}

void lose_in_interval(const LossInterval* interval, long n, int* attended, double* months) {
  const LossInterval& here = *interval;
  for (long i = 0; i < n; ++i) {
    const double probability = here.of_patient != nullptr ? here.of_patient[i] : here.probability;
    if (here.uniform[i] >= probability || attended[i] < here.visits) continue;
    attended[i] = here.visit;
    const double fraction = -log_of(1 - here.when[i] * probability) / -log_of(1 - probability);
    months[i] = here.from + (here.to - here.from) * fraction;
  }
}

}  // namespace vcohort::VCOHORT_INSTRUCTION_SET
