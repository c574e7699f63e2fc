#include <array>

#include "engine/study/size.hpp"
#include "io/replication/figure_keys.hpp"
#include "io/replication/figures_reader.hpp"

namespace vcohort {

namespace {

constexpr Range any_month = {.low = 0, .high = static_cast<double>(largest_occasion) / days_per_month};
constexpr Range any_count = {.low = 1, .high = 1e9};

constexpr KeySpec key(std::string_view name, KeyType type, KeySpec attributes, std::string_view meaning,
                      std::string_view example) {
  attributes.name = name;
  attributes.type = type;
  attributes.meaning = meaning;
  attributes.example = example;
  return attributes;
}

constexpr std::array<KeySpec, 9> top_keys = {{
    key("format", KeyType::text, {.choices = figures_formats, .required = true},
        "Which grammar the file is written in.", "\"vcohort-figures 1\""),
    key("title", KeyType::text, {.required = true}, "What was published, in one line.", "\"Lv 2023\""),
    key("citation", KeyType::text, {.required = true}, "Where it was published.",
        "\"Stem Cell Res Ther 14:23, doi 10.1186/s13287-022-03234-y\""),
    key("assumed", KeyType::list_of_texts, {},
        "What the study file had to assume, because the publication does not tell it, or nobody saw where.",
        "[\"dose\", \"GMFCS levels\"]"),
    key("arm", KeyType::list_of_texts, {.form = "name of an arm, or list of them"},
        "The arm of every figure that does not name one.", "\"NSC\""),
    key("source", KeyType::text, {}, "The source of every figure that does not name one.", "\"table 4\""),
    key("strength", KeyType::text, {.choices = figure_strengths},
        "The strength of every figure that does not name one.", "\"found\""),
    key("reason", KeyType::table, {.form = "table of texts"},
        "Reasons that several figures share, by a name of one word.", "{ shrunk = \"the stance shrinks it\" }"),
    key("figure", KeyType::other, {.form = "list of figures", .required = true}, "The figures that were published.",
        "[{ name = \"...\" }]"),
}};

constexpr std::array<KeySpec, 26> figure_keys = {{
    key("name", KeyType::text, {.required = true}, "What the table calls it.", "\"ADL at 24 months\""),
    key("not_modelled", KeyType::text, {},
        "Why the model cannot say anything about it. Such a figure has beside this its name, `printed`, source "
        "and strength.",
        "\"the model has no walking test\""),
    key("printed", KeyType::text, {}, "The figure in words; required where it is not modelled.",
        "\"+75 m (IQR 20 to 115)\""),
    key("endpoint", KeyType::text, {.form = "name of an endpoint"}, "One of the study's endpoints.", "\"adl\""),
    key("arm", KeyType::list_of_texts, {.form = "name of an arm, or list of them"},
        "The arm of [trial] that the figure is about; several are pooled.", "\"NSC\""),
    key("versus", KeyType::list_of_texts, {.form = "name of an arm, or list of them"},
        "The figure is the arm's statistic minus that of this one.", "\"rehabilitation\""),
    key("quantity", KeyType::text, {.choices = figure_quantities, .fallback = "\"value\""},
        "What is looked at in each patient: the `value` at the visit; its `change` since `from_months`; "
        "`change_above_expectation`: the change of GMFM-66 since baseline minus that of the curve of the "
        "child's level and age; `monthly_change`: the change per month; `related_events`: adverse events that the "
        "infusions caused.",
        "\"change\""),
    key("statistic", KeyType::text, {.choices = figure_statistics, .fallback = "\"mean\""},
        "How patients become one number. `share`: of patients from `level_at_least` to `level_at_most`; "
        "`percent_of_baseline`: the mean in percent of the mean at baseline; `baseline_sds`: the mean in SDs at "
        "baseline; `t`: mean / standard error; `adjusted_mean`: difference of two arms by analysis of "
        "covariance (baseline, age, level); `standardised_difference`: difference of means / pooled SD; "
        "`severe_share`: seriously ill by CGI-S at baseline.",
        "\"share\""),
    key("visit_months", KeyType::number, {.unit = "months", .range = any_month, .fallback = "0"},
        "The visit; 0 is baseline.", "24"),
    key("from_months", KeyType::number, {.unit = "months", .range = any_month, .fallback = "0"},
        "The visit that a change counts from; 0 is baseline.", "3"),
    key("quantile", KeyType::number, {.range = {0, 1}}, "Which one, for `quantile`.", "0.25"),
    key("level_at_least", KeyType::number, {}, "Who counts for a `share`.", "1"),
    key("level_at_most", KeyType::number, {}, "Who counts for a `share`.", "3"),
    key("event", KeyType::text, {.choices = event_type_names},
        "Which type of `related_events`; without it all of them.", "\"fever\""),
    key("value", KeyType::number, {}, "The published figure. Exactly one of the four ways to write it is required.",
        "61.68"),
    key("events", KeyType::integer, {.range = {.low = 0, .high = 1e9}},
        "The published figure of a `share`, or of `related_events` per patient, as a count; of `n`.", "8"),
    key("value_at_least", KeyType::number, {}, "The publication says only that the figure is not below this.", "3.56"),
    key("value_at_most", KeyType::number, {}, "The publication says only that the figure is not above this.", "0"),
    key("spread", KeyType::table, {}, "What is printed beside the figure.", "{ sd = 26.16 }"),
    key("n", KeyType::integer, {.unit = "patients", .range = any_count},
        "How many patients of the arm are behind it; without it all who were observed.", "11"),
    key("n_versus", KeyType::integer, {.unit = "patients", .range = any_count}, "Likewise for `versus`.", "10"),
    key("source", KeyType::text, {}, "Where the figure was seen; required here or at the top.", "\"table 4\""),
    key("strength", KeyType::text, {.choices = figure_strengths},
        "`found` in a publication, `derived` from such numbers, `recalled`, `assumed`, or from the article "
        "that the project starts from (`seed`); required here or at the top.",
        "\"found\""),
    key("misfit", KeyType::other, {.form = "text, or table of texts by stance"},
        "Why it is no surprise that the figure lies outside the predictive interval, under every stance or by "
        "stance. One word is the name of a reason of the file.",
        "{ sceptical = \"open label\" }"),
    key("calibrated", KeyType::text, {},
        "What of the study file was chosen to fit this figure: inside the interval its verdict is `calibrated`, for it "
        "tests nothing. One word is the name of a reason of the file.",
        "\"the hours of rehabilitation\""),
    key("note", KeyType::text, {}, "What else there is to say; for readers of the file.", "\"by hand\""),
}};

constexpr std::array<KeySpec, 4> spread_keys = {{
    key("sd", KeyType::number, {.range = {.low = 0}}, "Standard deviation.", "26.16"),
    key("se", KeyType::number, {.range = {.low = 0}}, "Standard error.", "3.4"),
    key("ci", KeyType::pair_of_numbers, {.form = "[low, high]"}, "95 % confidence interval.", "[0.41, 2.32]"),
    key("iqr", KeyType::pair_of_numbers, {.form = "[low, high]"}, "Quartiles.", "[0, 8]"),
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
