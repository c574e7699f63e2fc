#include <array>

#include "engine/study/size.hpp"
#include "io/replication/figure_keys.hpp"
#include "io/replication/figures_reader.hpp"

namespace vcohort {

namespace {

constexpr Range any_month = {.low = 0, .high = static_cast<double>(largest_occasion) / days_per_month};
constexpr Range any_count = {.low = 1, .high = 1e9};

constexpr std::array<KeySpec, 9> top_keys = {{
    {.name = "format",
     .choices = figures_formats,
     .required = true,
     .meaning = "Which grammar the file is written in.",
     .example = "\"vcohort-figures 1\""},
    {.name = "title", .required = true, .meaning = "What was published, in one line.", .example = "\"Lv 2023\""},
    {.name = "citation",
     .required = true,
     .meaning = "Where it was published.",
     .example = "\"Stem Cell Res Ther 14:23, doi 10.1186/s13287-022-03234-y\""},
    {.name = "assumed",
     .type = KeyType::list_of_texts,
     .meaning = "What the study file had to assume, because the publication does not tell it, or nobody saw where.",
     .example = "[\"dose\", \"GMFCS levels\"]"},
    {.name = "arm",
     .type = KeyType::list_of_texts,
     .form = "name of an arm, or list of them",
     .meaning = "The arm of every figure that does not name one.",
     .example = "\"NSC\""},
    {.name = "source", .meaning = "The source of every figure that does not name one.", .example = "\"table 4\""},
    {.name = "strength",
     .choices = figure_strengths,
     .meaning = "The strength of every figure that does not name one.",
     .example = "\"found\""},
    {.name = "reason",
     .type = KeyType::table,
     .form = "table of texts",
     .meaning = "Reasons that several figures share, by a name of one word.",
     .example = "{ shrunk = \"the stance shrinks it\" }"},
    {.name = "figure",
     .type = KeyType::other,
     .form = "list of figures",
     .required = true,
     .meaning = "The figures that were published.",
     .example = "[{ name = \"...\" }]"},
}};

constexpr std::array<KeySpec, 25> figure_keys = {{
    {.name = "name", .required = true, .meaning = "What the table calls it.", .example = "\"ADL at 24 months\""},
    {.name = "not_modelled",
     .meaning = "Why the model cannot say anything about it. Such a figure has beside this its name, `printed`, source "
                "and strength.",
     .example = "\"the model has no walking test\""},
    {.name = "printed",
     .meaning = "The figure in words; required where it is not modelled.",
     .example = "\"+75 m (IQR 20 to 115)\""},
    {.name = "endpoint",
     .form = "name of an endpoint",
     .meaning = "One of the study's endpoints.",
     .example = "\"adl\""},
    {.name = "arm",
     .type = KeyType::list_of_texts,
     .form = "name of an arm, or list of them",
     .meaning = "The arm of [trial] that the figure is about; several are pooled.",
     .example = "\"NSC\""},
    {.name = "versus",
     .type = KeyType::list_of_texts,
     .form = "name of an arm, or list of them",
     .meaning = "The figure is the arm's statistic minus that of this one.",
     .example = "\"rehabilitation\""},
    {.name = "quantity",
     .choices = figure_quantities,
     .fallback = "\"value\"",
     .meaning =
         "What is looked at in each patient: the `value` at the visit; its `change` since `from_months`; "
         "`change_above_expectation`: the change of GMFM-66 since baseline minus that of the curve of the "
         "child's level and age; `monthly_change`: the change per month; `related_events`: adverse events that the "
         "infusions caused.",
     .example = "\"change\""},
    {.name = "statistic",
     .choices = figure_statistics,
     .fallback = "\"mean\"",
     .meaning =
         "How patients become one number. `share`: of patients from `level_at_least` to `level_at_most`; "
         "`percent_of_baseline`: the mean in percent of the mean at baseline; `baseline_sds`: the mean in SDs at "
         "baseline; `t`: mean / standard error; `adjusted_mean`: difference of two arms by analysis of "
         "covariance (baseline, age, level); `standardised_difference`: difference of means / pooled SD; "
         "`severe_share`: seriously ill by CGI-S at baseline.",
     .example = "\"share\""},
    {.name = "visit_months",
     .type = KeyType::number,
     .unit = "months",
     .range = any_month,
     .fallback = "0",
     .meaning = "The visit; 0 is baseline.",
     .example = "24"},
    {.name = "from_months",
     .type = KeyType::number,
     .unit = "months",
     .range = any_month,
     .fallback = "0",
     .meaning = "The visit that a change counts from; 0 is baseline.",
     .example = "3"},
    {.name = "quantile",
     .type = KeyType::number,
     .range = {0, 1},
     .meaning = "Which one, for `quantile`.",
     .example = "0.25"},
    {.name = "level_at_least", .type = KeyType::number, .meaning = "Who counts for a `share`.", .example = "1"},
    {.name = "level_at_most", .type = KeyType::number, .meaning = "Who counts for a `share`.", .example = "3"},
    {.name = "event",
     .choices = figure_events,
     .meaning = "Which type of `related_events`; without it all of them.",
     .example = "\"fever\""},
    {.name = "value",
     .type = KeyType::number,
     .meaning = "The published figure. Exactly one of the four ways to write it is required.",
     .example = "61.68"},
    {.name = "events",
     .type = KeyType::integer,
     .range = {.low = 0, .high = 1e9},
     .meaning = "The published figure of a `share`, or of `related_events` per patient, as a count; of `n`.",
     .example = "8"},
    {.name = "value_at_least",
     .type = KeyType::number,
     .meaning = "The publication says only that the figure is not below this.",
     .example = "3.56"},
    {.name = "value_at_most",
     .type = KeyType::number,
     .meaning = "The publication says only that the figure is not above this.",
     .example = "0"},
    {.name = "spread",
     .type = KeyType::table,
     .meaning = "What is printed beside the figure.",
     .example = "{ sd = 26.16 }"},
    {.name = "n",
     .type = KeyType::integer,
     .unit = "patients",
     .range = any_count,
     .meaning = "How many patients of the arm are behind it; without it all who were observed.",
     .example = "11"},
    {.name = "n_versus",
     .type = KeyType::integer,
     .unit = "patients",
     .range = any_count,
     .meaning = "Likewise for `versus`.",
     .example = "10"},
    {.name = "source", .meaning = "Where the figure was seen; required here or at the top.", .example = "\"table 4\""},
    {.name = "strength",
     .choices = figure_strengths,
     .meaning = "`found` in a publication, `derived` from such numbers, `recalled`, `assumed`, or from the article "
                "that the project starts from (`seed`); required here or at the top.",
     .example = "\"found\""},
    {.name = "misfit",
     .type = KeyType::other,
     .form = "text, or table of texts by stance",
     .meaning = "Why it is no surprise that the figure lies outside the predictive interval, under every stance or by "
                "stance. One word is the name of a reason of the file.",
     .example = "{ sceptical = \"open label\" }"},
    {.name = "note", .meaning = "What else there is to say; for readers of the file.", .example = "\"by hand\""},
}};

constexpr std::array<KeySpec, 4> spread_keys = {{
    {.name = "sd", .type = KeyType::number, .range = {.low = 0}, .meaning = "Standard deviation.", .example = "26.16"},
    {.name = "se", .type = KeyType::number, .range = {.low = 0}, .meaning = "Standard error.", .example = "3.4"},
    {.name = "ci",
     .type = KeyType::pair_of_numbers,
     .form = "[low, high]",
     .meaning = "95 % confidence interval.",
     .example = "[0.41, 2.32]"},
    {.name = "iqr",
     .type = KeyType::pair_of_numbers,
     .form = "[low, high]",
     .meaning = "Quartiles.",
     .example = "[0, 8]"},
}};

}  // namespace

const SectionSpec figures_section = {
    .heading = "the top level of a figures file", .meaning = "What was published.", .keys = top_keys};
const SectionSpec figure_section = {
    .name = "figure", .heading = "a figure", .meaning = "One number that was published.", .keys = figure_keys};
const SectionSpec spread_section = {.name = "spread",
                                    .heading = "a spread",
                                    .meaning = "What is printed beside a figure: exactly one of these.",
                                    .keys = spread_keys};

}  // namespace vcohort
