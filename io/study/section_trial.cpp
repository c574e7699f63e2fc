#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <numeric>

#include "engine/study/size.hpp"
#include "engine/study/trial_names.hpp"
#include "io/study/number_text.hpp"
#include "io/study/study_questions.hpp"
#include "io/study/suggestion.hpp"
#include "io/study/trial_sections.hpp"

namespace vcohort {

namespace {

constexpr double most_patients = 1e7;  // of one trial: all of them are in memory at once
constexpr double largest_inflation = 10;
constexpr double largest_window_days = 366;

constexpr std::array<KeySpec, 18> keys = {{
    {.name = "arms",
     .type = KeyType::other,
     .form = "list of arms",
     .meaning = "What the patients are randomised to: at least two. Required but for a data file.",
     .example = "[{ strategy = \"rehabilitation\", ratio = 1 }, { strategy = \"four IV infusions\", ratio = 1 }]"},
    {.name = "reference",
     .form = "name of an arm",
     .meaning =
         "The arm that contrasts are taken against; without it the first that receives no cells, or else the first.",
     .example = "\"rehabilitation\""},
    {.name = "sample_size",
     .type = KeyType::list_of_integers,
     .form = "integer or list of integers",
     .unit = "patients",
     .range = {2, most_patients},
     .meaning = "Total randomised, ascending; the smaller trial takes the first patients of the larger one. Required "
                "but for a data "
                "file.",
     .example = "[40, 80, 160]"},
    {.name = "replicates",
     .type = KeyType::integer,
     .range = {1, static_cast<double>(most_replicates)},
     .meaning = "Simulated trials; with `power_mcse` at most so many. Required but for a data file.",
     .example = "100_000"},
    {.name = "power_mcse",
     .type = KeyType::number,
     .range = {.low = 0, .high = 0.5, .low_excluded = true},
     .meaning = "Stop when the Monte Carlo standard error of the power is below this at every sample size.",
     .example = "0.001"},
    {.name = "primary",
     .type = KeyType::table,
     .form = "analysis",
     .required = true,
     .meaning = "The primary analysis.",
     .example = "{ endpoint = \"gmfm66\", visit_months = 12, analysis = \"ancova\", adjust = [\"baseline\"] }"},
    {.name = "secondary",
     .type = KeyType::other,
     .form = "list of analyses",
     .meaning = "Further analyses of the same trials, each with a name.",
     .example = "[{ name = \"unadjusted\", endpoint = \"gmfm66\", visit_months = 12, analysis = \"t\" }]"},
    {.name = "alpha",
     .type = KeyType::number,
     .fallback = "0.05",
     .range = {.low = 0, .high = 1, .low_excluded = true, .high_excluded = true},
     .meaning = "Significance level; with two sides, of both together.",
     .example = "0.05"},
    {.name = "sides",
     .type = KeyType::integer,
     .fallback = "2",
     .range = {1, 2},
     .meaning = "Of the test.",
     .example = "2"},
    {.name = "randomisation",
     .type = KeyType::table,
     .meaning = "How patients are allocated to the arms; without it by permuted blocks of twice the sum of the ratios.",
     .example = "{ method = \"permuted-block\", block = 4, stratify = [\"gmfcs\"] }"},
    {.name = "accrual",
     .type = KeyType::table,
     .meaning = "When patients are randomised; without it all at once.",
     .example = "{ per_month = 5 }"},
    {.name = "dropout",
     .type = KeyType::table,
     .meaning = "Who is lost, and when; without it nobody is.",
     .example = "{ months = [6, 12, 24], share = [0.03, 0.06, 0.15], mechanism = \"mcar\" }"},
    {.name = "intercurrent",
     .type = KeyType::other,
     .form = "list of events",
     .meaning = "Events after randomisation that change what the outcome means, each with its estimand strategy.",
     .example = "[{ event = \"discontinuation\", share = 0.1, strategy = \"treatment-policy\" }]"},
    {.name = "visit_window_days",
     .type = KeyType::number,
     .unit = "days",
     .fallback = "0",
     .range = {0, largest_window_days},
     .meaning = "Visits fall uniformly within so many days before or after their schedule.",
     .example = "14"},
    {.name = "open_label_inflation",
     .type = KeyType::number,
     .fallback = "0",
     .range = {0, largest_inflation},
     .meaning = "Assessors who know the arm: what they see of the effect of cells is multiplied by 1 + this.",
     .example = "0.2"},
    {.name = "estimand",
     .type = KeyType::table,
     .meaning = "What is to be estimated; the strategies for intercurrent events stand with the events.",
     .example = "{ summary = \"mean-difference\" }"},
    {.name = "save_replicates",
     .type = KeyType::boolean,
     .meaning =
         "Whether one row per replicate and analysis is stored; without it, where there are fewer than ten million.",
     .example = "true"},
    {.name = "looks",
     .type = KeyType::table,
     .meaning = "Interim analyses. A later version has them; this one refuses the key.",
     .example = "{ information = [0.5, 1.0] }"},
}};

constexpr std::array<KeySpec, 1> estimand_keys = {{
    {.name = "summary",
     .choices = summary_names,
     .meaning = "The contrast of the arms; without it the one that the primary analysis estimates.",
     .example = "\"mean-difference\""},
}};

TrialFrame frame_of(const TomlValue& table, const Study& study) {
  TrialFrame frame;
  frame.data = study.data ? &*study.data : nullptr;
  frame.model = study.data_model ? &*study.data_model : nullptr;
  frame.simulated = !frame.data || frame.model || asks_for_simulation(table);
  if (frame.model) {
    for (const DataModel::DataArm& arm : frame.model->arms) frame.arm_names.push_back(arm.name);
    for (const double months : frame.model->visits_months) {
      if (months > 0) frame.visits_months.push_back(months);
    }
    frame.endpoints.emplace_back(data_model_endpoint);
  } else {
    frame.strategies = &study.strategies;
    for (const Strategy& strategy : study.strategies) frame.arm_names.push_back(strategy.name);
    frame.visits_months = study.outcomes.visits_months;
    frame.endpoints = study.outcomes.endpoints;
  }
  return frame;
}

void read_sizes(const TableReader& reader, TrialQuestion& trial) {
  require_key(reader, "sample_size", "the trial is simulated");
  require_key(reader, "replicates", "the trial is simulated");
  trial.replicates = reader.integer("replicates").value_or(0);
  trial.power_mcse = reader.number("power_mcse");
  const auto sizes = reader.integers("sample_size");
  if (!sizes) return;
  for (std::size_t index = 1; index < sizes->size(); ++index) {
    if ((*sizes)[index - 1] < (*sizes)[index]) continue;
    reader.problems().add(item_place(reader, "sample_size", index),
                          fmt::format("sample sizes do not ascend: {} after {}", (*sizes)[index], (*sizes)[index - 1]),
                          "each is above the one before", "sort them and remove duplicates");
    return;
  }
  trial.sample_size = *sizes;
}

void read_level(const TableReader& reader, TrialQuestion& trial) {
  trial.alpha = reader.number("alpha").value_or(trial.alpha);
  trial.sides = static_cast<int>(reader.integer("sides").value_or(trial.sides));
}

/// Visits must stay in order, and after baseline.
void read_window(const TableReader& reader, TrialQuestion& trial, const TrialFrame& frame) {
  trial.visit_window_days = reader.number("visit_window_days").value_or(0);
  if (frame.model) {
    refuse_without_effect(reader, "visit_window_days", "a data model is drawn at its visits");
    refuse_without_effect(reader, "open_label_inflation", "a data model says what is observed");
    return;
  }
  trial.open_label_inflation = reader.number("open_label_inflation").value_or(0);
  double before = 0;
  for (const double months : frame.visits_months) {
    const double gap = (months - before) * days_per_month;
    const double room = before == 0 ? gap : gap / 2;
    if (trial.visit_window_days >= room) {
      reader.refuse("visit_window_days",
                    fmt::format("\"visit_window_days\" = {} mixes up visits", number_text(trial.visit_window_days)),
                    fmt::format("the visits at {} and {} months would meet", number_text(before), number_text(months)),
                    fmt::format("write less than {}", rounded_text(room)));
      return;
    }
    before = months;
  }
}

void read_estimand(const TableReader& reader, TrialQuestion& trial) {
  const TrialMethod* method = trial.analyses.empty() ? nullptr : find_trial_method(trial.analyses.front().method);
  if (method) trial.estimand_summary = method->summaries.front();
  const TomlEntry* entry = reader.entry("estimand");
  if (!entry) return;
  const TableReader estimand(entry->value, estimand_section, reader.problems());
  if (!estimand.has("summary")) return;
  const std::optional<int> summary = estimand.choice("summary");
  if (!summary) return;
  trial.estimand_summary = summary_names.at(static_cast<std::size_t>(*summary));
  if (method && !index_of(method->summaries, trial.estimand_summary)) {
    estimand.refuse("summary", fmt::format("{} does not estimate a {}", method->name, trial.estimand_summary),
                    "the primary analysis estimates the estimand", "it estimates " + listed(method->summaries));
  }
}

/// Parameters of the largest model: a mean per arm, a coefficient per covariate, a variance and one degree of freedom.
void check_sizes(const TableReader& reader, const TrialQuestion& trial, StudyContext& context) {
  if (trial.arms.empty() || trial.sample_size.empty()) return;
  const std::int64_t arms = static_cast<std::int64_t>(trial.arms.size());
  for (const AnalysisPlan& plan : trial.analyses) {
    const std::int64_t covariates = static_cast<std::int64_t>(plan.adjust.size() + plan.adjust_by_visit.size());
    const std::int64_t least = arms + covariates + 2;
    if (trial.sample_size.front() >= least) continue;
    context.problems.add(item_place(reader, "sample_size", 0),
                         fmt::format("a trial of {} patients cannot be analysed", trial.sample_size.front()),
                         fmt::format("the {} analysis has {} arms and {} covariates and needs at least {}", plan.name,
                                     arms, covariates, least),
                         "");
    return;
  }
  std::int64_t ratios = 0;
  for (const Arm& arm : trial.arms) ratios += arm.ratio;
  const bool blocks = trial.randomisation.method == Randomisation::Method::permuted_block;
  const std::int64_t block = blocks ? trial.randomisation.block : ratios;
  for (std::size_t index = 0; index < trial.sample_size.size() && block > 0; ++index) {
    const std::int64_t size = trial.sample_size[index];
    if (size % ratios != 0) {
      context.notice(
          item_place(reader, "sample_size", index),
          fmt::format("{} patients cannot be divided in the ratio of the arms: it is no multiple of {}", size, ratios));
    } else if (size % block != 0) {
      context.notice(
          item_place(reader, "sample_size", index),
          fmt::format("the last block of {} patients stays incomplete: {} is no multiple of {}", block, size, block));
    }
  }
}

}  // namespace

const SectionSpec trial_section = {
    .name = "trial",
    .heading = "[trial]",
    .meaning =
        "Asks question 2: the operating characteristics of a randomised trial. With [data] it also says how a data "
        "file is "
        "analysed; then `primary`, `secondary`, `alpha` and `sides` are all that it needs.",
    .keys = keys,
};

const SectionSpec estimand_section = {
    .name = "estimand",
    .heading = "trial.estimand",
    .meaning = "What is to be estimated.",
    .keys = estimand_keys,
};

void read_trial(const TomlValue& table, StudyContext& context) {
  const TableReader reader(table, trial_section, context.problems);
  if (!table.is_table()) return;
  if (const TomlEntry* looks = reader.entry("looks")) {
    context.problems.add(looks->place, "[trial.looks] is not supported by this version",
                         "interim analyses come with a later one", "remove it");
  }
  const TrialFrame frame = frame_of(table, context.study);
  TrialQuestion trial;
  read_level(reader, trial);
  if (frame.simulated) {
    read_arms(reader, trial, frame, context);
    read_sizes(reader, trial);
    read_randomisation(reader, trial, frame, context);
    read_accrual(reader, trial, context);
    read_dropout(reader, trial, frame, context);
    read_intercurrent(reader, trial, frame, context);
    read_window(reader, trial, frame);
    if (reader.has("save_replicates")) trial.save_replicates = reader.boolean("save_replicates");
  }
  read_analyses(reader, trial, frame, context);
  if (frame.simulated) {
    read_estimand(reader, trial);
    check_sizes(reader, trial, context);
  }
  context.study.trial = trial;
}

}  // namespace vcohort
