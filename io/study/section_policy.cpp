#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "engine/study/policy_names.hpp"
#include "engine/study/size.hpp"
#include "engine/therapy/therapy.hpp"
#include "io/study/number_text.hpp"
#include "io/study/policy_sections.hpp"
#include "io/study/suggestion.hpp"

namespace vcohort {

namespace {

constexpr double most_draws = 1e6;
constexpr double longest_horizon = 100;
constexpr double longest_months = static_cast<double>(largest_occasion) / days_per_month;
constexpr double most_money = 1e12;
constexpr std::size_t most_thresholds = 5;
constexpr double most_steps = 10'000;

constexpr std::array<std::string_view, 2> price_names = {"fixed", "uncertain"};

constexpr std::array<KeySpec, 24> keys = {{
    {.name = "reference",
     .form = "name of a strategy",
     .required = true,
     .meaning = "The strategy that increments are taken against.",
     .example = "\"rehabilitation\""},
    {.name = "parameter_draws",
     .type = KeyType::integer,
     .fallback = "1000",
     .range = {2, most_draws},
     .meaning = "Draws of the uncertain parameters (probabilistic sensitivity analysis). [policy] always draws them, "
                "whatever `parameters` says.",
     .example = "1_000"},
    {.name = "patients_per_draw",
     .type = KeyType::integer,
     .fallback = "1000",
     .range = {2, 1e9},
     .meaning = "Patients of each draw, the same under every strategy.",
     .example = "1_000"},
    {.name = "horizon_years",
     .type = KeyType::number,
     .unit = "years",
     .required = true,
     .range = {.low = 0, .high = longest_horizon, .low_excluded = true},
     .meaning = "For how long money and health are counted, from baseline.",
     .example = "10"},
    {.name = "discount",
     .type = KeyType::table,
     .form = "rates",
     .required = true,
     .meaning = "Annual discount rates.",
     .example = "{ costs = 0.03, effects = 0.03 }"},
    {.name = "timing",
     .fallback = "\"mid\"",
     .choices = timing_names,
     .meaning =
         "Where in its yearly cycle a flow is counted and discounted; `continuous` integrates the discount factor. "
         "Infusions and adverse events count when they happen.",
     .example = "\"trapezoid\""},
    {.name = "currency",
     .required = true,
     .meaning = "Of every amount in the result: that of the evidence, or another with `exchange_rate`.",
     .example = "\"USD\""},
    {.name = "price_year",
     .type = KeyType::integer,
     .required = true,
     .range = {1900, 2200},
     .meaning = "The year of the prices: that of the evidence, or another with `exchange_rate`.",
     .example = "2025"},
    {.name = "exchange_rate",
     .type = KeyType::table,
     .form = "factor and source",
     .meaning = "Turns the evidence's money into the study's; required where currency or price year differ, refused "
                "where both agree.",
     .example = "{ factor = 0.92, source = \"ECB, mean of 2025\" }"},
    {.name = "perspective",
     .fallback = "\"health-system\"",
     .choices = perspective_names,
     .meaning = "`societal` adds travel, carers' time and informal care.",
     .example = "\"societal\""},
    {.name = "utility",
     .fallback = "\"hui3\"",
     .choices = utility_set_names,
     .meaning = "Which of the evidence's sets of utilities is used.",
     .example = "\"tto\""},
    {.name = "effect",
     .fallback = "\"qaly\"",
     .choices = policy_effect_names,
     .meaning = "What is gained: discounted `qaly`; points of `gmfm66` at a visit; or whether the child is a "
                "`responder` there: at least the MCID of its level above its twin without cells.",
     .example = "\"gmfm66\""},
    {.name = "visit_months",
     .type = KeyType::number,
     .unit = "months",
     .range = {.low = 0, .high = longest_months, .low_excluded = true},
     .meaning = "When such an effect is taken; required unless the effect is `qaly`. It is not discounted.",
     .example = "12"},
    {.name = "extrapolation",
     .type = KeyType::table,
     .form = "extrapolation",
     .meaning = "What becomes of the effect beyond follow-up; without it the evidence's own waning goes on.",
     .example = "{ after_months = 24, rule = \"wane\", half_life_months = 24 }"},
    {.name = "care_follows_motor",
     .type = KeyType::boolean,
     .fallback = "false",
     .meaning = "Whether the annual cost of care falls as motor function rises (an assumption).",
     .example = "true"},
    {.name = "prices",
     .fallback = "\"fixed\"",
     .choices = price_names,
     .meaning = "Whether prices are drawn like other parameters (`uncertain`); a price is decided, not discovered, and "
                "`fixed` gives every draw its value.",
     .example = "\"uncertain\""},
    {.name = "willingness_to_pay",
     .type = KeyType::other,
     .form = "range, or list of numbers",
     .required = true,
     .range = {0, most_money},
     .meaning = "Money per unit of effect at which decisions are looked at: a range, or a list as [20_000, 30_000].",
     .example = "{ from = 0, to = 200_000, step = 5_000 }"},
    {.name = "thresholds",
     .type = KeyType::list_of_numbers,
     .range = {0, most_money},
     .meaning =
         "Willingness to pay at which decisions by stratum and the value of individual care are reported, at most "
         "five; the first leads. Without it, the middle of the range or list.",
     .example = "[50_000, 100_000]"},
    {.name = "cost",
     .type = KeyType::other,
     .form = "list of tables",
     .meaning = "[[policy.cost]]: what the study knows better than the evidence about a strategy's cost.",
     .example = "[{ strategy = \"one IV infusion\", cost_per_infusion = 9_000, source = \"tariff\" }]"},
    {.name = "evppi",
     .type = KeyType::table,
     .form = "table of lists of parameters",
     .meaning = "Groups of parameters whose value of information is estimated together. A name may be the beginning of "
                "several, up to a dot. Without it, a group for each kind of parameter; never prices.",
     .example = "{ effect = [\"effect\", \"delivery\"], utilities = [\"utility\"] }"},
    {.name = "population",
     .type = KeyType::table,
     .form = "population",
     .meaning = "Whom the decision concerns, for the value of information of a population.",
     .example = "{ per_year = 500, uptake = 0.4, years = 10 }"},
    {.name = "research",
     .type = KeyType::table,
     .form = "research",
     .meaning = "Asks whether the trial of [trial] is worth its cost.",
     .example = "{ cost_fixed = 400_000, cost_per_patient = 6_000, source = \"budget of the grant\" }"},
    {.name = "budget",
     .type = KeyType::table,
     .form = "budget",
     .meaning = "Asks for the budget impact of a new mix of strategies.",
     .example = "{ births_per_year = 90_000, prevalence_per_1000 = 1.6, age_years = [2, 8], uptake = [0.1], before = { "
                "rehabilitation = 1 }, after = { \"one IV infusion\" = 1 } }"},
    {.name = "sensitivity",
     .type = KeyType::table,
     .form = "sensitivity",
     .meaning = "Asks how much the decision depends on single parameters.",
     .example = "{ threshold = [{ parameter = \"price.product.MSC\" }] }"},
}};

constexpr Range rate_range = {.low = 0, .high = 1, .high_excluded = true};

constexpr std::array<KeySpec, 2> discount_keys = {{
    {.name = "costs",
     .type = KeyType::number,
     .unit = "per year",
     .required = true,
     .range = rate_range,
     .meaning = "Of money.",
     .example = "0.03"},
    {.name = "effects",
     .type = KeyType::number,
     .unit = "per year",
     .required = true,
     .range = rate_range,
     .meaning = "Of QALYs.",
     .example = "0.03"},
}};

constexpr std::array<KeySpec, 2> exchange_keys = {{
    {.name = "factor",
     .type = KeyType::number,
     .required = true,
     .range = {.low = 0, .high = most_money, .low_excluded = true},
     .meaning = "Money of the study for one unit of the evidence's.",
     .example = "0.92"},
    {.name = "source", .required = true, .meaning = "Where it comes from.", .example = "\"ECB, mean of 2025\""},
}};

constexpr std::array<KeySpec, 3> extrapolation_keys = {{
    {.name = "after_months",
     .type = KeyType::number,
     .unit = "months",
     .required = true,
     .range = {.low = 0, .high = longest_months, .low_excluded = true},
     .meaning = "Follow-up that is believed, since the last infusion.",
     .example = "24"},
    {.name = "rule",
     .required = true,
     .choices = extrapolation_names,
     .meaning = "`model`: the evidence's own waning goes on; `wane`: the effect halves every half-life; `hold`: it "
                "stays; `stop`: it is gone.",
     .example = "\"wane\""},
    {.name = "half_life_months",
     .type = KeyType::number,
     .unit = "months",
     .range = {.low = 0, .high = longest_months, .low_excluded = true},
     .meaning = "Of `wane`.",
     .example = "24"},
}};

constexpr std::array<KeySpec, 3> willingness_keys = {{
    {.name = "from",
     .type = KeyType::number,
     .fallback = "0",
     .range = {0, most_money},
     .meaning = "The lowest.",
     .example = "0"},
    {.name = "to",
     .type = KeyType::number,
     .required = true,
     .range = {.low = 0, .high = most_money, .low_excluded = true},
     .meaning = "The highest.",
     .example = "200_000"},
    {.name = "step",
     .type = KeyType::number,
     .required = true,
     .range = {.low = 0, .high = most_money, .low_excluded = true},
     .meaning = "From one to the next; at most 10,000 steps.",
     .example = "5_000"},
}};

void read_discount(const TableReader& reader, PolicyQuestion& question) {
  const TomlEntry* entry = reader.entry("discount");
  if (!entry) return;
  const TableReader discount(entry->value, discount_section, reader.problems());
  question.discount_costs = discount.number("costs").value_or(0);
  question.discount_effects = discount.number("effects").value_or(0);
}

void read_money(const TableReader& reader, PolicyQuestion& question) {
  question.currency = reader.text("currency").value_or("");
  question.price_year = static_cast<int>(reader.integer("price_year").value_or(0));
  const TomlEntry* entry = reader.entry("exchange_rate");
  if (!entry) return;
  const TableReader exchange(entry->value, exchange_section, reader.problems());
  question.exchange_rate = exchange.number("factor");
  question.exchange_source = exchange.text("source").value_or("");
}

void read_effect(const TableReader& reader, PolicyQuestion& question) {
  question.effect = static_cast<PolicyEffect>(reader.choice("effect").value_or(0));
  question.utility = static_cast<UtilitySet>(reader.choice("utility").value_or(0));
  question.visit_months = reader.number("visit_months").value_or(0);
  const bool at_visit = question.effect != PolicyEffect::qaly;
  if (at_visit && !reader.has("visit_months"))
    reader.problems().add(reader.place("effect"), "\"visit_months\" is missing",
                          fmt::format("{} is taken at a visit", name_of(question.effect)), "write visit_months = 12");
  if (!at_visit && reader.has("visit_months"))
    reader.problems().add(reader.entry("visit_months")->place, "\"visit_months\" has no effect",
                          "QALYs are counted over the horizon", "remove it");
  if (question.visit_months > 12 * question.horizon_years && question.horizon_years > 0)
    reader.refuse("visit_months", "the visit lies beyond the horizon",
                  fmt::format("{} months after {} years", number_text(question.visit_months),
                              number_text(question.horizon_years)),
                  "make the horizon longer");
}

void read_extrapolation(const TableReader& reader, PolicyQuestion& question) {
  const TomlEntry* entry = reader.entry("extrapolation");
  if (!entry) return;
  const TableReader table(entry->value, extrapolation_section, reader.problems());
  question.extrapolate_after_months = table.number("after_months").value_or(0);
  question.extrapolation = static_cast<Extrapolation>(table.choice("rule").value_or(0));
  question.half_life_months = table.number("half_life_months").value_or(0);
  const bool wanes = question.extrapolation == Extrapolation::wane;
  if (wanes && !table.has("half_life_months"))
    table.refuse("rule", "\"half_life_months\" is missing", "the effect wanes", "write half_life_months = 24");
  if (!wanes && table.has("half_life_months"))
    table.refuse("half_life_months", "\"half_life_months\" has no effect", "only the rule wane has one", "remove it");
}

/// [20_000, 30_000]
void read_willingness_list(const TableReader& reader, const TomlValue& list, PolicyQuestion& question) {
  std::vector<double>& values = question.willingness_values;
  for (const TomlValue& item : list.items) {
    const std::optional<double> value = finite_number(item);
    if (value && reader.declared("willingness_to_pay").range.contains(*value))
      values.push_back(*value);
    else
      reader.problems().add(item.place, "a willingness to pay is impossible",
                            fmt::format("it must be a number from 0 to {}", number_text(most_money)), "correct it");
  }
  std::sort(values.begin(), values.end());
  if (std::adjacent_find(values.begin(), values.end()) != values.end())
    reader.refuse("willingness_to_pay", "a willingness to pay is listed twice", "", "remove one");
  if (list.items.empty() || std::ssize(list.items) > static_cast<std::ptrdiff_t>(most_steps))
    reader.refuse("willingness_to_pay", fmt::format("{} values of willingness to pay", list.items.size()),
                  "1 to 10,000 are allowed", "write [20_000, 30_000], or { from = 0, to = 200_000, step = 5_000 }");
}

void read_willingness(const TableReader& reader, PolicyQuestion& question) {
  const TomlEntry* entry = reader.entry("willingness_to_pay");
  if (entry && entry->value.is_array()) {
    read_willingness_list(reader, entry->value, question);
  } else if (entry) {
    const TableReader range(entry->value, willingness_section, reader.problems());
    question.willingness_from = range.number("from").value_or(0);
    question.willingness_to = range.number("to").value_or(0);
    question.willingness_step = range.number("step").value_or(0);
    if (range.has("to") && range.has("step")) {
      const double width = question.willingness_to - question.willingness_from;
      if (!(width > 0)) {
        range.refuse("to", "the range of the willingness to pay is empty", "\"to\" must be above \"from\"", "");
      } else if (question.willingness_step > 0 && width / question.willingness_step > most_steps) {
        range.refuse("step", "the willingness to pay has too many steps",
                     number_text(std::floor(width / question.willingness_step)), "at most 10,000 are allowed");
      }
    }
  }
  question.thresholds = reader.numbers("thresholds").value_or(std::vector<double>());
  if (question.thresholds.size() > most_thresholds)
    reader.refuse("thresholds", fmt::format("{} thresholds are too many", question.thresholds.size()),
                  "each is reported by stratum", "name at most five");
  for (std::size_t k = 0; k < question.thresholds.size(); ++k)
    if (std::count(question.thresholds.begin(), question.thresholds.end(), question.thresholds[k]) > 1) {
      reader.refuse("thresholds", "a threshold is listed twice", number_text(question.thresholds[k]), "remove one");
      break;
    }
  const std::vector<double>& listed = question.willingness_values;
  if (question.thresholds.empty())
    question.thresholds.push_back(listed.empty() ? (question.willingness_from + question.willingness_to) / 2
                                                 : listed[(listed.size() - 1) / 2]);
}

}  // namespace

const SectionSpec policy_section = {
    .name = "policy",
    .heading = "[policy]",
    .meaning = "Asks question 3: which scheme, for whom, at what price, and how sure.",
    .keys = keys,
};
const SectionSpec discount_section = {
    .name = "discount", .heading = "policy.discount", .meaning = "Annual discount rates.", .keys = discount_keys};
const SectionSpec exchange_section = {.name = "exchange_rate",
                                      .heading = "policy.exchange_rate",
                                      .meaning = "How the evidence's money becomes the study's.",
                                      .keys = exchange_keys};
const SectionSpec extrapolation_section = {.name = "extrapolation",
                                           .heading = "policy.extrapolation",
                                           .meaning = "The effect beyond follow-up, an explicit assumption.",
                                           .keys = extrapolation_keys};
const SectionSpec willingness_section = {.name = "willingness_to_pay",
                                         .heading = "policy.willingness_to_pay",
                                         .meaning = "Money per unit of effect.",
                                         .keys = willingness_keys};

std::optional<int> strategy_called(const TableReader& reader, std::string_view key, const Study& study) {
  const auto name = reader.text(key);
  if (!name) return std::nullopt;
  std::vector<std::string_view> names;
  for (const Strategy& strategy : study.strategies) names.push_back(strategy.name);
  const auto found = std::find(names.begin(), names.end(), *name);
  if (found != names.end()) return static_cast<int>(found - names.begin());
  reader.refuse(key, "there is no strategy " + quoted(*name), "in this study", did_you_mean(*name, names));
  return std::nullopt;
}

/// A strategy whose infusions lie beyond the horizon would be compared as if it were free and did nothing.
void require_infusions_within_horizon(const StudyContext& context, const PolicyQuestion& question) {
  constexpr double months_per_year = 12;
  const double horizon_months = question.horizon_years * months_per_year;
  if (!(horizon_months > 0)) return;
  for (std::size_t index = 0; index < context.study.strategies.size(); ++index) {
    const Strategy& strategy = context.study.strategies[index];
    if (!strategy.cells) continue;
    const double last = infusion_months(strategy.regimen).back();
    if (last < horizon_months) continue;
    context.problems.add(
        index < context.places.strategies.size() ? context.places.strategies[index].pair : context.places.policy,
        fmt::format("{} has infusions beyond the horizon of [policy]", quoted(strategy.name)),
        fmt::format("the last one is {} months after baseline, the horizon {}", number_text(last),
                    number_text(horizon_months)),
        "make horizon_years longer, or the regimen shorter");
  }
}

/// Prices are no uncertainty that research could remove.
void require_groups_without_prices(const TableReader& reader, const PolicyQuestion& question) {
  for (const EvppiGroup& group : question.evppi)
    for (const std::string& name : group.parameters)
      if (names_prices_alone(name))
        reader.refuse("evppi", fmt::format("the value of knowing {} cannot be computed", quoted(name)),
                      fmt::format("in the group {}: a price is decided, not discovered", quoted(group.name)),
                      "remove it; [policy.sensitivity] moves prices");
}

void read_policy(const TomlValue& table, StudyContext& context) {
  const TableReader reader(table, policy_section, context.problems);
  context.places.policy = table.place;
  if (!table.is_table()) return;
  PolicyQuestion question;
  question.reference = strategy_called(reader, "reference", context.study).value_or(0);
  question.parameter_draws = reader.integer("parameter_draws").value_or(0);
  question.patients_per_draw = reader.integer("patients_per_draw").value_or(0);
  question.horizon_years = reader.number("horizon_years").value_or(0);
  question.timing = static_cast<FlowTiming>(reader.choice("timing").value_or(0));
  question.perspective = static_cast<Perspective>(reader.choice("perspective").value_or(0));
  question.care_follows_motor = reader.boolean("care_follows_motor").value_or(false);
  question.uncertain_prices = reader.choice("prices").value_or(0) == 1;
  read_discount(reader, question);
  read_money(reader, question);
  read_effect(reader, question);
  read_extrapolation(reader, question);
  read_willingness(reader, question);
  read_policy_costs(reader, context.study, question);
  require_costs_of_choices(reader, context.study, question);
  question.evppi = read_parameter_groups(reader, "evppi");
  require_groups_without_prices(reader, question);
  require_infusions_within_horizon(context, question);
  read_sensitivity(reader, question);
  read_policy_population(reader, question);
  read_policy_research(reader, context.study, question);
  read_budget(reader, context.study, question);
  context.study.policy = question;
}

}  // namespace vcohort
