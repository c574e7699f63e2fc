#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <tuple>

#include "io/study/stated_arm.hpp"
#include "io/study/trial_sections.hpp"

namespace vcohort {

namespace {

using Kind = OutcomeKind;
using DataArm = DataModel::DataArm;
using Keys = std::vector<std::string_view>;
using Numbers = std::vector<double>;

constexpr std::size_t longest_name = 200;
constexpr double largest_ratio = 1000, smallest_cv = 1e-6, largest_cv = 10;
constexpr double shortest_months = 1e-3;  // to the power of any shape it is far from the smallest double
constexpr double smallest_shape = 0.1, largest_shape = 10;

/// A way to state the outcome of an arm: a key, and those that go with it.
struct Statement {
  Kind kind;
  std::string_view key;
  bool relative = false;  // to the first arm
  std::string_view needs = {};
  std::array<std::string_view, 3> may_have = {};
};

/// The first of each kind is asked for where there is none.
constexpr std::array<Statement, 17> statements = {{
    {.kind = Kind::score, .key = "mean", .needs = "sd", .may_have = {"effect_sd", "carry_over"}},
    {.kind = Kind::score, .key = "difference", .relative = true, .may_have = {"sd", "effect_sd", "carry_over"}},
    {.kind = Kind::score,
     .key = "standardised_difference",
     .relative = true,
     .may_have = {"sd", "effect_sd", "carry_over"}},
    {.kind = Kind::score, .key = "geometric_mean", .needs = "cv", .may_have = {"effect_sd", "carry_over"}},
    {.kind = Kind::score,
     .key = "geometric_mean_ratio",
     .relative = true,
     .may_have = {"cv", "effect_sd", "carry_over"}},
    {.kind = Kind::binary, .key = "share"},
    {.kind = Kind::binary, .key = "odds_ratio", .relative = true},
    {.kind = Kind::binary, .key = "risk_ratio", .relative = true},
    {.kind = Kind::binary, .key = "risk_difference", .relative = true},
    {.kind = Kind::ordinal, .key = "share"},
    {.kind = Kind::ordinal, .key = "odds_ratio", .relative = true},
    {.kind = Kind::survival, .key = "hazard", .may_have = {"hazard_from_months", "shape", "cured"}},
    {.kind = Kind::survival, .key = "median_months", .may_have = {"shape", "cured"}},
    {.kind = Kind::survival, .key = "survival_share", .needs = "survival_months", .may_have = {"shape", "cured"}},
    {.kind = Kind::survival,
     .key = "hazard_ratio",
     .relative = true,
     .may_have = {"hazard_ratio_from_months", "cured"}},
    {.kind = Kind::count, .key = "rate", .may_have = {"dispersion"}},
    {.kind = Kind::count, .key = "rate_ratio", .relative = true, .may_have = {"dispersion"}},
}};

bool contains(const auto& keys, std::string_view key) {
  return std::find(keys.begin(), keys.end(), key) != keys.end();
}

bool goes_with(const Statement& statement, std::string_view key) {
  return statement.needs == key || contains(statement.may_have, key);
}

/// The keys of the statements of a kind that `wanted` holds for.
template <class Wanted>
Keys keys_where(Kind kind, Wanted wanted) {
  Keys keys;
  for (const Statement& statement : statements)
    if (statement.kind == kind && wanted(statement)) keys.push_back(statement.key);
  return keys;
}

/// All keys of a kind, in the order of their declarations.
Keys keys_of(Kind kind) {
  Keys keys;
  for (const KeySpec& key : data_arm_section.keys)
    if (!keys_where(kind, [&](const Statement& s) { return s.key == key.name || goes_with(s, key.name); }).empty())
      keys.push_back(key.name);
  return keys;
}

const DataModel& model_of(const Scope& scope) {
  return scope.endpoint ? *scope.endpoint : *scope.study->data_model;
}

/// How a statement may be made, where there is none: the first key, or another one.
std::string in_which_way(const DataModel& model, const StatedArm& arm) {
  const Keys ways = keys_where(model.kind, [&](const Statement& s) { return !s.relative || !arm.first; });
  const Keys others(ways.begin() + 1, ways.end());
  return outcome_has(model, "has it") + (others.empty() ? "" : ", or " + listed(others));
}

Use arm_use(const KeySpec& key, const StatedArm& arm, const Scope& scope) {
  const DataModel& model = model_of(scope);
  const Keys all = keys_of(model.kind);
  if (!contains(all, key.name)) return Use::none(outcome_has(model, "has " + listed(all)));
  const Keys stated = keys_where(model.kind, [&](const Statement& s) { return contains(arm.given, s.key); });
  const Keys with = keys_where(model.kind, [&](const Statement& s) { return goes_with(s, key.name); });
  if (with.empty()) {
    const bool asked_for =
        stated.empty() && key.name == keys_where(model.kind, [](const Statement&) { return true; })[0];
    return asked_for ? Use::required(in_which_way(model, arm)) : Use{};
  }
  const auto needed_by = [&](const Statement& s) { return s.needs == key.name && contains(stated, s.key); };
  const Keys needing = keys_where(model.kind, needed_by);
  if (!needing.empty()) return Use::required(fmt::format("\"{}\" needs it", needing.front()), needing.front());
  const bool possible = stated.empty() || std::any_of(with.begin(), with.end(), [&](std::string_view statement) {
                          return contains(stated, statement);
                        });
  return possible ? Use{} : Use::none("it goes with " + listed(with));
}

std::size_t visits_after_baseline(const DataModel& model) {
  return static_cast<std::size_t>(
      std::count_if(model.visits_months.begin(), model.visits_months.end(), [](double months) { return months > 0; }));
}

void check_per_visit(const KeyAt& at, const StatedArm& stated) {
  const DataModel& model = model_of(at.scope);
  const DataArm& arm = stated.arm;
  const std::size_t visits = model.visits_months.size();
  const std::size_t numbers =
      at.key.name == "mean" ? arm.mean.size() : (at.key.name == "sd" ? arm.sd.size() : arm.share.size());
  if (model.kind != Kind::ordinal && visits > 0 && numbers != visits)
    at.refuse(fmt::format("\"{}\" must have one number for each visit", at.key.name),
              fmt::format("{} visits, {} numbers", visits, numbers), "");
}

void check_visits(const KeyAt& at, const StatedArm& stated) {
  const std::size_t visits = model_of(at.scope).visits_months.size(), numbers = stated.geometric_mean.size();
  if (visits > 0 && numbers != visits)
    at.refuse(fmt::format("\"{}\" must have one number for each visit", at.key.name),
              fmt::format("{} visits, {} numbers", visits, numbers), "");
}

/// One effect, or one for each visit after baseline.
void check_effects(const KeyAt& at, const StatedArm&) {
  const std::size_t visits = visits_after_baseline(model_of(at.scope));
  const std::size_t numbers = at.value().is_array() ? at.value().items.size() : 1;
  if (visits > 0 && numbers != 1 && numbers != visits)
    at.refuse(fmt::format("\"{}\" must have one number, or one for each visit after baseline", at.key.name),
              fmt::format("{} visits, {} numbers", visits, numbers), "");
}

void check_pieces(const KeyAt& at, std::string_view of, const Numbers& values, const Numbers& from) {
  if (at.key.name == of && values.size() != from.size())
    at.refuse(fmt::format("\"{0}\" and \"{0}_from_months\" must have the same length", of),
              fmt::format("{} and {}", values.size(), from.size()), "");
  if (at.key.name != of && from.front() != 0)
    at.refuse(fmt::format("\"{}\" must begin at 0", at.key.name), "it begins at " + number_text(from.front()), "");
}

void check_hazard(const KeyAt& at, const StatedArm& stated) {
  check_pieces(at, "hazard", stated.arm.hazard, stated.arm.hazard_from_months);
}

void check_hazard_ratio(const KeyAt& at, const StatedArm& stated) {
  check_pieces(at, "hazard_ratio", stated.hazard_ratio, stated.hazard_ratio_from_months);
}

/// A key of which the resolved text says what it comes to, under another key.
constexpr KeySpec as(std::string_view other, KeySpec key) {
  key.resolves_to = other;
  key.no_default = true;
  key.write = [](const KeySpec&, const void*, const Scope&) -> std::string { return {}; };
  return key;
}

constexpr std::array<KeySpec, 25> arm_keys = {{
    field<&StatedArm::arm, &DataArm::mean>("mean", {.use = rule<arm_use>, .check = checked<check_per_visit>},
                                           "Normal: mean at each visit.", "[0.0, 0.35]"),
    as("mean", field<&StatedArm::difference>(
                   "difference", {.use = rule<arm_use>, .check = checked<check_effects>},
                   "Normal, instead of `mean`: what is added to the means of the first arm at every visit after "
                   "baseline; or one number for each of them. The SD is that of the first arm unless `sd` is given.",
                   "3")),
    as("mean", field<&StatedArm::standardised_difference>(
                   "standardised_difference", {.use = rule<arm_use>, .check = checked<check_effects>},
                   "Likewise, in standard deviations of the first arm at the visit.", "0.35")),
    as("mean", field<&StatedArm::geometric_mean>(
                   "geometric_mean", {.range = above(0), .use = rule<arm_use>, .check = checked<check_visits>},
                   "Normal, instead of `mean`: at each visit, of an outcome whose logarithm is drawn and analysed.",
                   "[100, 100]")),
    as("mean",
       field<&StatedArm::geometric_mean_ratio>(
           "geometric_mean_ratio",
           {.range = above(0, largest_ratio), .use = rule<arm_use>, .check = checked<check_effects>},
           "Likewise, instead of `mean`: by what the geometric means of the first arm are multiplied at every "
           "visit after baseline; or one number for each of them. The CV is that of the first arm unless `cv` is "
           "given.",
           "0.95")),
    field<&StatedArm::arm, &DataArm::sd>("sd",
                                         {.range = above(0), .use = rule<arm_use>, .check = checked<check_per_visit>},
                                         "Normal: standard deviation at each visit.", "[1.0, 0.866]"),
    as("sd",
       field<&StatedArm::cv>("cv", {.range = {smallest_cv, largest_cv}, .use = rule<arm_use>},
                             "With geometric means: the coefficient of variation of the outcome within a patient, "
                             "whose logarithm has the variance log(1 + cv^2). Where two visits have the "
                             "correlation rho, the variance of a visit is that over 1 - rho.",
                             "0.25")),
    field<&StatedArm::arm, &DataArm::carry_over>("carry_over", {.quiet = true, .use = rule<arm_use>},
                                                 "Normal, crossover: what is left of the arm in the second period, "
                                                 "added to the means there of those who received "
                                                 "it in the first.",
                                                 "0.5"),
    field<&StatedArm::arm, &DataArm::effect_sd>(
        "effect_sd", {.range = at_least(0), .use = rule<arm_use>},
        "Normal, with `parameters = \"uncertain\"`: standard deviation over replicates of a common shift of the means "
        "after baseline.",
        "0.1"),
    field<&StatedArm::arm, &DataArm::share>(
        "share", {.range = {0, 1}, .use = rule<arm_use>, .check = checked<check_per_visit>},
        "Binary: the share who have it at each visit. Ordinal: the share of each category, from the lowest; shares "
        "within 0.02 of 1 are rescaled with a notice.",
        "[0.2, 0.3, 0.5]"),
    as("share",
       field<&StatedArm::odds_ratio>(
           "odds_ratio", {.range = above(0, largest_ratio), .use = rule<arm_use>, .check = checked<check_effects>},
           "Binary, instead of `share`: by what the odds of the first arm are multiplied at every visit after "
           "baseline; or one number for each of them. Ordinal: the odds of being above each category (proportional "
           "odds).",
           "1.8")),
    as("share", field<&StatedArm::risk_ratio>(
                    "risk_ratio", {.range = at_least(0), .use = rule<arm_use>, .check = checked<check_effects>},
                    "Binary, likewise: by what the share of the first arm is multiplied.", "0.75")),
    as("share", field<&StatedArm::risk_difference>(
                    "risk_difference", {.range = {-1, 1}, .use = rule<arm_use>, .check = checked<check_effects>},
                    "Binary, likewise: what is added to the share of the first arm.", "-0.1")),
    field<&StatedArm::arm, &DataArm::hazard>(
        "hazard", {.unit = "1/month", .range = at_least(0), .use = rule<arm_use>, .check = checked<check_hazard>},
        "Survival: hazard of the event, constant in each piece; with a `shape` what multiplies shape x months^(shape - "
        "1).",
        "[0.05, 0.02]"),
    field<&StatedArm::arm, &DataArm::hazard_from_months>("hazard_from_months",
                                                         {.unit = "months",
                                                          .range = {0, longest_months},
                                                          .ascending = true,
                                                          .use = rule<arm_use>,
                                                          .check = checked<check_hazard>},
                                                         "Survival: where each piece begins, ascending from 0.",
                                                         "[0, 6]"),
    as("hazard",
       field<&StatedArm::median_months>(
           "median_months", {.unit = "months", .range = {shortest_months, longest_months}, .use = rule<arm_use>},
           "Survival, instead of `hazard`: when half have had the event.", "12")),
    as("hazard",
       field<&StatedArm::survival_share>(
           "survival_share", {.range = between(0, 1), .use = rule<arm_use>},
           "Survival, instead of `hazard`: the share who have not had the event at `survival_months`.", "0.4")),
    as("hazard",
       field<&StatedArm::survival_months>(
           "survival_months", {.unit = "months", .range = {shortest_months, longest_months}, .use = rule<arm_use>},
           "Survival: the time that `survival_share` belongs to.", "24")),
    as("hazard", field<&StatedArm::hazard_ratio>(
                     "hazard_ratio",
                     {.range = above(0, largest_ratio), .use = rule<arm_use>, .check = checked<check_hazard_ratio>},
                     "Survival, instead of `hazard`: by what the hazard of the first arm is multiplied, constant in "
                     "each piece; the shape is that of the first arm.",
                     "[1, 0.6]")),
    as("hazard",
       field<&StatedArm::hazard_ratio_from_months>("hazard_ratio_from_months",
                                                   {.unit = "months",
                                                    .range = {0, longest_months},
                                                    .ascending = true,
                                                    .use = rule<arm_use>,
                                                    .check = checked<check_hazard_ratio>},
                                                   "Survival: where each piece begins, ascending from 0.", "[0, 4]")),
    field<&StatedArm::arm, &DataArm::shape>(
        "shape", {.range = {smallest_shape, largest_shape}, .quiet = true, .use = rule<arm_use>},
        "Survival: of a Weibull distribution; below 1 the hazard falls, above 1 it rises.", "1.4"),
    field<&StatedArm::arm, &DataArm::cured>(
        "cured", {.range = from_to_below(0, 1), .quiet = true, .use = rule<arm_use>},
        "Survival: the share who never have the event. Median, survival, hazards and hazard ratios are then those of "
        "the others. With `hazard_ratio` that of the first arm unless it is given.",
        "0.2"),
    field<&StatedArm::arm, &DataArm::rate>("rate", {.unit = "1/month", .range = above(0), .use = rule<arm_use>},
                                           "Count: events per month.", "0.3"),
    as("rate", field<&StatedArm::rate_ratio>(
                   "rate_ratio", {.range = above(0, largest_ratio), .use = rule<arm_use>},
                   "Count, instead of `rate`: by what the rate of the first arm is multiplied.", "0.7")),
    field<&StatedArm::arm, &DataArm::dispersion>(
        "dispersion", {.range = at_least(0), .use = rule<arm_use>},
        "Count: the variance is mean + dispersion x mean^2; 0 is Poisson. With `rate_ratio` that of the first arm "
        "unless it is given.",
        "0.5"),
}};

/// Whole shares, of as many categories as the first arm has.
void finish_categories(const TableReader& table, DataArm& arm, const DataArm& first, const Scope& scope) {
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

/// The first arm is stated by itself, and each arm once.
void check_statements(const TableReader& table, const StatedArm& stated, const DataModel& model) {
  std::string_view before;
  for (const Statement& statement : statements) {
    const TomlEntry* entry = statement.kind == model.kind ? table.entry(statement.key) : nullptr;
    if (!entry) continue;
    const Keys absolute = keys_where(model.kind, [](const Statement& s) { return !s.relative; });
    if (statement.relative && stated.first)
      table.problems().add(entry->place, fmt::format("\"{}\" has nothing that it is relative to", statement.key),
                           quoted(stated.arm.name) + " is the first arm",
                           fmt::format("write \"{}\", or list the reference first", absolute.front()));
    else if (!before.empty())
      table.problems().add(entry->place, fmt::format("both \"{}\" and \"{}\" are given", before, statement.key),
                           "each says what the outcome of the arm is", "remove one");
    before = statement.key;
  }
}

void check_finite(const TableReader& table, const DataArm& arm) {
  const auto all_finite = [](const Numbers& numbers) {
    return std::all_of(numbers.begin(), numbers.end(), [](double number) { return std::isfinite(number); });
  };
  const bool has_rate = std::isfinite(arm.rate) && (arm.rate > 0 || !table.has("rate_ratio"));
  if (has_rate && all_finite(arm.mean) && all_finite(arm.hazard)) return;
  table.problems().add(table.place(), fmt::format("the numbers of {} are beyond a double", quoted(arm.name)),
                       "the effect is applied to those of the first arm", "write smaller numbers");
}

/// However it was stated: by a median, a share, a ratio.
void check_smallest_hazard(const TableReader& table, const DataArm& arm) {
  constexpr double smallest = 1e-12;  // a month
  for (const double hazard : arm.hazard)
    if (hazard > 0 && hazard < smallest)
      table.problems().add(table.place(), fmt::format("the hazard of {} is {:g} a month", quoted(arm.name), hazard),
                           fmt::format("below {:g} nobody ever has the event", smallest), "write 0, or a larger one");
}

/// Randomised arms do not differ before treatment.
void check_baseline(const TableReader& table, const DataArm& arm, const DataModel& model) {
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

void finish_arm(const TableReader& table, StatedArm& stated, const Scope& scope) {
  const DataModel& model = model_of(scope);
  const DataArm& first = stated.first ? stated.arm : model.arms.front();
  check_statements(table, stated, model);
  if (stated.cv && model.visits_months.size() > 2)
    table.refuse("cv", "a coefficient of variation within patients is for one or two visits",
                 fmt::format("there are {}", model.visits_months.size()), "write \"mean\" and \"sd\" of the logarithm");
  if (model.kind == Kind::ordinal) finish_categories(table, stated.arm, first, scope);
  if (table.sound()) {
    resolve_arm(table, model, stated);
    check_finite(table, stated.arm);
    check_smallest_hazard(table, stated.arm);
  }
  if (!stated.first) check_baseline(table, stated.arm, model);
}

void check_name(const KeyAt& at, const TomlEntry& entry) {
  const bool blank = entry.key.find_first_not_of(' ') == std::string::npos;
  if (blank || entry.key.size() > longest_name || entry.key.find_first_of("\n\r\t") != std::string::npos)
    at.problems().add(entry.place, "the name of an arm is one line of 1 to 200 bytes", "tables print it", "rename it");
}

}  // namespace

const SectionSpec data_arm_section = section<StatedArm, finish_arm>(
    "arms", "data_model.arms",
    "One table for each arm, with the keys of the kind of outcome. Every arm but the first may be stated relative to "
    "the first; the resolved study has the numbers that this comes to.",
    arm_keys);

void read_data_arms(const KeyAt& at, DataModel& model) {
  if (!model.endpoints.empty()) return;  // each has its own
  if (!at.value().is_table()) {
    at.refuse("\"arms\" must be a table of arms", "it is " + std::string(kind_text(at.value().kind)),
              "write arms.control = { ... }");
    return;
  }
  for (const TomlEntry& entry : at.value().entries) {
    check_name(at, entry);
    const TableReader table(entry.value, data_arm_section, at.problems());
    if (!entry.value.is_table()) continue;
    StatedArm stated;
    stated.arm.name = entry.key;
    stated.first = model.arms.empty();
    for (const TomlEntry& key : entry.value.entries) stated.given.emplace_back(key.key);
    Scope scope = at.scope;
    scope.endpoint = &model;
    fill(table, stated, scope);
    model.arms.push_back(std::move(stated.arm));
  }
  if (at.value().entries.empty())
    at.problems().add(at.entry().place, "the data model has no arms", "a trial has at least one", "add one");
}

void write_data_arms(const DataModel& model, const Scope& within, const std::string& path, std::string& text) {
  if (!model.endpoints.empty()) return;  // each has its own
  Scope scope = within;
  scope.endpoint = &model;
  const Keys first_ways = keys_where(model.kind, [](const Statement&) { return true; });
  for (const DataArm& arm : model.arms) {
    StatedArm stated;
    stated.arm = arm;
    stated.given = {first_ways.front()};
    write_table(data_arm_section, &stated, scope, fmt::format("[{}.{}]", path, toml_text(arm.name)), path, text);
  }
}

}  // namespace vcohort
