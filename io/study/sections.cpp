#include "io/study/sections.hpp"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <numeric>

#include "io/study/number_text.hpp"
#include "io/study/policy_sections.hpp"
#include "io/study/trial_sections.hpp"

namespace vcohort {

void StudyContext::notice(const Place& place, std::string_view text) {
  notices.push_back(fmt::format("{}: {}", text_of(place, problems.file_name()), text));
}

std::span<const StudySection> study_sections() {
  static constexpr std::array<StudySection, 12> sections = {{
      {.spec = &population_section, .required = true, .read = read_population},
      {.spec = &strategy_section, .list = true, .read = read_strategies},
      {.spec = &grid_section, .read = read_grid},
      {.spec = &strata_section, .read = read_strata},
      {.spec = &outcomes_section, .required = true, .read = read_outcomes},
      {.spec = &data_model_section, .read = read_data_model},
      {.spec = &data_section, .read = read_data},
      {.spec = &cohort_section, .read = read_cohort},
      {.spec = &trial_section, .read = read_trial},
      {.spec = &policy_section, .read = read_policy},
      {.spec = &override_section, .list = true, .read = read_overrides},
      {.spec = &claim_section, .read = read_claim},
  }};
  return sections;
}

std::span<const SectionSpec* const> documented_tables() {
  static constexpr auto tables = std::to_array<const SectionSpec*>({&top_section,
                                                                    &population_section,
                                                                    &distribution_section,
                                                                    &eligibility_section,
                                                                    &strategy_section,
                                                                    &choose_section,
                                                                    &grid_section,
                                                                    &strata_section,
                                                                    &outcomes_section,
                                                                    &cohort_section,
                                                                    &override_section,
                                                                    &trial_section,
                                                                    &arm_section,
                                                                    &analysis_section,
                                                                    &hierarchy_section,
                                                                    &randomisation_section,
                                                                    &accrual_section,
                                                                    &dropout_section,
                                                                    &intercurrent_section,
                                                                    &data_model_section,
                                                                    &data_arm_section,
                                                                    &correlation_section,
                                                                    &data_section,
                                                                    &policy_section,
                                                                    &discount_section,
                                                                    &exchange_section,
                                                                    &extrapolation_section,
                                                                    &willingness_section,
                                                                    &policy_cost_section,
                                                                    &policy_population_section,
                                                                    &policy_research_section,
                                                                    &budget_section,
                                                                    &sensitivity_section,
                                                                    &moved_section,
                                                                    &threshold_section,
                                                                    &sobol_section,
                                                                    &claim_section,
                                                                    &claim_contrast_section,
                                                                    &claim_number_section});
  return tables;
}

std::optional<std::vector<double>> whole_shares(std::vector<double> shares, const Place& place, std::string_view what,
                                                StudyContext& context) {
  constexpr double rounding = 1e-9;          // sums of printed digits, and of shares that were rescaled before
  constexpr double most_that_rounds = 0.02;  // shares of a table that is printed in per cent
  const double sum = std::accumulate(shares.begin(), shares.end(), 0.0);
  if (std::fabs(sum - 1) <= rounding) return shares;
  if (std::fabs(sum - 1) > most_that_rounds + rounding) {
    context.problems.add(place, fmt::format("{} sum to {}", what, number_text(sum)), "they must be within 0.02 of 1",
                         "correct the shares");
    return std::nullopt;
  }
  for (double& share : shares) share /= sum;
  context.notice(place, fmt::format("{} sum to {} and were rescaled to 1", what, number_text(sum)));
  return shares;
}

}  // namespace vcohort
