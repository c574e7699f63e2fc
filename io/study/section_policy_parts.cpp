#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <set>

#include "engine/evidence/registry.hpp"
#include "io/study/number_text.hpp"
#include "io/study/policy_sections.hpp"
#include "io/study/suggestion.hpp"

namespace vcohort {

namespace {

constexpr double most_money = 1e12;
constexpr double most_children = 1e12;
constexpr double most_years = 10;

constexpr std::array<KeySpec, 6> cost_keys = {{
    {.name = "strategy", .required = true, .meaning = "Whose cost it is.", .example = "\"one IV infusion\""},
    {.name = "cost_per_infusion",
     .type = KeyType::number,
     .unit = "currency",
     .range = {0, most_money},
     .meaning = "Replaces product and procedure of each infusion.",
     .example = "9_000"},
    {.name = "cost_once",
     .type = KeyType::number,
     .unit = "currency",
     .range = {0, most_money},
     .meaning =
         "Replaces the preparation before the first infusion. Of a strategy that is chosen by a marker: what the "
         "measurement costs, beside what the chosen strategy costs; required there.",
     .example = "2_000"},
    {.name = "cost_per_visit",
     .type = KeyType::number,
     .unit = "currency",
     .range = {0, most_money},
     .meaning = "Replaces the cost of a visit that the treatment asks for.",
     .example = "120"},
    {.name = "visits_per_infusion",
     .type = KeyType::number,
     .range = {0, 100},
     .meaning = "Replaces the number of visits that each infusion asks for.",
     .example = "2"},
    {.name = "source", .required = true, .meaning = "Why.", .example = "\"hospital tariff 2025\""},
}};

constexpr std::array<KeySpec, 3> population_keys = {{
    {.name = "per_year",
     .type = KeyType::number,
     .unit = "children per year",
     .required = true,
     .range = {.low = 0, .high = most_children, .low_excluded = true},
     .meaning = "Children who face the decision each year.",
     .example = "500"},
    {.name = "uptake",
     .type = KeyType::number,
     .fallback = "1",
     .range = {.low = 0, .high = 1, .low_excluded = true},
     .meaning = "Share of them who follow it.",
     .example = "0.4"},
    {.name = "years",
     .type = KeyType::number,
     .unit = "years",
     .fallback = "10",
     .range = {.low = 0, .high = 100, .low_excluded = true},
     .meaning = "For which the decision stands; later children count less, by the discount rate of costs.",
     .example = "10"},
}};

constexpr std::array<KeySpec, 11> budget_keys = {{
    {.name = "years",
     .type = KeyType::integer,
     .unit = "years",
     .fallback = "5",
     .range = {1, most_years},
     .meaning = "How many budgets are looked at.",
     .example = "5"},
    {.name = "births_per_year",
     .type = KeyType::number,
     .unit = "children",
     .required = true,
     .range = {.low = 0, .high = most_children, .low_excluded = true},
     .meaning = "Live births.",
     .example = "100_000"},
    {.name = "prevalence_per_1000",
     .type = KeyType::number,
     .required = true,
     .range = {.low = 0, .high = 1000, .low_excluded = true},
     .meaning = "Children with cerebral palsy per 1,000 live births (1.6 in high-income countries: McIntyre 2022).",
     .example = "1.6"},
    {.name = "eligible_share",
     .type = KeyType::number,
     .fallback = "1",
     .range = {.low = 0, .high = 1, .low_excluded = true},
     .meaning = "Share of them who are eligible.",
     .example = "0.6"},
    {.name = "age_years",
     .type = KeyType::pair_of_numbers,
     .unit = "years",
     .required = true,
     .range = {0, 100},
     .meaning = "Children become eligible at the first age and are too old from the second on.",
     .example = "[1, 6]"},
    {.name = "backlog",
     .type = KeyType::number,
     .unit = "children",
     .range = {0, most_children},
     .meaning = "Eligible children who are there when the new mix comes; without it, those born in the years between "
                "the two ages who are alive.",
     .example = "400"},
    {.name = "uptake",
     .type = KeyType::list_of_numbers,
     .required = true,
     .range = {0, 1},
     .meaning = "Share of the waiting children who ask for treatment in each year; the last one goes on.",
     .example = "[0.1, 0.2, 0.3]"},
    {.name = "capacity",
     .type = KeyType::list_of_numbers,
     .unit = "children per year",
     .range = {0, most_children},
     .meaning = "Children who can be treated in each year; the last one goes on. The others wait. Without it, all can.",
     .example = "[50, 100, 200]"},
    {.name = "before",
     .type = KeyType::table,
     .form = "table of shares",
     .required = true,
     .range = {0, 1},
     .meaning = "The mix of strategies among children whose turn it is, as it is now.",
     .example = "{ rehabilitation = 1 }"},
    {.name = "after",
     .type = KeyType::table,
     .form = "table of shares",
     .required = true,
     .range = {0, 1},
     .meaning = "The mix that comes.",
     .example = "{ rehabilitation = 0.3, \"one IV infusion\" = 0.7 }"},
    {.name = "retreatment",
     .type = KeyType::other,
     .form = "[years, share]",
     .range = {0, 100},
     .meaning = "After so many whole years a child that was treated with cells comes back, with this probability.",
     .example = "[2, 0.3]"},
}};

std::vector<MixShare> read_mix(const TableReader& reader, std::string_view key, const Study& study) {
  const TomlEntry* entry = reader.entry(key);
  std::vector<MixShare> mix;
  if (!entry || !entry->value.is_table()) return mix;
  std::vector<std::string_view> names;
  for (const Strategy& strategy : study.strategies) names.push_back(strategy.name);
  double sum = 0;
  for (const TomlEntry& item : entry->value.entries) {
    const auto found = std::find(names.begin(), names.end(), item.key);
    const std::optional<double> share = finite_number(item.value);
    if (found == names.end()) {
      reader.problems().add(item.place, "there is no strategy " + quoted(item.key), fmt::format("in \"{}\"", key),
                            did_you_mean(item.key, names));
    } else if (!share || !reader.declared(key).range.contains(*share)) {
      reader.problems().add(item.value.place, fmt::format("the share of {} is impossible", quoted(item.key)),
                            "it must be a number from 0 to 1", "");
    } else {
      mix.push_back({static_cast<int>(found - names.begin()), *share});
      sum += *share;
    }
  }
  constexpr double rounding = 1e-9;  // sums of printed digits
  if (mix.size() == entry->value.entries.size() && (sum < 1 - rounding || sum > 1 + rounding))
    reader.refuse(key, fmt::format("the shares of \"{}\" sum to {}", key, number_text(sum)), "every child gets one",
                  "make them sum to 1");
  return mix;
}

bool any_with_cells(const std::vector<MixShare>& mix, const Study& study) {
  return std::any_of(mix.begin(), mix.end(), [&](const MixShare& part) {
    const Strategy& strategy = study.strategies[static_cast<std::size_t>(part.strategy)];
    return part.share > 0 && (strategy.cells || strategy.choice);
  });
}

}  // namespace

const SectionSpec policy_cost_section = {
    .name = "cost",
    .heading = "[[policy.cost]]",
    .meaning = "What the study knows better than the evidence about the cost of one strategy, in the study's currency.",
    .keys = cost_keys};
const SectionSpec policy_population_section = {.name = "population",
                                               .heading = "policy.population",
                                               .meaning = "Whom a decision concerns.",
                                               .keys = population_keys};
const SectionSpec budget_section = {
    .name = "budget",
    .heading = "[policy.budget]",
    .meaning = "What a payer spends in the next years when a new mix of strategies comes.",
    .keys = budget_keys};

void read_policy_costs(const TableReader& reader, const Study& study, PolicyQuestion& question) {
  const TomlEntry* entry = reader.entry("cost");
  if (!entry) return;
  if (!entry->value.is_array()) {
    reader.refuse("cost", "\"cost\" must be a list of tables", "one for each strategy", "write [[policy.cost]]");
    return;
  }
  std::set<int> seen;
  for (const TomlValue& item : entry->value.items) {
    const TableReader table(item, policy_cost_section, reader.problems());
    StrategyCost cost;
    const auto strategy = strategy_called(table, "strategy", study);
    cost.strategy = strategy.value_or(0);
    cost.per_infusion = table.number("cost_per_infusion");
    cost.once = table.number("cost_once");
    cost.per_visit = table.number("cost_per_visit");
    cost.visits_per_infusion = table.number("visits_per_infusion");
    cost.source = table.text("source").value_or("");
    if (!strategy) continue;
    if (!seen.insert(cost.strategy).second)
      table.refuse("strategy", "the strategy has two costs", "one would be lost", "put them into one table");
    const Strategy& whose = study.strategies[static_cast<std::size_t>(cost.strategy)];
    if (!whose.cells && !whose.choice)
      table.refuse("strategy", "the strategy has no infusions", "it is rehabilitation alone", "remove its cost");
    if (whose.choice && (cost.per_infusion || cost.per_visit || cost.visits_per_infusion))
      table.refuse("strategy", "a choice has no infusions of its own", "it costs what the chosen strategy costs",
                   "give its measurement as cost_once, and the rest to the strategies that it chooses from");
    question.costs.push_back(cost);
  }
}

void require_costs_of_choices(const TableReader& reader, const Study& study, const PolicyQuestion& question) {
  for (std::size_t s = 0; s < study.strategies.size(); ++s) {
    if (!study.strategies[s].choice) continue;
    const bool priced = std::any_of(question.costs.begin(), question.costs.end(), [&](const StrategyCost& cost) {
      return cost.strategy == static_cast<int>(s) && cost.once;
    });
    if (!priced)
      reader.refuse("cost", fmt::format("{} has no cost of its measurement", quoted(study.strategies[s].name)),
                    "no evidence says what a marker costs",
                    "add [[policy.cost]] with its strategy, cost_once and source");
    if (question.care_follows_motor)
      reader.refuse("care_follows_motor", "the cost of care cannot follow the motor score here",
                    fmt::format("{} is chosen by a marker", quoted(study.strategies[s].name)), "leave out one of them");
  }
}

bool names_prices_alone(std::string_view name) {
  const std::string stem = std::string(name) + ".";
  bool any = false;
  for (const ParameterDefinition& definition : parameter_registry()) {
    if (definition.name != name && !std::string_view(definition.name).starts_with(stem)) continue;
    if (definition.kind != ParameterKind::price) return false;
    any = true;
  }
  return any;
}

bool names_parameters(std::string_view name) {
  if (find_parameter(name)) return true;
  const std::string stem = std::string(name) + ".";
  const auto registry = parameter_registry();
  return std::any_of(registry.begin(), registry.end(), [&](const auto& p) { return p.name.starts_with(stem); });
}

void refuse_parameter(const TomlValue& name, const std::string& where, Problems& problems) {
  const std::string nearest = name.is_text() ? closest_parameter(name.text) : std::string();
  problems.add(name.place,
               name.is_text() ? "there is no parameter " + quoted(name.text) : std::string("a parameter is a name"),
               where, nearest.empty() ? "" : "did you mean " + quoted(nearest) + "?");
}

std::vector<EvppiGroup> read_parameter_groups(const TableReader& reader, std::string_view key) {
  std::vector<EvppiGroup> groups;
  const TomlEntry* entry = reader.entry(key);
  if (!entry) return groups;
  if (!entry->value.is_table()) {
    reader.refuse(key, quoted(key) + " must be a table of lists of parameters", "each group has a name",
                  fmt::format("write {} = {{ utilities = [\"utility\"] }}", key));
    return groups;
  }
  for (const TomlEntry& item : entry->value.entries) {
    EvppiGroup group{item.key, {}};
    const bool list = item.value.is_array() && !item.value.items.empty();
    for (const TomlValue& name : item.value.items) {
      if (name.is_text() && names_parameters(name.text))
        group.parameters.push_back(name.text);
      else
        refuse_parameter(name, "in the group " + quoted(item.key), reader.problems());
    }
    if (!list)
      reader.problems().add(item.value.place, "the group " + quoted(item.key) + " has no parameters", "",
                            "write " + item.key + " = [\"utility\"]");
    groups.push_back(std::move(group));
  }
  return groups;
}

void read_policy_population(const TableReader& reader, PolicyQuestion& question) {
  const TomlEntry* entry = reader.entry("population");
  if (!entry) return;
  const TableReader table(entry->value, policy_population_section, reader.problems());
  question.population = PolicyPopulation{table.number("per_year").value_or(0), table.number("uptake").value_or(1),
                                         table.number("years").value_or(1)};
}

void read_budget(const TableReader& reader, const Study& study, PolicyQuestion& question) {
  const TomlEntry* entry = reader.entry("budget");
  if (!entry) return;
  const TableReader table(entry->value, budget_section, reader.problems());
  if (!entry->value.is_table()) return;
  BudgetQuestion budget;
  budget.years = static_cast<int>(table.integer("years").value_or(1));
  budget.births_per_year = table.number("births_per_year").value_or(0);
  budget.prevalence_per_1000 = table.number("prevalence_per_1000").value_or(0);
  budget.eligible_share = table.number("eligible_share").value_or(1);
  if (const auto ages = table.pair("age_years")) {
    budget.from_age_years = ages->first;
    budget.to_age_years = ages->second;
  }
  budget.backlog = table.number("backlog");
  budget.uptake = table.numbers("uptake").value_or(std::vector<double>());
  budget.capacity = table.numbers("capacity").value_or(std::vector<double>());
  budget.before = read_mix(table, "before", study);
  budget.after = read_mix(table, "after", study);
  if (const TomlEntry* retreatment = table.entry("retreatment")) {
    const auto& items = retreatment->value.items;
    const bool pair = items.size() == 2;
    const double years = pair ? finite_number(items[0]).value_or(0) : 0;
    const double share = pair ? finite_number(items[1]).value_or(-1) : -1;
    const bool cells = any_with_cells(budget.before, study) || any_with_cells(budget.after, study);
    if (!(years >= 1) || years != std::floor(years) || !(share >= 0 && share <= 1)) {
      table.refuse("retreatment", "\"retreatment\" must be [years, share]",
                   "a budget knows whole years, at least one, and a share from 0 to 1", "write retreatment = [2, 0.3]");
    } else if (years >= budget.years) {
      table.refuse("retreatment", "\"retreatment\" has no effect",
                   fmt::format("nobody comes back within {} years", budget.years), "remove it, or look at more years");
    } else if (!cells) {
      table.refuse("retreatment", "\"retreatment\" has no effect", "no strategy of the two mixes has cells",
                   "remove it");
    } else {
      budget.retreat_after_years = years;
      budget.retreat_share = share;
    }
  }
  for (const auto& [key, values] : {std::pair("uptake", &budget.uptake), std::pair("capacity", &budget.capacity)})
    if (std::ssize(*values) > budget.years)
      table.refuse(key, fmt::format("{} has values that have no effect", quoted(key)),
                   fmt::format("{} values for {} years", values->size(), budget.years), "remove them");
  if (budget.years > question.horizon_years && question.horizon_years > 0)
    table.refuse("years", "the budget looks beyond the horizon", "a child's yearly costs are known up to it",
                 "make horizon_years longer");
  question.budget = budget;
}

}  // namespace vcohort
