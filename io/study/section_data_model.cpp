#include <fmt/format.h>

#include <array>
#include <tuple>

#include "engine/study/trial_names.hpp"
#include "engine/study/word.hpp"
#include "io/study/data_correlation.hpp"
#include "io/study/trial_sections.hpp"

namespace vcohort {

namespace {

using Kind = OutcomeKind;
using DataArm = DataModel::DataArm;

constexpr std::size_t longest_name = 200;

std::string needs(const DataModel& model, std::string_view what) {
  return fmt::format("a {} outcome {}", word(data_model_names, model.kind), what);
}

Use model_use(const KeySpec& key, const DataModel& model, const Scope&) {
  const bool at_visits = seen_at_visits(model.kind);
  if (key.name == "follow_up_months")
    return at_visits ? Use::none(needs(model, "is seen at visits")) : Use::required(needs(model, "has a follow-up"));
  if (!at_visits) return Use::none(needs(model, "has a follow-up and no visits"));
  if (key.name == "visits_months") return Use::required(needs(model, "is seen at visits"));
  return model.kind == Kind::ordinal ? Use::none("an ordinal outcome is seen once") : Use{};
}

Use recording_use(const KeySpec&, const DataModel& model, const Scope&) {
  return model.kind == Kind::score ? Use{} : Use::none(needs(model, "is recorded as it is"));
}

/// Nothing else is blamed on visits that are refused.
void read_model_visits(const KeyAt& at, DataModel& model) {
  std::vector<double>& months = model.visits_months;
  const std::size_t before = at.problems().size();
  read_value(at, months);
  if (months.empty()) return;
  for (std::size_t index = 1; index < months.size(); ++index) {
    if (scheduled_day(months[index - 1]) != scheduled_day(months[index])) continue;
    at.problems().add(at.item_place(index), fmt::format("two visits fall on day {}", scheduled_day(months[index])),
                      "a month has 30.4375 days", "remove one");
  }
  if (months.back() == 0) {
    at.refuse("there is only a baseline", "the outcome is compared at a later visit", "write visits_months = [0, 12]");
  } else if (model.kind == Kind::ordinal && months.size() > 1) {
    at.refuse("an ordinal outcome is seen once", fmt::format("there are {} visits", months.size()),
              "write visits_months = [" + number_text(months.back()) + "]");
  }
  if (at.problems().size() != before) months.clear();
}

std::string write_model_visits(const DataModel& model, const Scope&) {
  return model.visits_months.empty() ? std::string() : number_list(model.visits_months);
}

void read_model_correlation(const KeyAt& at, DataModel& model) {
  if (model.visits_months.empty()) return;
  if (auto correlation = read_correlation(at, model.visits_months.size())) model.correlation = *correlation;
}

std::string write_model_correlation(const DataModel& model, const Scope&) {
  return model.correlation.empty() ? std::string() : list_text(model.correlation, number_list);
}

void check_name(const KeyAt& at, const TomlEntry& entry) {
  const bool blank = entry.key.find_first_not_of(' ') == std::string::npos;
  if (blank || entry.key.size() > longest_name || entry.key.find_first_of("\n\r\t") != std::string::npos)
    at.problems().add(entry.place, "the name of an arm is one line of 1 to 200 bytes", "tables print it", "rename it");
}

void read_data_arms(const KeyAt& at, DataModel& model) {
  if (!at.value().is_table()) {
    at.refuse("\"arms\" must be a table of arms", "it is " + std::string(kind_text(at.value().kind)),
              "write arms.control = { ... }");
    return;
  }
  for (const TomlEntry& entry : at.value().entries) {
    check_name(at, entry);
    const TableReader table(entry.value, data_arm_section, at.problems());
    if (!entry.value.is_table()) continue;
    DataArm& arm = model.arms.emplace_back();
    arm.name = entry.key;
    fill(table, arm, at.scope);
  }
  if (at.value().entries.empty())
    at.problems().add(at.entry().place, "the data model has no arms", "a trial has at least one", "add one");
}

void write_data_arms(const DataModel& model, const Scope& scope, const std::string& path, std::string& text) {
  for (const DataArm& arm : model.arms)
    write_table(data_arm_section, &arm, scope, fmt::format("[{}.{}]", path, toml_text(arm.name)), path, text);
}

constexpr std::array<KeySpec, 7> model_keys = {{
    field<&DataModel::kind>(
        "kind", {.required = true, .decides = true},
        "What the outcome is: `normal`, `binary` (the share who have it), `ordinal` (shares of the categories 1, 2, "
        "...), `survival` (months to an event), or `count` (events during the follow-up).",
        "\"normal\""),
    custom<read_model_visits, write_model_visits>(
        "visits_months", KeyType::list_of_numbers,
        {.unit = "months", .range = {0, longest_months}, .ascending = true, .use = rule<model_use>},
        "When the outcome is seen, ascending; 0 is the baseline. Required but for survival and count; an ordinal "
        "outcome is seen once.",
        "[0, 12]"),
    custom<read_model_correlation, write_model_correlation>(
        "correlation", KeyType::other,
        {.form = "matrix or table", .use = rule<model_use>, .table = &correlation_section},
        "Correlation of the visits, of the normal variables behind them if the outcome is binary: a matrix, or a "
        "structure. Without it visits are independent.",
        "[[1.0, 0.5], [0.5, 1.0]]"),
    field<&DataModel::follow_up_months>("follow_up_months",
                                        {.unit = "months", .range = above(0, longest_months), .use = rule<model_use>},
                                        "How long every patient is followed; required for survival and count.", "24"),
    field<&DataModel::lower_is_better>(
        "lower_is_better", {},
        "The direction of benefit of one-sided tests, margins and conclusions; without it false, and true for survival "
        "and count, where it speaks of the event.",
        "true"),
    field<&DataModel::decimals>("decimals", {.range = {0, 9}, .use = rule<recording_use>},
                                "Normal: to how many decimals values are recorded, so that equal ones occur as in "
                                "practice.",
                                "1"),
    custom_block<read_data_arms, write_data_arms>(
        "arms", KeyType::table, {.form = "table of arms", .required = true, .table = &data_arm_section},
        "The outcome under each arm, by name: `arms.control = { ... }`.",
        "{ control = { mean = [0, 0], sd = [1, 1] }, active = { mean = [0, 0.35], sd = [1, 1] } }"),
}};

/// The keys that say how an arm's outcome is distributed.
std::vector<std::string_view> keys_of(Kind kind) {
  switch (kind) {
    case Kind::score:
      return {"mean", "sd", "effect_sd"};
    case Kind::binary:
    case Kind::ordinal:
      return {"share"};
    case Kind::survival:
      return {"hazard", "hazard_from_months"};
    case Kind::count:
      return {"rate", "dispersion"};
  }
  return {};
}

Use kind_use(const KeySpec& key, const DataArm&, const Scope& scope) {
  const DataModel& model = *scope.study->data_model;
  const auto expected = keys_of(model.kind);
  if (!index_of(expected, key.name)) return Use::none(needs(model, "has " + listed(expected)));
  const bool has_default = !default_of(data_arm_section, key).empty();
  return has_default ? Use{} : Use::required(needs(model, "has it"));
}

void check_per_visit(const KeyAt& at, const DataArm& arm) {
  const DataModel& model = *at.scope.study->data_model;
  const std::size_t visits = model.visits_months.size();
  const std::size_t numbers =
      at.key.name == "mean" ? arm.mean.size() : (at.key.name == "sd" ? arm.sd.size() : arm.share.size());
  if (model.kind != Kind::ordinal && visits > 0 && numbers != visits)
    at.refuse(fmt::format("\"{}\" must have one number for each visit", at.key.name),
              fmt::format("{} visits, {} numbers", visits, numbers), "");
}

void check_hazard(const KeyAt& at, const DataArm& arm) {
  if (arm.hazard.size() != arm.hazard_from_months.size())
    at.refuse("\"hazard\" and \"hazard_from_months\" must have the same length",
              fmt::format("{} and {}", arm.hazard.size(), arm.hazard_from_months.size()), "");
}

void check_pieces(const KeyAt& at, const DataArm& arm) {
  if (arm.hazard_from_months.front() != 0)
    at.refuse("\"hazard_from_months\" must begin at 0", "it begins at " + number_text(arm.hazard_from_months.front()),
              "");
}

constexpr std::array<KeySpec, 8> arm_keys = {{
    field<&DataArm::mean>("mean", {.use = rule<kind_use>, .check = checked<check_per_visit>},
                          "Normal: mean at each visit.", "[0.0, 0.35]"),
    field<&DataArm::sd>("sd", {.range = above(0), .use = rule<kind_use>, .check = checked<check_per_visit>},
                        "Normal: standard deviation at each visit.", "[1.0, 0.866]"),
    field<&DataArm::effect_sd>(
        "effect_sd", {.range = at_least(0), .use = rule<kind_use>},
        "Normal, with `parameters = \"uncertain\"`: standard deviation over replicates of a common shift of the means "
        "after baseline.",
        "0.1"),
    field<&DataArm::share>(
        "share", {.range = {0, 1}, .use = rule<kind_use>, .check = checked<check_per_visit>},
        "Binary: the share who have it at each visit. Ordinal: the share of each category, from the lowest; shares "
        "within 0.02 of 1 are rescaled with a notice.",
        "[0.2, 0.3, 0.5]"),
    field<&DataArm::hazard>(
        "hazard", {.unit = "1/month", .range = at_least(0), .use = rule<kind_use>, .check = checked<check_hazard>},
        "Survival: hazard of the event, constant in each piece.", "[0.05, 0.02]"),
    field<&DataArm::hazard_from_months>("hazard_from_months",
                                        {.unit = "months",
                                         .range = {0, longest_months},
                                         .ascending = true,
                                         .use = rule<kind_use>,
                                         .check = checked<check_pieces>},
                                        "Survival: where each piece begins, ascending from 0.", "[0, 6]"),
    field<&DataArm::rate>("rate", {.unit = "1/month", .range = above(0), .use = rule<kind_use>},
                          "Count: events per month.", "0.3"),
    field<&DataArm::dispersion>("dispersion", {.range = at_least(0), .use = rule<kind_use>},
                                "Count: the variance is mean + dispersion x mean^2; 0 is Poisson.", "0.5"),
}};

/// Whole shares, of as many categories as the first arm has.
void finish_categories(const TableReader& table, DataArm& arm, const Scope& scope) {
  const DataArm& first = scope.study->data_model->arms.front();
  if (arm.share.empty()) return;
  if (arm.share.size() < 2) {
    table.refuse("share", "an ordinal outcome has at least two categories",
                 fmt::format("there is {}", arm.share.size()), "");
  } else if (!first.share.empty() && first.share.size() != arm.share.size()) {
    table.refuse(
        "share", "the arms must have the same categories",
        fmt::format("{} has {}, {} has {}", quoted(first.name), first.share.size(), quoted(arm.name), arm.share.size()),
        "write 0 for a category that an arm lacks");
  } else if (auto whole =
                 whole_shares(arm.share, table.place("share"), "the shares of the categories", *scope.context)) {
    arm.share = *whole;
  }
}

/// Randomised arms do not differ before treatment.
void finish_arm(const TableReader& table, DataArm& arm, const Scope& scope) {
  const DataModel& model = *scope.study->data_model;
  if (model.kind == Kind::ordinal) finish_categories(table, arm, scope);
  if (model.visits_months.empty() || model.visits_months.front() > 0) return;
  const DataArm& first = model.arms.front();
  for (const auto& [key, here, there] :
       {std::tuple("mean", &arm.mean, &first.mean), std::tuple("sd", &arm.sd, &first.sd),
        std::tuple("share", &arm.share, &first.share)}) {
    if (here->empty() || there->empty() || here->front() == there->front()) continue;
    table.problems().add(item_place(table, key, 0),
                         fmt::format("{} has another baseline than {}", quoted(arm.name), quoted(first.name)),
                         "randomised arms do not differ before treatment", "write the same number at 0 months");
  }
}

/// Visits are independent where nothing is said about them.
void finish_model(const TableReader& reader, DataModel& model, const Scope&) {
  if (reader.has("correlation") || model.kind == Kind::ordinal) return;
  const std::size_t visits = model.visits_months.size();
  model.correlation.assign(visits, std::vector<double>(visits, 0.0));
  for (std::size_t visit = 0; visit < visits; ++visit) model.correlation[visit][visit] = 1;
}

}  // namespace

const SectionSpec data_model_section = section<DataModel, finish_model>(
    "data_model", "[data_model]",
    "Outcomes that are drawn directly and not from the disease model: one endpoint, called `outcome`, whose arms "
    "replace the strategies in [trial]. A study whose only question is [trial] then needs no population, strategies or "
    "outcomes.",
    model_keys);

const SectionSpec data_arm_section = section<DataArm, finish_arm>(
    "arms", "data_model.arms", "One table for each arm, with the keys of the kind of outcome.", arm_keys);

}  // namespace vcohort
