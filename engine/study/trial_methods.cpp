#include "engine/study/trial_methods.hpp"

#include <algorithm>
#include <array>

#include "engine/study/trial_names.hpp"

namespace vcohort {

namespace {

constexpr std::array<std::string_view, outcome_kinds> kind_names = {"a score", "yes or no", "ordered categories",
                                                                    "times to an event", "counts of events"};

constexpr OutcomeKinds numeric = {OutcomeKind::score, OutcomeKind::ordinal};
constexpr OutcomeKinds binary = {OutcomeKind::binary};
constexpr OutcomeKinds survival = {OutcomeKind::survival};

constexpr std::array<std::string_view, 1> mean = {"mean-difference"};
constexpr std::array<std::string_view, 2> mean_or_wins = {"mean-difference", "win-ratio"};
constexpr std::array<std::string_view, 1> odds = {"odds-ratio"};
constexpr std::array<std::string_view, 2> risk_or_odds = {"risk-difference", "odds-ratio"};
constexpr std::array<std::string_view, 2> odds_or_risk = {"odds-ratio", "risk-difference"};
constexpr std::array<std::string_view, 1> risk = {"risk-difference"};
constexpr std::array<std::string_view, 1> hazard = {"hazard-ratio"};
constexpr std::array<std::string_view, 1> rate = {"rate-ratio"};
constexpr std::array<std::string_view, 1> wins = {"win-ratio"};

using Strata = TrialMethod::Strata;

}  // namespace

std::string_view name_of(OutcomeKind kind) {
  return kind_names.at(static_cast<std::size_t>(kind));
}

std::span<const TrialMethod> trial_methods() {
  static constexpr std::array<TrialMethod, method_names.size()> methods = {{
      {.name = "t",
       .fits = numeric,
       .change_from_baseline = true,
       .margin = true,
       .summaries = mean,
       .meaning = "Two-sample t-test with one variance."},
      {.name = "welch",
       .fits = numeric,
       .change_from_baseline = true,
       .margin = true,
       .summaries = mean,
       .meaning = "Two-sample t-test with a variance per arm."},
      {.name = "ancova",
       .fits = numeric,
       .adjusts = true,
       .change_from_baseline = true,
       .margin = true,
       .summaries = mean,
       .meaning = "Analysis of covariance at one visit."},
      {.name = "mmrm",
       .fits = numeric,
       .adjusts = true,
       .change_from_baseline = true,
       .margin = true,
       .repeated = true,
       .summaries = mean,
       .meaning = "Mixed model for repeated measures: all visits up to the one that is compared."},
      {.name = "wilcoxon",
       .fits = numeric,
       .change_from_baseline = true,
       .summaries = mean_or_wins,
       .meaning = "Wilcoxon's rank-sum test."},
      {.name = "van-elteren",
       .fits = numeric,
       .strata = Strata::required,
       .change_from_baseline = true,
       .summaries = mean_or_wins,
       .meaning = "Rank-sum test within strata."},
      {.name = "proportional-odds",
       .fits = {OutcomeKind::ordinal, OutcomeKind::binary},
       .adjusts = true,
       .margin = true,
       .summaries = odds,
       .meaning = "Cumulative logit model; logistic regression of yes or no."},
      {.name = "fisher",
       .fits = binary,
       .responders = true,
       .summaries = risk_or_odds,
       .meaning = "Fisher's exact test."},
      {.name = "chi-square",
       .fits = binary,
       .responders = true,
       .summaries = risk_or_odds,
       .meaning = "Pearson's chi-square test."},
      {.name = "cmh",
       .fits = binary,
       .responders = true,
       .strata = Strata::required,
       .summaries = odds_or_risk,
       .meaning = "Cochran-Mantel-Haenszel test over strata."},
      {.name = "risk-difference",
       .fits = binary,
       .responders = true,
       .strata = Strata::possible,
       .margin = true,
       .summaries = risk,
       .meaning = "Miettinen and Nurminen's score for the difference of risks."},
      {.name = "logrank",
       .fits = survival,
       .strata = Strata::possible,
       .margin = true,
       .summaries = hazard,
       .meaning = "Log-rank test."},
      {.name = "cox",
       .fits = survival,
       .adjusts = true,
       .strata = Strata::possible,
       .margin = true,
       .summaries = hazard,
       .meaning = "Proportional hazards model."},
      {.name = "negative-binomial",
       .fits = {OutcomeKind::count},
       .adjusts = true,
       .margin = true,
       .summaries = rate,
       .meaning = "Negative binomial regression of counts."},
      {.name = "win-ratio",
       .fits = {OutcomeKind::score, OutcomeKind::ordinal, OutcomeKind::survival},
       .smallest_win = true,
       .margin = true,
       .summaries = wins,
       .meaning = "Wins against losses over all pairs of patients."},
      {.name = "bayes",
       .fits = numeric,
       .adjusts = true,
       .change_from_baseline = true,
       .margin = true,
       .bayes = true,
       .summaries = mean,
       .meaning = "Posterior probability of an effect beyond the margin, from a normal prior and the estimate of a "
                  "t-test, or of "
                  "an analysis of covariance where it adjusts."},
  }};
  return methods;
}

const TrialMethod* find_trial_method(std::string_view name) {
  const auto methods = trial_methods();
  const auto found =
      std::find_if(methods.begin(), methods.end(), [&](const TrialMethod& method) { return method.name == name; });
  return found == methods.end() ? nullptr : &*found;
}

}  // namespace vcohort
