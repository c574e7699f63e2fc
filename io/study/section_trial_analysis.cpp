#include <array>

#include "engine/analysis/methods.hpp"
#include "engine/study/size.hpp"
#include "engine/study/trial_names.hpp"
#include "io/study/analysis_reader.hpp"
#include "io/study/trial_sections.hpp"

namespace vcohort {

namespace {

constexpr double longest_months = static_cast<double>(largest_occasion) / days_per_month;

constexpr std::array<KeySpec, 20> keys = {{
    {.name = "name",
     .meaning = "How tables call a secondary analysis; required there. The primary one is called \"primary\".",
     .example = "\"unadjusted\""},
    {.name = "endpoint",
     .form = "name of an endpoint",
     .meaning = "What is compared: one of `outcomes.endpoints`, required; `outcome` under a data model; the value "
                "column of a data "
                "file.",
     .example = "\"gmfm66\""},
    {.name = "visit_months",
     .type = KeyType::number,
     .unit = "months",
     .range = {.low = 0, .high = longest_months, .low_excluded = true},
     .meaning = "The visit at which it is compared, one of the visits; required where the trial is simulated, but for "
                "survival and "
                "count.",
     .example = "12"},
    {.name = "visit",
     .meaning = "The same visit as the visit column of a data file has it; required where [data] has one, unless it is "
                "the number of "
                "`visit_months`.",
     .example = "\"VIS4\""},
    {.name = "analysis",
     .required = true,
     .choices = analysis::method_names,
     .meaning = "The method, see below which fits what.",
     .example = "\"ancova\""},
    {.name = "adjust",
     .type = KeyType::list_of_texts,
     .form = "list of covariates",
     .choices = covariate_names,
     .meaning = "Covariates; of a data file, its columns, and `baseline`.",
     .example = "[\"baseline\", \"age_years\", \"gmfcs\"]"},
    {.name = "adjust_by_visit",
     .type = KeyType::list_of_texts,
     .form = "list of covariates",
     .choices = covariate_names,
     .meaning = "mmrm: covariates with a coefficient for each visit.",
     .example = "[\"baseline\"]"},
    {.name = "stratify",
     .type = KeyType::list_of_texts,
     .form = "list of factors",
     .choices = factor_names,
     .meaning = "Factors whose levels, in combination, are the strata of the analysis; of a data file, its columns. "
                "Ages are cut as "
                "in `trial.randomisation`.",
     .example = "[\"gmfcs\"]"},
    {.name = "covariance",
     .fallback = "\"unstructured\"",
     .choices = covariance_names,
     .meaning = "mmrm: covariance of a patient's visits.",
     .example = "\"unstructured\""},
    {.name = "fallback",
     .type = KeyType::list_of_texts,
     .choices = covariance_names,
     .meaning = "mmrm: covariances that are tried in this order when a fit fails.",
     .example = "[\"toeplitz-heterogeneous\", \"ar1\"]"},
    {.name = "covariance_by_arm",
     .type = KeyType::boolean,
     .fallback = "false",
     .meaning = "mmrm: whether every arm has a covariance of its own.",
     .example = "true"},
    {.name = "df",
     .fallback = "\"satterthwaite\"",
     .choices = df_names,
     .meaning = "mmrm: degrees of freedom.",
     .example = "\"kenward-roger\""},
    {.name = "change_from_baseline",
     .type = KeyType::boolean,
     .fallback = "false",
     .meaning = "Whether the change from baseline is analysed and not the outcome itself.",
     .example = "true"},
    {.name = "hypothesis",
     .fallback = "\"superiority\"",
     .choices = hypothesis_names,
     .meaning = "What the trial wants to show.",
     .example = "\"non-inferiority\""},
    {.name = "margin",
     .type = KeyType::number,
     .range = {.low = 0},
     .meaning = "On the scale of the estimate, the logarithm of a ratio. Superiority: by more than this, 0 without it; "
                "non-inferiority: "
                "not worse by this; equivalence: within this on either side; required for these two.",
     .example = "1.5"},
    {.name = "responder_threshold",
     .type = KeyType::number,
     .unit = "points",
     .range = {.low = 0, .low_excluded = true},
     .meaning =
         "Methods of yes or no on a score: a responder is better than at baseline by at least this. win-ratio: a "
         "difference of at most this is a tie.",
     .example = "2"},
    {.name = "hierarchy",
     .type = KeyType::other,
     .form = "list of endpoints",
     .meaning = "win-ratio of a data file: its endpoints, the most important first, instead of the one of [data].",
     .example = "[{ value = \"DAYS\", event = \"DIED\" }, { value = \"SCORE\", smallest_win = 2 }]"},
    {.name = "prior_mean",
     .type = KeyType::number,
     .fallback = "0",
     .meaning = "bayes: mean of the normal prior of the effect.",
     .example = "0"},
    {.name = "prior_sd",
     .type = KeyType::number,
     .range = {.low = 0, .low_excluded = true},
     .meaning = "bayes: its standard deviation; without it the prior is flat.",
     .example = "2.5"},
    {.name = "posterior_probability",
     .type = KeyType::number,
     .fallback = "0.975",
     .range = {.low = 0, .high = 1, .low_excluded = true, .high_excluded = true},
     .meaning = "bayes: required that the effect exceeds the margin.",
     .example = "0.975"},
}};

constexpr std::array<KeySpec, 4> hierarchy_keys = {{
    {.name = "value",
     .form = "name of a column",
     .required = true,
     .meaning = "A score, or with `event` a time.",
     .example = "\"SCORE\""},
    {.name = "event",
     .form = "name of a column",
     .meaning = "1 for an event at the time, 0 for the end of observation.",
     .example = "\"DIED\""},
    {.name = "smallest_win",
     .type = KeyType::number,
     .fallback = "0",
     .range = {.low = 0},
     .meaning = "A difference of at most this is a tie.",
     .example = "2"},
    {.name = "lower_is_better",
     .type = KeyType::boolean,
     .meaning = "Of a score; of a time whether the event is unwanted. Without it false for a score, true for a time.",
     .example = "true"},
}};

}  // namespace

const SectionSpec hierarchy_section = {
    .name = "hierarchy",
    .heading = "trial.primary.hierarchy",
    .meaning = "An endpoint of a hierarchy, by which pairs of patients are compared.",
    .keys = hierarchy_keys,
};

const SectionSpec analysis_section = {
    .name = "primary",
    .heading = "trial.primary",
    .meaning =
        "An analysis: `trial.primary`, and each of the list `trial.secondary`. A key that the method has no use for is "
        "refused.",
    .keys = keys,
};

void read_analyses(const TableReader& reader, TrialQuestion& trial, const TrialFrame& frame, StudyContext& context) {
  const TomlEntry* primary = reader.entry("primary");
  if (primary) trial.analyses.push_back(read_analysis(primary->value, true, trial, frame, context));
  const TomlEntry* secondary = reader.entry("secondary");
  if (!secondary) return;
  if (!secondary->value.is_array()) {
    reader.refuse("secondary", "\"secondary\" must be a list of analyses",
                  "it is " + std::string(kind_text(secondary->value.kind)),
                  "write secondary = " + std::string(reader.declared("secondary").example));
    return;
  }
  for (const TomlValue& item : secondary->value.items) {
    trial.analyses.push_back(read_analysis(item, false, trial, frame, context));
  }
}

}  // namespace vcohort
