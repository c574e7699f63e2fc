#pragma once
#include <array>
#include <string_view>

#include "engine/analysis/ancova.hpp"
#include "engine/analysis/cluster_trials.hpp"
#include "engine/analysis/competing_events.hpp"
#include "engine/analysis/counts.hpp"
#include "engine/analysis/cox.hpp"
#include "engine/analysis/exact_binomial.hpp"
#include "engine/analysis/kaplan_meier.hpp"
#include "engine/analysis/logrank.hpp"
#include "engine/analysis/max_combo.hpp"
#include "engine/analysis/mcnemar.hpp"
#include "engine/analysis/mixed_model.hpp"
#include "engine/analysis/one_sample_t.hpp"
#include "engine/analysis/proportional_odds.hpp"
#include "engine/analysis/proportions.hpp"
#include "engine/analysis/t_test.hpp"
#include "engine/analysis/weighted_logrank.hpp"
#include "engine/analysis/wilcoxon.hpp"
#include "engine/analysis/win_ratio.hpp"
#include "engine/study/effect_scale.hpp"
#include "engine/study/outcome_kind.hpp"

/// The analyses that a study may ask for: everything that is known of one stands in its row. The study reader, its
/// documentation, simulated trials and data files all read it here. A new method is its two files, one row, and tests.
namespace vcohort::analysis {

struct Method {
  enum class Strata : std::uint8_t { none, possible, required };
  enum class Weights : std::uint8_t { none, one, several };
  enum class Horizon : std::uint8_t { none, tau, at };
  /// What was randomised: patients; patients to the first of two periods; clusters; clusters to the visit at which they
  /// cross over. See UnitDesign.
  enum class Units : std::uint8_t { patients, periods, clusters, steps };

  std::string_view name;  // as a study writes it
  OutcomeKinds fits;
  EffectScale scale;  // of its estimates
  Fit* fit;
  bool responders = false;  // also on a score, cut at AnalysisPlan::responder_threshold
  bool adjusts = false;     // takes covariates
  Strata strata = Strata::none;
  bool change_from_baseline = false;  // may analyse the change
  bool wins = false;    // compares pairs of patients in the better direction: its estimate is above 0 where the arm is
                        // better; on a score takes AnalysisPlan::responder_threshold as the largest tie
  bool firth = false;   // may maximise the penalised likelihood
  bool margin = false;  // may test a margin: non-inferiority, equivalence
  bool repeated = false;            // takes all visits, covariances, degrees of freedom and covariates by visit
  bool bayes = false;               // takes a prior, and decides by a posterior probability
  Weights weights = Weights::none;  // takes Fleming and Harrington's
  Horizon horizon = Horizon::none;  // takes a time: AnalysisPlan::tau_months, at_months
  bool later = false;               // of times to an event: its estimate is above 0 where the arm has the event later
  bool competing = false;           // of times to an event: needs another event that competes (`Dataset::competed`)
  bool looks = true;                // may decide looks: what it knows grows as the information that they count
  bool single_arm = false;  // compares one arm with AnalysisPlan::against: its estimate is the difference from it
  bool paired = false;      // of a single arm: compares a visit with the baseline, and takes no fixed value
  Units units = Units::patients;
  std::string_view meaning;
};

/// The t-test, or the analysis of covariance where there are covariates: what the posterior probability rests on.
Fit fit_t_or_ancova;

inline constexpr OutcomeKinds scores = {OutcomeKind::score, OutcomeKind::ordinal};
inline constexpr OutcomeKinds scores_and_shares = {OutcomeKind::score, OutcomeKind::binary};

inline constexpr auto methods = std::to_array<Method>({
    {.name = "t",
     .fits = scores,
     .scale = EffectScale::mean_difference,
     .fit = fit_t,
     .change_from_baseline = true,
     .margin = true,
     .meaning = "Two-sample t-test with one variance."},
    {.name = "welch",
     .fits = scores,
     .scale = EffectScale::mean_difference,
     .fit = fit_welch,
     .change_from_baseline = true,
     .margin = true,
     .meaning = "Two-sample t-test with a variance per arm."},
    {.name = "ancova",
     .fits = scores,
     .scale = EffectScale::mean_difference,
     .fit = fit_ancova,
     .adjusts = true,
     .change_from_baseline = true,
     .margin = true,
     .meaning = "Analysis of covariance at one visit."},
    {.name = "mmrm",
     .fits = scores,
     .scale = EffectScale::mean_difference,
     .fit = fit_mixed_model,
     .adjusts = true,
     .change_from_baseline = true,
     .margin = true,
     .repeated = true,
     .meaning = "Mixed model for repeated measures: all visits after baseline, compared at one of them."},
    {.name = "wilcoxon",
     .fits = scores,
     .scale = EffectScale::superiority_share,
     .fit = fit_wilcoxon,
     .change_from_baseline = true,
     .meaning = "Wilcoxon's rank-sum test."},
    {.name = "van-elteren",
     .fits = scores,
     .scale = EffectScale::superiority_share,
     .fit = fit_van_elteren,
     .strata = Method::Strata::required,
     .change_from_baseline = true,
     .meaning = "Rank-sum test within strata."},
    {.name = "proportional-odds",
     .fits = {OutcomeKind::ordinal, OutcomeKind::binary},
     .scale = EffectScale::log_odds_ratio,
     .fit = fit_proportional_odds,
     .adjusts = true,
     .firth = true,
     .margin = true,
     .meaning = "Cumulative logit model; logistic regression of yes or no."},
    {.name = "fisher",
     .fits = {OutcomeKind::binary},
     .scale = EffectScale::risk_difference,
     .fit = fit_fisher,
     .responders = true,
     .meaning = "Fisher's exact test."},
    {.name = "chi-square",
     .fits = {OutcomeKind::binary},
     .scale = EffectScale::risk_difference,
     .fit = fit_chi_square,
     .responders = true,
     .meaning = "Pearson's chi-square test."},
    {.name = "cmh",
     .fits = {OutcomeKind::binary},
     .scale = EffectScale::log_odds_ratio,
     .fit = fit_cmh,
     .responders = true,
     .strata = Method::Strata::required,
     .meaning = "Cochran-Mantel-Haenszel test over strata."},
    {.name = "risk-difference",
     .fits = {OutcomeKind::binary},
     .scale = EffectScale::risk_difference,
     .fit = fit_risk_difference,
     .responders = true,
     .strata = Method::Strata::possible,
     .margin = true,
     .meaning = "Miettinen and Nurminen's score for the difference of risks."},
    {.name = "logrank",
     .fits = {OutcomeKind::survival},
     .scale = EffectScale::log_hazard_ratio,
     .fit = fit_logrank,
     .strata = Method::Strata::possible,
     .margin = true,
     .meaning = "Log-rank test."},
    {.name = "fleming-harrington",
     .fits = {OutcomeKind::survival},
     .scale = EffectScale::log_hazard_ratio,
     .fit = fit_fleming_harrington,
     .strata = Method::Strata::possible,
     .margin = true,
     .weights = Method::Weights::one,
     .looks = false,
     .meaning = "Weighted log-rank test; estimates the log hazard ratio after one step from 0, an average by its "
                "weights where hazards are not proportional."},
    {.name = "max-combo",
     .fits = {OutcomeKind::survival},
     .scale = EffectScale::log_hazard_ratio,
     .fit = fit_max_combo,
     .strata = Method::Strata::possible,
     .weights = Method::Weights::several,
     .looks = false,
     .meaning = "The largest of several weighted log-rank statistics, p from their joint distribution; estimate and "
                "interval are those of its weight, not adjusted for the choice."},
    {.name = "cox",
     .fits = {OutcomeKind::survival},
     .scale = EffectScale::log_hazard_ratio,
     .fit = fit_cox,
     .adjusts = true,
     .strata = Method::Strata::possible,
     .firth = true,
     .margin = true,
     .meaning = "Proportional hazards model."},
    {.name = "rmst",
     .fits = {OutcomeKind::survival},
     .scale = EffectScale::restricted_mean_difference,
     .fit = fit_restricted_mean,
     .margin = true,
     .horizon = Method::Horizon::tau,
     .later = true,
     .looks = false,
     .meaning = "Difference of the areas under the Kaplan-Meier curves up to `tau_months`, above 0 where the arm has "
                "the event later."},
    {.name = "kaplan-meier",
     .fits = {OutcomeKind::survival},
     .scale = EffectScale::survival_difference,
     .fit = fit_kaplan_meier,
     .margin = true,
     .horizon = Method::Horizon::at,
     .later = true,
     .looks = false,
     .meaning = "Difference of the Kaplan-Meier curves at `at_months`, above 0 where the arm has the event later."},
    {.name = "gray",
     .fits = {OutcomeKind::survival},
     .scale = EffectScale::log_subdistribution_hazard_ratio,
     .fit = fit_gray,
     .strata = Method::Strata::possible,
     .margin = true,
     .competing = true,
     .looks = false,
     .meaning = "Gray's test of cumulative incidences where another event competes; estimates the log ratio of "
                "subdistribution hazards after one step from 0, an average where they are not proportional."},
    {.name = "cumulative-incidence",
     .fits = {OutcomeKind::survival},
     .scale = EffectScale::incidence_difference,
     .fit = fit_cumulative_incidence,
     .margin = true,
     .horizon = Method::Horizon::at,
     .competing = true,
     .looks = false,
     .meaning = "Difference of the cumulative incidences (Aalen and Johansen) at `at_months` where another event "
                "competes, above 0 where the arm has more events."},
    {.name = "negative-binomial",
     .fits = {OutcomeKind::count},
     .scale = EffectScale::log_rate_ratio,
     .fit = fit_negative_binomial,
     .adjusts = true,
     .margin = true,
     .meaning = "Negative binomial regression of counts."},
    {.name = "win-ratio",
     .fits = {OutcomeKind::score, OutcomeKind::ordinal, OutcomeKind::survival},
     .scale = EffectScale::log_win_ratio,
     .fit = fit_win_ratio,
     .wins = true,
     .margin = true,
     .meaning = "Wins against losses over all pairs of patients."},
    {.name = "bayes",
     .fits = scores,
     .scale = EffectScale::mean_difference,
     .fit = fit_t_or_ancova,
     .adjusts = true,
     .change_from_baseline = true,
     .margin = true,
     .bayes = true,
     .meaning = "Posterior probability of an effect beyond the margin, from a normal prior and the estimate of a "
                "t-test, or of an analysis of covariance where it adjusts."},
    {.name = "exact-binomial",
     .fits = {OutcomeKind::binary},
     .scale = EffectScale::risk_difference,
     .fit = fit_exact_binomial,
     .responders = true,
     .single_arm = true,
     .meaning = "Exact binomial test of a share against a fixed one, with the interval of Clopper and Pearson."},
    {.name = "one-sample-t",
     .fits = scores,
     .scale = EffectScale::mean_difference,
     .fit = fit_one_sample_t,
     .change_from_baseline = true,
     .margin = true,
     .single_arm = true,
     .meaning = "One-sample t-test of a mean against a fixed value."},
    {.name = "paired-t",
     .fits = {OutcomeKind::score},
     .scale = EffectScale::mean_difference,
     .fit = fit_one_sample_t,
     .margin = true,
     .single_arm = true,
     .paired = true,
     .meaning = "Paired t-test: the one-sample t-test of the changes from baseline against 0; of matched pairs the "
                "baseline is the one of the two."},
    {.name = "mcnemar",
     .fits = {OutcomeKind::binary},
     .scale = EffectScale::risk_difference,
     .fit = fit_mcnemar,
     .single_arm = true,
     .paired = true,
     .meaning =
         "McNemar's exact test of yes and no against the baseline; the estimate is the difference of the shares, "
         "with Tango's score interval."},
    {.name = "crossover-t",
     .fits = scores_and_shares,
     .scale = EffectScale::mean_difference,
     .fit = fit_t,
     .margin = true,
     .units = Method::Units::periods,
     .meaning = "AB/BA crossover: two-sample t-test of the differences between a patient's two periods; the effect of "
                "the treatment, which effects of the period leave alone and carry-over does not."},
    {.name = "cluster-t",
     .fits = scores_and_shares,
     .scale = EffectScale::mean_difference,
     .fit = fit_t,
     .margin = true,
     .looks = false,
     .units = Method::Units::clusters,
     .meaning = "Two-sample t-test of the means, or shares, of clusters; each cluster counts the same."},
    {.name = "cluster-t-weighted",
     .fits = scores_and_shares,
     .scale = EffectScale::mean_difference,
     .fit = fit_weighted_cluster_t,
     .margin = true,
     .looks = false,
     .units = Method::Units::clusters,
     .meaning =
         "Adjusted t-test of means, or shares, of patients (Donner and Klar): each patient counts the same, and the "
         "variance grows with the intracluster correlation that the analysis of variance gives."},
    {.name = "cluster-mixed",
     .fits = scores_and_shares,
     .scale = EffectScale::mean_difference,
     .fit = fit_cluster_mixed,
     .margin = true,
     .looks = false,
     .units = Method::Units::clusters,
     .meaning = "Linear mixed model of patients with a random intercept for their cluster, by restricted maximum "
                "likelihood; as many degrees of freedom as clusters less the arms."},
    {.name = "stepped-wedge",
     .fits = scores_and_shares,
     .scale = EffectScale::mean_difference,
     .fit = fit_stepped_wedge,
     .margin = true,
     .looks = false,
     .units = Method::Units::steps,
     .meaning =
         "Stepped wedge: linear mixed model with a mean for each period and a random intercept for the cluster "
         "(Hussey and Hughes), by restricted maximum likelihood; as many degrees of freedom as clusters less 2."},
});

/// In the order of the rows.
inline constexpr auto method_names = [] {
  std::array<std::string_view, methods.size()> names;
  for (std::size_t row = 0; row < names.size(); ++row) names[row] = methods[row].name;
  return names;
}();

/// The method of that name; null if there is none.
const Method* find_method(std::string_view name);

/// What a trial randomises, and its analyses must be of.
Method::Units randomised_units(const TrialQuestion&);

/// The time that the method takes from a plan; 0 where it takes none.
double horizon_of(const AnalysisPlan&, const Method&);

}  // namespace vcohort::analysis
