#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "engine/data_model/covariate_effects.hpp"
#include "engine/numeric/elementary.hpp"
#include "engine/study/trial_names.hpp"
#include "engine/study/word.hpp"
#include "io/study/data_correlation.hpp"
#include "io/study/data_covariates.hpp"
#include "io/study/suggestion.hpp"

namespace vcohort {

namespace {

using Kind = DataCovariate::Kind;
using Numbers = std::vector<double>;

constexpr std::size_t longest_name = 200, most_covariates = 100, most_levels = 1000;
constexpr double largest_effect = 1e9, largest_ratio = 1000;

/// A covariate as a study states it; reading turns all of it into the numbers of the data model.
struct StatedCovariate {
  DataCovariate covariate;
  std::optional<double> share;                // binary
  std::optional<double> outcome_correlation;  // normal
  std::optional<int> number;                  // site
  std::optional<double> icc;                  // site
  std::optional<Place> shares_at;
  Numbers correlation;  // with the covariates before
};

const DataModel& model_of(const Scope& scope) {
  return *scope.study->data_model;
}

std::string kind_of(const StatedCovariate& stated) {
  return fmt::format("the covariate is {}", word(covariate_kind_names, stated.covariate.kind));
}

/// A key of some kinds.
Use kind_use(const KeySpec& key, const StatedCovariate& stated, const Scope& scope) {
  const Kind kind = stated.covariate.kind;
  if (key.name == "number" || key.name == "rate_cv" || key.name == "opened_months" || key.name == "effect_sd" ||
      key.name == "icc") {
    if (kind != Kind::site) return Use::none(kind_of(stated));
    if (key.name == "icc" && model_of(scope).kind != OutcomeKind::score)
      return Use::none(outcome_has(model_of(scope), "has no SD of which it could be a share"));
    return key.name == "number" ? Use::required(kind_of(stated)) : Use{};
  }
  if (kind == Kind::site && key.name == "levels") return Use::none("sites are numbered");
  if (kind == Kind::site && key.name == "shares") return {};
  const bool of_normal = key.name == "mean" || key.name == "sd" || key.name == "decimals" || key.name == "cuts";
  const bool fits = of_normal              ? kind == Kind::normal
                    : key.name == "share"  ? kind == Kind::binary
                    : key.name == "shares" ? kind == Kind::categorical
                    : key.name == "levels" ? kind != Kind::normal
                                           : true;
  if (!fits) return Use::none(kind_of(stated));
  const bool optional = key.name == "decimals" || key.name == "cuts" || (key.name == "levels" && kind == Kind::binary);
  return optional ? Use{} : Use::required(kind_of(stated));
}

bool has_ratios(const DataModel& model) {
  return model.kind != OutcomeKind::score;
}

Use effect_use(const KeySpec& key, const StatedCovariate& stated, const Scope& scope) {
  const DataModel& model = model_of(scope);
  if (stated.covariate.is_site() && key.name != "by_visit")
    return Use::none("the effects of sites are random: give \"effect_sd\"");
  if (key.name == "outcome_correlation") {
    if (model.kind != OutcomeKind::score) return Use::none(outcome_has(model, "has a ratio for each unit"));
    return stated.covariate.is_normal() ? Use{} : Use::none(kind_of(stated));
  }
  if (key.name.ends_with("ratio") && !has_ratios(model)) return Use::none(outcome_has(model, "has effects in points"));
  if (key.name == "by_visit" && !seen_at_visits(model.kind))
    return Use::none(outcome_has(model, "has a follow-up and no visits"));
  return {};
}

/// A number; or for levels one for each but the first, by name, or of two levels just the number.
std::optional<Numbers> read_effect(const KeyAt& at, const TomlValue& value, const DataCovariate& covariate,
                                   bool ratio) {
  const auto number_in = [&](const TomlValue& item) -> std::optional<double> {
    const std::optional<double> number = finite_number(item);
    if (number && at.key.range.contains(*number)) return ratio ? log_of(*number) : *number;
    at.problems().add(item.place, fmt::format("\"{}\" is impossible", at.key.name),
                      "it must be a number " + text_of(at.key.range), "");
    return std::nullopt;
  };
  if (!value.is_table()) {
    if (covariate.levels.size() > 2) {
      at.problems().add(value.place, fmt::format("\"{}\" must be a table of levels", at.key.name),
                        fmt::format("the covariate has {}", covariate.levels.size()),
                        fmt::format("write {{ {} = ... }}", toml_text(covariate.levels[1])));
      return std::nullopt;
    }
    const std::optional<double> number = number_in(value);
    if (!number) return std::nullopt;
    return covariate.is_normal() ? Numbers{*number} : Numbers{0, *number};
  }
  if (covariate.is_normal()) {
    at.problems().add(value.place, fmt::format("\"{}\" must be a number", at.key.name),
                      "a normal covariate has no levels", "write what one unit does");
    return std::nullopt;
  }
  Numbers numbers(covariate.levels.size());
  bool whole = true;
  for (const TomlEntry& entry : value.entries) {
    const std::optional<int> level = index_of(covariate.levels, entry.key);
    const std::optional<double> number = number_in(entry.value);
    whole = whole && number && level;
    if (!level && !covariate.levels.empty())
      at.problems().add(entry.place, "there is no level " + quoted(entry.key), "in \"levels\"",
                        did_you_mean(entry.key, covariate.levels));
    if (!number || !level) continue;
    if (*level == 0 && *number != 0) {
      at.problems().add(entry.place, fmt::format("the first level is what others are compared with"),
                        fmt::format("{} is the first", quoted(entry.key)), "give the effects of the others");
      whole = false;
    }
    numbers[static_cast<std::size_t>(*level)] = *number;
  }
  return whole ? std::optional(numbers) : std::nullopt;
}

bool is_ratio(const KeyAt& at) {
  return at.key.name.ends_with("ratio");
}

void read_effects(const KeyAt& at, StatedCovariate& stated) {
  if (auto effect = read_effect(at, at.value(), stated.covariate, is_ratio(at))) stated.covariate.effect = *effect;
}

bool says_nothing(const Numbers& numbers) {
  return std::all_of(numbers.begin(), numbers.end(), [](double number) { return number == 0; });
}

std::string effect_text(const DataCovariate& covariate, const Numbers& effect) {
  if (says_nothing(effect)) return {};
  if (covariate.is_normal()) return number_text(effect[0]);
  std::vector<std::string> items;
  for (std::size_t level = 1; level < effect.size(); ++level)
    items.push_back(fmt::format("{} = {}", toml_text(covariate.levels[level]), number_text(effect[level])));
  return fmt::format("{{ {} }}", fmt::join(items, ", "));
}

std::string write_effect(const StatedCovariate& stated, const Scope&) {
  return effect_text(stated.covariate, stated.covariate.effect);
}
std::string write_nothing(const StatedCovariate&, const Scope&) {
  return {};
}

/// { arm = effect }
void read_interaction(const KeyAt& at, StatedCovariate& stated) {
  const std::vector<DataModel::DataArm>& arms = model_of(at.scope).arms;
  if (!at.value().is_table()) {
    at.refuse(fmt::format("\"{}\" must be a table of arms", at.key.name),
              "the effect of a covariate differs between arms",
              fmt::format("write {} = {}", at.key.name, at.key.example));
    return;
  }
  std::vector<std::string_view> names;
  for (const DataModel::DataArm& arm : arms) names.push_back(arm.name);
  std::vector<Numbers> interaction(arms.size());
  for (const TomlEntry& entry : at.value().entries) {
    const std::optional<int> arm = index_of(names, entry.key);
    const auto effect = read_effect(at, entry.value, stated.covariate, is_ratio(at));
    if (!arm && !names.empty())
      at.problems().add(entry.place, "there is no arm " + quoted(entry.key), "in \"arms\"",
                        did_you_mean(entry.key, names));
    if (arm && effect && !says_nothing(*effect)) interaction[static_cast<std::size_t>(*arm)] = *effect;
  }
  if (std::any_of(interaction.begin(), interaction.end(), [](const Numbers& arm) { return !arm.empty(); }))
    stated.covariate.interaction = interaction;
}

std::string write_interaction(const StatedCovariate& stated, const Scope& scope) {
  std::vector<std::string> items;
  for (std::size_t a = 0; a < stated.covariate.interaction.size(); ++a)
    if (const std::string text = effect_text(stated.covariate, stated.covariate.interaction[a]); !text.empty())
      items.push_back(fmt::format("{} = {}", toml_text(model_of(scope).arms[a].name), text));
  return items.empty() ? std::string() : fmt::format("{{ {} }}", fmt::join(items, ", "));
}

/// With the covariates before it.
void read_correlated(const KeyAt& at, StatedCovariate& stated) {
  std::vector<std::string_view> names;
  for (const DataCovariate& before : model_of(at.scope).covariates) names.push_back(before.name);
  if (stated.covariate.is_site()) {
    at.refuse("a site is correlated with no covariate", "where a patient is randomised is drawn by itself",
              "remove it");
    return;
  }
  if (names.empty()) {
    at.refuse("there is no covariate before this one", "correlations are given with earlier ones",
              "give them at a later one");
    return;
  }
  if (const auto numbers = read_per_name(at, names, "earlier covariate", 0)) stated.correlation = *numbers;
}

std::string write_correlated(const StatedCovariate& stated, const Scope& scope) {
  std::vector<std::string> items;
  for (std::size_t c = 0; c < stated.correlation.size(); ++c)
    if (stated.correlation[c] != 0)
      items.push_back(
          fmt::format("{} = {}", toml_text(model_of(scope).covariates[c].name), number_text(stated.correlation[c])));
  return items.empty() ? std::string() : fmt::format("{{ {} }}", fmt::join(items, ", "));
}

void read_shares(const KeyAt& at, StatedCovariate& stated) {
  read_value(at, stated.covariate.shares);
  stated.shares_at = at.table.place(at.key.name);
}

std::string write_shares(const StatedCovariate& stated, const Scope&) {
  return number_list(stated.covariate.shares);
}

/// Sites are numbered, and recruit alike where nothing else is said.
void read_number(const KeyAt& at, StatedCovariate& stated) {
  int number = 0;
  read_value(at, number);
  if (number < 2) return;
  stated.number = number;
  for (int site = 1; site <= number; ++site) stated.covariate.levels.push_back(std::to_string(site));
  stated.covariate.shares.assign(stated.covariate.levels.size(), 1.0 / number);
}
std::string write_number(const StatedCovariate& stated, const Scope&) {
  return number_text(static_cast<std::int64_t>(stated.covariate.levels.size()));
}

/// One number: evenly from 0 on.
void read_opened(const KeyAt& at, StatedCovariate& stated) {
  Numbers& opened = stated.covariate.opened_months;
  read_value(at, opened);
  if (at.value().is_array() || opened.size() != 1 || !stated.number) return;
  const double last = opened.front();
  opened.clear();
  for (int site = 0; last > 0 && site < *stated.number; ++site) opened.push_back(last * site / (*stated.number - 1));
}
std::string write_opened(const StatedCovariate& stated, const Scope&) {
  return stated.covariate.opened_months.empty() ? std::string() : number_list(stated.covariate.opened_months);
}

void check_opened(const KeyAt& at, const StatedCovariate& stated) {
  const Numbers& opened = stated.covariate.opened_months;
  if (opened.empty() || !stated.number) return;
  if (opened.size() != stated.covariate.levels.size())
    at.refuse("\"opened_months\" must have one number for each site",
              fmt::format("{} sites, {} numbers", stated.covariate.levels.size(), opened.size()),
              "or write one number, until which they open evenly");
  else if (*std::min_element(opened.begin(), opened.end()) > 0)
    at.refuse("no site recruits on the first day", "the first one opens later", "begin at 0");
}

void check_levels(const KeyAt& at, const StatedCovariate& stated) {
  const std::vector<std::string>& levels = stated.covariate.levels;
  if (stated.covariate.kind == Kind::binary && levels.size() != 2)
    at.refuse("a binary covariate has two levels", fmt::format("there are {}", levels.size()),
              "write kind = \"categorical\" for more");
  if (levels.size() < 2)
    at.refuse("a covariate has at least two levels", fmt::format("there is {}", levels.size()), "");
  if (levels.size() > most_levels)
    at.refuse(fmt::format("a covariate has at most {} levels", most_levels), fmt::format("there are {}", levels.size()),
              "");
  for (std::size_t k = 0; k < levels.size(); ++k)
    if (levels[k].empty() || levels[k].size() > longest_name || levels[k].find_first_of("\n\r\t") != std::string::npos)
      at.problems().add(at.item_place(k), "the name of a level is one line of 1 to 200 bytes", "tables print it",
                        "rename it");
}

void check_by_visit(const KeyAt& at, const StatedCovariate& stated) {
  const std::size_t visits = model_of(at.scope).visits_months.size(), numbers = stated.covariate.by_visit.size();
  if (visits > 0 && numbers != visits)
    at.refuse("\"by_visit\" must have one number for each visit", fmt::format("{} visits, {} numbers", visits, numbers),
              "");
}

constexpr std::array<KeySpec, 20> covariate_keys = {{
    field<&StatedCovariate::covariate, &DataCovariate::kind>(
        "kind", {.required = true, .decides = true},
        "`normal`: mean and sd; `binary`: two levels; `categorical`: levels with shares; `site`: where a patient is "
        "randomised, whose effects are random.",
        "\"normal\""),
    custom<read_number, write_number>("number", KeyType::integer, {.range = {2, most_levels}, .use = rule<kind_use>},
                                      "Sites: how many; they are called 1, 2, ...", "20"),
    field<&StatedCovariate::covariate, &DataCovariate::mean>("mean", {.no_default = true, .use = rule<kind_use>},
                                                             "Normal: its mean.", "50"),
    field<&StatedCovariate::covariate, &DataCovariate::sd>(
        "sd", {.range = above(0, largest_effect), .use = rule<kind_use>}, "Normal: its standard deviation.", "10"),
    field<&StatedCovariate::covariate, &DataCovariate::decimals>(
        "decimals", {.range = {0, 9}, .use = rule<kind_use>},
        "Normal: to how many decimals it is recorded. What it does to the outcome follows the value before rounding.",
        "0"),
    field<&StatedCovariate::covariate, &DataCovariate::cuts>(
        "cuts", {.ascending = true, .use = rule<kind_use>},
        "Normal: where its groups begin, ascending; of these strata are made.", "[45, 60]"),
    field<&StatedCovariate::share>("share", {.range = between(0, 1), .use = rule<kind_use>},
                                   "Binary: of the second level.", "0.3"),
    field<&StatedCovariate::covariate, &DataCovariate::levels>(
        "levels", {.distinct = true, .use = rule<kind_use>, .check = checked<check_levels>},
        "Names of the levels; of a binary covariate without them \"no\" and \"yes\".", "[\"low\", \"high\"]"),
    custom<read_shares, write_shares>(
        "shares", KeyType::list_of_numbers, {.range = between(0, 1), .use = rule<kind_use>},
        "Categorical: of the levels; within 0.02 of 1 they are rescaled with a notice. Sites: of their rates of "
        "recruitment; without them they are equal.",
        "[0.5, 0.3, 0.2]"),
    field<&StatedCovariate::covariate, &DataCovariate::rate_cv>(
        "rate_cv", {.range = {0, 10}, .quiet = true, .use = rule<kind_use>},
        "Sites: coefficient of variation of gamma factors of these rates, drawn anew in every trial.", "0.8"),
    custom<read_opened, write_opened>(
        "opened_months", KeyType::list_of_numbers,
        {.unit = "months", .range = {0, longest_months}, .use = rule<kind_use>, .check = checked<check_opened>},
        "Sites: since the first day of accrual, when each begins to recruit; or one number: they open evenly until "
        "then, the first at 0. Patients come as `trial.accrual` says, and are shared by the sites that recruit.",
        "12"),
    field<&StatedCovariate::covariate, &DataCovariate::effect_sd>(
        "effect_sd", {.range = {0, largest_effect}, .quiet = true, .use = rule<kind_use>},
        "Sites: standard deviation of their normal effects on the outcome of all arms, drawn anew in every trial, in "
        "points or on the log scale of `effect`.",
        "1.5"),
    field<&StatedCovariate::icc>("icc",
                                 {.range = from_to_below(0, 1), .resolves_to = "effect_sd", .use = rule<kind_use>},
                                 "Sites, instead of `effect_sd`, of a normal outcome: the share of its variance, in "
                                 "the first arm at the last visit, that is between sites.",
                                 "0.05"),
    custom<read_effects, write_effect>(
        "effect", KeyType::other,
        {.form = "number, or table of levels", .range = {-largest_effect, largest_effect}, .use = rule<effect_use>},
        "What it adds to the outcome in every arm, per unit or for each level against the first: points of a normal "
        "outcome, the logarithm of an odds, hazard or rate ratio.",
        "{ high = 0.7 }"),
    custom<read_effects, write_nothing>("ratio", KeyType::other,
                                        {.form = "number, or table of levels",
                                         .range = above(0, largest_ratio),
                                         .resolves_to = "effect",
                                         .use = rule<effect_use>},
                                        "Instead of `effect`, that odds, hazard or rate ratio itself.", "{ high = 2 }"),
    field<&StatedCovariate::outcome_correlation>(
        "outcome_correlation", {.range = between(-1, 1), .resolves_to = "effect", .use = rule<effect_use>},
        "Instead of `effect`, of two normal variables: their correlation, in the first arm at the last visit.", "0.5"),
    custom<read_interaction, write_interaction>(
        "interaction", KeyType::table,
        {.form = "table of arms", .range = {-largest_effect, largest_effect}, .use = rule<effect_use>},
        "By arm, what `effect` has more in it: how the treatment effect depends on the covariate. After baseline.",
        "{ active = { high = 0.3 } }"),
    custom<read_interaction, write_nothing>("interaction_ratio", KeyType::table,
                                            {.form = "table of arms",
                                             .range = above(0, largest_ratio),
                                             .resolves_to = "interaction",
                                             .use = rule<effect_use>},
                                            "Instead of `interaction`, a ratio of ratios.",
                                            "{ active = { high = 1.4 } }"),
    field<&StatedCovariate::covariate, &DataCovariate::by_visit>(
        "by_visit", {.range = {-1000, 1000}, .use = rule<effect_use>, .check = checked<check_by_visit>},
        "What `effect` and `interaction` are multiplied by at each visit; without it 1, the baseline included.",
        "[0, 1]"),
    custom<read_correlated, write_correlated>(
        "correlated_with", KeyType::table, {.form = "table of covariates", .range = between(-1, 1)},
        "Correlations with covariates that stand before it: of the normal variables behind them, of which a binary or "
        "categorical covariate has its levels in their order.",
        "{ age = 0.4 }"),
}};

/// The keys that say the same.
void refuse_twice(const TableReader& table, std::initializer_list<std::string_view> keys) {
  std::string_view before;
  for (const std::string_view key : keys) {
    if (!table.has(key)) continue;
    if (!before.empty())
      table.refuse(key, fmt::format("both \"{}\" and \"{}\" are given", before, key), "they say the same",
                   "remove one");
    before = key;
  }
}

void finish_covariate(const TableReader& table, StatedCovariate& stated, const Scope& scope) {
  DataCovariate& covariate = stated.covariate;
  refuse_twice(table, {"effect", "ratio", "outcome_correlation"});
  refuse_twice(table, {"interaction", "interaction_ratio"});
  refuse_twice(table, {"effect_sd", "icc"});
  if ((covariate.kind == Kind::categorical || covariate.is_site()) && stated.shares_at && !covariate.shares.empty() &&
      !covariate.levels.empty()) {
    if (covariate.shares.size() != covariate.levels.size())
      table.refuse("shares", "\"levels\" and \"shares\" must have the same length",
                   fmt::format("{} and {}", covariate.levels.size(), covariate.shares.size()), "");
    else if (auto whole = whole_shares(covariate.shares, *stated.shares_at, "the shares of the levels", *scope.context))
      covariate.shares = *whole;
  }
  if (says_nothing(covariate.effect)) covariate.effect.clear();
  const bool idle = covariate.effect.empty() && covariate.interaction.empty() && covariate.effect_sd == 0;
  if (idle && table.has("by_visit") && !stated.outcome_correlation && !stated.icc)
    table.refuse("by_visit", "\"by_visit\" has no effect", "the covariate has none", "remove it");
  const DataModel& model = model_of(scope);
  const bool has_sd = table.sound() && !model.arms.empty() && !model.arms.front().sd.empty();
  if (stated.icc && has_sd) covariate.effect_sd = __builtin_sqrt(*stated.icc) * model.arms.front().sd.back();
  if (stated.outcome_correlation && has_sd)
    covariate.effect = {*stated.outcome_correlation * model.arms.front().sd.back() / covariate.sd};
}

void check_name(const KeyAt& at, const TomlEntry& entry) {
  if (is_covariate_name(entry.key)) return;
  at.problems().add(entry.place, quoted(entry.key) + " is no name of a covariate",
                    "it is one line of 1 to 200 bytes, and no other column of a data set", "rename it");
}

/// Those of a kind with levels, whose names have a default.
void begin(const TomlValue& table, StatedCovariate& stated) {
  const TomlEntry* kind = table.find("kind");
  if (kind && kind->value.is_text() && kind->value.text == word(covariate_kind_names, Kind::binary))
    stated.covariate.levels = {"no", "yes"};
}

/// One row and column more.
void correlate(DataModel& model, const Numbers& with_earlier) {
  const std::size_t size = model.covariates.size();
  std::vector<Numbers>& matrix = model.covariate_correlation;
  if (says_nothing(with_earlier) && matrix.empty()) return;
  const std::size_t before = matrix.size();
  matrix.resize(size);
  for (std::size_t c = 0; c < size; ++c) {
    matrix[c].resize(size);
    if (c >= before) matrix[c][c] = 1;
  }
  for (std::size_t c = 0; c < with_earlier.size(); ++c) matrix[c][size - 1] = matrix[size - 1][c] = with_earlier[c];
}

}  // namespace

bool is_covariate_name(std::string_view name) {
  constexpr std::array<std::string_view, 9> taken = {
      "baseline", "patient", "arm", "endpoint", "visit", "value", "outcome", "randomised_months", "status"};
  return name.find_first_not_of(' ') != std::string_view::npos && name.size() <= longest_name &&
         name.find_first_of("\n\r\t") == std::string_view::npos && !index_of(taken, name) && !name.ends_with("_group");
}

const SectionSpec data_covariate_section = section<StatedCovariate, finish_covariate>(
    "covariates", "data_model.covariates",
    "One table for each covariate, by its name. Randomisation, adjustment and strata find it by this name.",
    covariate_keys);

void read_data_covariates(const KeyAt& at, DataModel& model) {
  if (!at.value().is_table()) {
    at.refuse("\"covariates\" must be a table of covariates", "it is " + std::string(kind_text(at.value().kind)),
              "write covariates.age = { ... }");
    return;
  }
  if (at.value().entries.size() > most_covariates)
    at.refuse(fmt::format("a data model has at most {} covariates", most_covariates),
              fmt::format("there are {}", at.value().entries.size()), "");
  for (const TomlEntry& entry : at.value().entries) {
    check_name(at, entry);
    const TableReader table(entry.value, data_covariate_section, at.problems());
    if (!entry.value.is_table()) continue;
    StatedCovariate stated;
    stated.covariate.name = entry.key;
    begin(entry.value, stated);
    fill(table, stated, at.scope);
    DataCovariate& covariate = stated.covariate;
    if (covariate.kind == Kind::binary) covariate.shares = {1 - stated.share.value_or(0.5), stated.share.value_or(0.5)};
    model.covariates.push_back(std::move(covariate));
    correlate(model, stated.correlation);
  }
}

void write_data_covariates(const DataModel& model, const Scope& scope, const std::string& path, std::string& text) {
  for (std::size_t c = 0; c < model.covariates.size(); ++c) {
    StatedCovariate stated;
    stated.covariate = model.covariates[c];
    if (stated.covariate.is_site()) stated.number = static_cast<int>(stated.covariate.levels.size());
    if (stated.covariate.kind == Kind::binary) stated.share = stated.covariate.shares[1];
    if (!model.covariate_correlation.empty())
      stated.correlation.assign(model.covariate_correlation[c].begin(),
                                model.covariate_correlation[c].begin() + static_cast<std::ptrdiff_t>(c));
    write_table(data_covariate_section, &stated, scope, fmt::format("[{}.{}]", path, toml_text(stated.covariate.name)),
                path, text);
  }
}

namespace {

/// How many nodes the distribution of those with an effect takes (CovariateLaw).
double nodes_of(const DataModel& model) {
  constexpr double points = 100;  // of a covariate with levels that is correlated with others
  double nodes = 1;
  std::vector<bool> counts;
  for (const DataCovariate& covariate : model.covariates) {
    counts.push_back(!covariate.effect.empty() || !covariate.interaction.empty());
    if (counts.back() && !covariate.is_normal() && !covariate.is_site())
      nodes *= static_cast<double>(covariate.levels.size());
  }
  for (std::size_t k = CovariateLaw::correlated_levels(model, counts); k > 0; --k) nodes *= points;
  return nodes;
}

/// The largest SD over arms and visits of what covariates add.
double largest_spread(const DataModel& model) {
  const CovariateLaw law(model);
  double largest = 0;
  const std::size_t visits = seen_at_visits(model.kind) ? model.visits_months.size() : 1;
  for (std::size_t a = 0; a < model.arms.size(); ++a)
    for (std::size_t v = 0; v < visits; ++v) {
      const CovariateTerms terms = covariate_terms(model, a, v);
      largest = std::max(largest, std::sqrt(std::max(0.0, law.covariance(terms, terms))));
    }
  return largest;
}

}  // namespace

void check_data_covariates(const TableReader& reader, const DataModel& model) {
  if (std::count_if(model.covariates.begin(), model.covariates.end(),
                    [](const DataCovariate& covariate) { return covariate.is_site(); }) > 1) {
    reader.refuse("covariates", "two covariates are sites", "a patient is randomised at one", "remove one");
    return;
  }
  if (!model.covariate_correlation.empty() && !is_positive_definite(model.covariate_correlation)) {
    reader.refuse("covariates", "the correlation of the covariates is not positive definite", "no patients have it",
                  "check \"correlated_with\"");
    return;
  }
  if (!has_covariate_effects(model)) return;
  constexpr double most_nodes = 50'000;
  if (nodes_of(model) > most_nodes) {
    reader.refuse("covariates", "the covariates have too many combinations",
                  "their joint distribution is computed, those with levels and correlated by quadrature",
                  "let fewer of them have an effect, or be correlated");
    return;
  }
  const double spread = largest_spread(model);
  constexpr double widest = 4;
  if (model.kind != OutcomeKind::score && !(spread <= widest)) {
    reader.refuse("covariates", fmt::format("the covariates move the outcome by {} with one SD", rounded_text(spread)),
                  fmt::format("on the scale of log ratios at most {} is possible", widest), "give smaller effects");
    return;
  }
  for (std::size_t a = 0; model.kind == OutcomeKind::score && a < model.arms.size(); ++a)
    if (!is_positive_definite(residual_correlation(model, a))) {
      reader.refuse(
          "covariates",
          fmt::format("the covariates explain more than the outcome of {} varies", quoted(model.arms[a].name)),
          "the stated SDs and correlations are those of all patients, and covariates are part of them",
          "give smaller effects, or a larger sd");
      return;
    }
}

}  // namespace vcohort
