#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <set>

#include "engine/evidence/registry.hpp"
#include "engine/study/policy_names.hpp"
#include "io/study/policy_sections.hpp"
#include "io/study/suggestion.hpp"

namespace vcohort {

namespace {

constexpr double most_children = 1e12;
constexpr double most_years = 10;
constexpr double longest_delay = 240;
constexpr KeySpec money = {.unit = "currency", .range = {0, most_money}};

constexpr std::array<KeySpec, 6> cost_keys = {{
    strategy<&StrategyCost::strategy>("strategy", {.required = true}, "Whose cost it is.", "\"one IV infusion\""),
    field<&StrategyCost::per_infusion>("cost_per_infusion", money, "Replaces product and procedure of each infusion.",
                                       "9_000"),
    field<&StrategyCost::once>(
        "cost_once", money,
        "Replaces the preparation before the first infusion. Of a strategy that is chosen by a marker: what the "
        "measurement costs, beside what the chosen strategy costs; required there.",
        "2_000"),
    field<&StrategyCost::per_visit>("cost_per_visit", money,
                                    "Replaces the cost of a visit that the treatment asks for.", "120"),
    field<&StrategyCost::visits_per_infusion>("visits_per_infusion", {.range = {0, 100}},
                                              "Replaces the number of visits that each infusion asks for.", "2"),
    field<&StrategyCost::source>("source", {.required = true}, "Why.", "\"hospital tariff 2025\""),
}};

constexpr std::array<KeySpec, 3> population_keys = {{
    field<&PolicyPopulation::per_year>(
        "per_year", {.unit = "children per year", .range = above(0, most_children), .required = true},
        "Children who face the decision each year.", "500"),
    field<&PolicyPopulation::uptake>("uptake", {.range = above(0, 1)}, "Share of them who follow it.", "0.4"),
    field<&PolicyPopulation::years>(
        "years", {.unit = "years", .range = above(0, 100)},
        "For which the decision stands; later children count less, by the discount rate of costs.", "10"),
}};

constexpr std::array<KeySpec, 5> research_keys = {{
    field<&ResearchQuestion::cost_fixed>("cost_fixed", {.unit = "currency", .range = {0, most_money}, .required = true},
                                         "What running the trial costs however many children it has.", "400_000"),
    field<&ResearchQuestion::cost_per_patient>(
        "cost_per_patient", {.unit = "currency", .range = {0, most_money}, .required = true},
        "What running it costs for each child: recruitment, visits, monitoring. The strategies themselves are priced "
        "by "
        "[policy].",
        "6_000"),
    field<&ResearchQuestion::source>("source", {.required = true}, "Where these costs come from.",
                                     "\"budget of the grant\""),
    field<&ResearchQuestion::delay_months>(
        "delay_months", {.unit = "months", .range = {0, longest_delay}},
        "Set-up and reporting, added to accrual and follow-up: children who decide before the end of all four gain "
        "nothing from the trial.",
        "12"),
    field<&ResearchQuestion::method>(
        "method", {},
        "How the net benefit after a trial is found: `regression` on the estimates of simulated trials, or "
        "`reweighting` of the draws by the likelihood of each estimate, to check it by.",
        "\"reweighting\""),
}};

/// A share, or a list of them by year; empty where it is neither.
std::vector<double> shares_of(const TomlValue& value, const Range& range) {
  std::vector<double> shares;
  const auto add = [&](const TomlValue& item) {
    const std::optional<double> share = finite_number(item);
    if (share && range.contains(*share)) shares.push_back(*share);
  };
  if (!value.is_array()) {
    add(value);
    return shares;
  }
  for (const TomlValue& item : value.items) add(item);
  return shares.size() == value.items.size() ? shares : std::vector<double>();
}

std::vector<MixShare> mix_at(const KeyAt& at, const BudgetQuestion& budget) {
  const std::string_view key = at.key.name;
  std::vector<MixShare> mix;
  std::size_t years = 0;
  if (!at.value().is_table()) return mix;
  std::vector<std::string_view> names;
  for (const Strategy& strategy : at.scope.study->strategies) names.push_back(strategy.name);
  const auto looked_at = static_cast<std::size_t>(budget.years);
  for (const TomlEntry& item : at.value().entries) {
    const auto found = std::find(names.begin(), names.end(), item.key);
    const std::vector<double> shares = shares_of(item.value, at.key.range);
    if (found == names.end()) {
      at.problems().add(item.place, "there is no strategy " + quoted(item.key), fmt::format("in \"{}\"", key),
                        did_you_mean(item.key, names));
    } else if (shares.empty()) {
      at.problems().add(item.value.place, fmt::format("the share of {} is impossible", quoted(item.key)),
                        "it must be a number from 0 to 1, or a list of them by year", "");
    } else if (shares.size() > looked_at) {
      at.problems().add(item.value.place,
                        fmt::format("the shares of {} are of more years than are looked at", quoted(item.key)),
                        fmt::format("years = {}", looked_at), "remove some, or look at more years");
    } else {
      mix.push_back({static_cast<int>(found - names.begin()), shares});
      years = std::max(years, shares.size());
    }
  }
  if (mix.size() < at.value().entries.size()) return mix;
  constexpr double rounding = 1e-9;  // sums of printed digits
  for (std::size_t year = 0; year < years; ++year) {
    double sum = 0;
    for (const MixShare& part : mix) sum += part.shares[std::min(year, part.shares.size() - 1)];
    if (sum >= 1 - rounding && sum <= 1 + rounding) continue;
    at.refuse(fmt::format("the shares of \"{}\" sum to {}{}", key, number_text(sum),
                          years > 1 ? fmt::format(" in year {}", year + 1) : ""),
              "every child gets one", "make them sum to 1");
    break;
  }
  return mix;
}

template <auto Mix>
void read_mix(const KeyAt& at, BudgetQuestion& budget) {
  budget.*Mix = mix_at(at, budget);
}

template <auto Mix>
std::string write_mix(const BudgetQuestion& budget, const Scope& scope) {
  std::vector<std::string> shares;
  for (const MixShare& part : budget.*Mix)
    shares.push_back(
        fmt::format("{} = {}", toml_text(scope.study->strategies.at(static_cast<std::size_t>(part.strategy)).name),
                    part.shares.size() == 1 ? number_text(part.shares.front()) : number_list(part.shares)));
  return fmt::format("{{ {} }}", fmt::join(shares, ", "));
}

template <auto Mix>
constexpr KeySpec mix(std::string_view name, std::string_view meaning, std::string_view example) {
  return custom<read_mix<Mix>, write_mix<Mix>>(
      name, KeyType::table, {.form = "table of shares", .range = {0, 1}, .required = true}, meaning, example);
}

void read_ages(const KeyAt& at, BudgetQuestion& budget) {
  Interval ages;
  read_value(at, ages);
  budget.from_age_years = ages.low;
  budget.to_age_years = ages.high;
}

std::string write_ages(const KeySpec& key, const BudgetQuestion& budget, const Scope&) {
  return write_value(key, Interval{budget.from_age_years, budget.to_age_years});
}

bool any_with_cells(const std::vector<MixShare>& mix, const Study& study) {
  return std::any_of(mix.begin(), mix.end(), [&](const MixShare& part) {
    const Strategy& strategy = study.strategies[static_cast<std::size_t>(part.strategy)];
    const bool occurs = std::any_of(part.shares.begin(), part.shares.end(), [](double share) { return share > 0; });
    return occurs && (strategy.cells || strategy.choice);
  });
}

void read_retreatment(const KeyAt& at, BudgetQuestion& budget) {
  const std::vector<TomlValue>& items = at.value().items;
  const bool pair = items.size() == 2;
  const double years = pair ? finite_number(items[0]).value_or(0) : 0;
  const double share = pair ? finite_number(items[1]).value_or(-1) : -1;
  const Study& study = *at.scope.study;
  if (!(years >= 1) || years != std::floor(years) || !(share >= 0 && share <= 1)) {
    at.refuse("\"retreatment\" must be [years, share]",
              "a budget knows whole years, at least one, and a share from 0 to 1", "write retreatment = [2, 0.3]");
  } else if (years >= budget.years) {
    at.refuse("\"retreatment\" has no effect", fmt::format("nobody comes back within {} years", budget.years),
              "remove it, or look at more years");
  } else if (!any_with_cells(budget.before, study) && !any_with_cells(budget.after, study)) {
    at.refuse("\"retreatment\" has no effect", "no strategy of the two mixes has cells", "remove it");
  } else {
    budget.retreat_after_years = years;
    budget.retreat_share = share;
  }
}

void check_years(const KeyAt& at, const BudgetQuestion& budget) {
  const std::vector<double>& values = at.key.name == "uptake" ? budget.uptake : budget.capacity;
  if (std::ssize(values) > budget.years)
    at.refuse(fmt::format("{} has values that have no effect", quoted(at.key.name)),
              fmt::format("{} values for {} years", values.size(), budget.years), "remove them");
}

std::string write_retreatment(const BudgetQuestion& budget, const Scope&) {
  return budget.retreat_after_years ? number_list({*budget.retreat_after_years, budget.retreat_share}) : std::string();
}

constexpr std::array<KeySpec, 11> budget_keys = {{
    field<&BudgetQuestion::years>("years", {.unit = "years", .range = {1, most_years}},
                                  "How many budgets are looked at.", "5"),
    field<&BudgetQuestion::births_per_year>("births_per_year",
                                            {.unit = "children", .range = above(0, most_children), .required = true},
                                            "Live births.", "100_000"),
    field<&BudgetQuestion::prevalence_per_1000>(
        "prevalence_per_1000", {.range = above(0, 1000), .required = true},
        "Children with cerebral palsy per 1,000 live births (1.6 in high-income countries: McIntyre 2022).", "1.6"),
    field<&BudgetQuestion::eligible_share>("eligible_share", {.range = above(0, 1)}, "Share of them who are eligible.",
                                           "0.6"),
    custom<read_ages, write_ages>(
        "age_years", KeyType::pair_of_numbers, {.unit = "years", .range = {0, 100}, .required = true},
        "Children become eligible at the first age and are too old from the second on.", "[1, 6]"),
    field<&BudgetQuestion::uptake>(
        "uptake", {.range = {0, 1}, .required = true, .check = checked<check_years>},
        "Share of the waiting children who ask for treatment in each year; the last one goes on.", "[0.1, 0.2, 0.3]"),
    mix<&BudgetQuestion::before>(
        "before",
        "The mix of strategies among children whose turn it is, as it is now. A share may be a "
        "list by year; the last one goes on.",
        "{ rehabilitation = 1 }"),
    mix<&BudgetQuestion::after>("after", "The mix that comes.",
                                "{ rehabilitation = [0.9, 0.6, 0.3], \"one IV infusion\" = [0.1, 0.4, 0.7] }"),
    field<&BudgetQuestion::backlog>(
        "backlog", {.unit = "children", .range = {0, most_children}},
        "Eligible children who are there when the new mix comes; without it, those born in the years between the two "
        "ages who are alive.",
        "400"),
    field<&BudgetQuestion::capacity>(
        "capacity", {.unit = "children per year", .range = {0, most_children}, .check = checked<check_years>},
        "Children who can be treated in each year; the last one goes on. The others wait. Without it, all can.",
        "[50, 100, 200]"),
    custom<read_retreatment, write_retreatment>(
        "retreatment", KeyType::other, {.form = "[years, share]", .range = {0, 100}},
        "After so many whole years a child that was treated with cells comes back, with this probability.", "[2, 0.3]"),
}};

}  // namespace

const SectionSpec policy_cost_section = section<StrategyCost>(
    "cost", "[[policy.cost]]",
    "What the study knows better than the evidence about the cost of one strategy, in the study's currency.",
    cost_keys);
const SectionSpec policy_population_section =
    section<PolicyPopulation>("population", "policy.population", "Whom a decision concerns.", population_keys);
const SectionSpec policy_research_section =
    section<ResearchQuestion>("research", "[policy.research]",
                              "Asks whether the trial of [trial] is worth its cost, and at which of its sample sizes: "
                              "one trial is simulated under "
                              "every parameter draw. Its arms are strategies of the study; population is required.",
                              research_keys);
const SectionSpec budget_section =
    section<BudgetQuestion>("budget", "[policy.budget]",
                            "What a payer spends in the next years when a new mix of strategies comes.", budget_keys);

namespace {

/// The costs were read as they stand in the list; one that names no strategy was refused.
void check_costs(const TableReader& reader, const Study& study, const PolicyQuestion& question) {
  std::set<int> seen;
  for (std::size_t k = 0; k < question.costs.size(); ++k) {
    const StrategyCost& cost = question.costs[k];
    const TomlEntry* name = reader.entry("cost")->value.items[k].find("strategy");
    const Strategy& whose = study.strategies.at(static_cast<std::size_t>(cost.strategy));
    if (!name || whose.name != name->value.text) continue;
    const auto refuse = [&](std::string_view problem, std::string_view why, std::string_view what_to_do) {
      reader.problems().add(name->value.place, problem, why, what_to_do);
    };
    if (!seen.insert(cost.strategy).second)
      refuse("the strategy has two costs", "one would be lost", "put them into one table");
    if (!whose.cells && !whose.choice)
      refuse("the strategy has no infusions", "it is rehabilitation alone", "remove its cost");
    if (whose.choice && (cost.per_infusion || cost.per_visit || cost.visits_per_infusion))
      refuse("a choice has no infusions of its own", "it costs what the chosen strategy costs",
             "give its measurement as cost_once, and the rest to the strategies that it chooses from");
  }
}

/// A measurement has a cost, which no evidence knows.
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

}  // namespace

void check_policy_costs(const TableReader& reader, const Study& study, const PolicyQuestion& question) {
  if (!study.strategies.empty()) check_costs(reader, study, question);
  require_costs_of_choices(reader, study, question);
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

std::vector<EvppiGroup> read_parameter_groups(const KeyAt& at) {
  const std::string_view key = at.key.name;
  std::vector<EvppiGroup> groups;
  if (!at.value().is_table()) {
    at.refuse(quoted(key) + " must be a table of lists of parameters", "each group has a name",
              fmt::format("write {} = {{ utilities = [\"utility\"] }}", key));
    return groups;
  }
  for (const TomlEntry& item : at.value().entries) {
    EvppiGroup group{item.key, {}};
    const bool list = item.value.is_array() && !item.value.items.empty();
    for (const TomlValue& name : item.value.items) {
      if (name.is_text() && names_parameters(name.text))
        group.parameters.push_back(name.text);
      else
        refuse_parameter(name, "in the group " + quoted(item.key), at.problems());
    }
    if (!list)
      at.problems().add(item.value.place, "the group " + quoted(item.key) + " has no parameters", "",
                        "write " + item.key + " = [\"utility\"]");
    groups.push_back(std::move(group));
  }
  return groups;
}

void write_parameter_groups(const std::vector<EvppiGroup>& groups, const std::string& path, std::string& text) {
  if (!groups.empty()) text += fmt::format("\n[{}]\n", path);
  for (const EvppiGroup& group : groups)
    text += fmt::format("{} = {}\n", toml_text(group.name), text_list(group.parameters));
}

}  // namespace vcohort
