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
  constexpr long chunk = 256;
  long lost[chunk];
  double when[chunk], probability[chunk], fraction[chunk];
  for (long first = 0; first < n; first += chunk) {
    const long end = first + chunk < n ? first + chunk : n;
    long losses = 0;
    for (long i = first; i < end; ++i) {
      const double of_patient = here.of_patient != nullptr ? here.of_patient[i] : here.probability;
      lost[losses] = i;
      losses += static_cast<long>(here.uniform[i] < of_patient) & static_cast<long>(attended[i] >= here.visits);
    }
    for (long k = 0; k < losses; ++k) {
      attended[lost[k]] = here.visit;
      when[k] = here.when[lost[k]];
      probability[k] = here.of_patient != nullptr ? here.of_patient[lost[k]] : here.probability;
    }
    for (long k = 0; k < losses; ++k) fraction[k] = -log_of(1 - when[k] * probability[k]) / -log_of(1 - probability[k]);
    for (long k = 0; k < losses; ++k) months[lost[k]] = here.from + (here.to - here.from) * fraction[k];
  }
}

}  // namespace vcohort::VCOHORT_INSTRUCTION_SET
