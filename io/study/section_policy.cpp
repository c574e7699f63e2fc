#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "engine/study/policy_names.hpp"
#include "io/study/policy_sections.hpp"

namespace vcohort {

namespace {

constexpr double most_draws = 1e6;
constexpr double longest_horizon = 100;
constexpr double longest_months = static_cast<double>(largest_occasion) / days_per_month;
constexpr std::size_t most_thresholds = 5;
constexpr double most_steps = 10'000;

constexpr std::array<std::string_view, 2> price_names = {"fixed", "uncertain"};

Use visit_use(const KeySpec&, const PolicyQuestion& question, const Scope&) {
  if (question.effect == PolicyEffect::qaly) return Use::none("QALYs are counted over the horizon");
  return Use::required(fmt::format("{} is taken at a visit", name_of(question.effect)), "effect");
}

void check_visit(const KeyAt& at, const PolicyQuestion& question) {
  if (question.horizon_years == 0 || question.visit_months <= 12 * question.horizon_years) return;
  at.refuse(
      "the visit lies beyond the horizon",
      fmt::format("{} months after {} years", number_text(question.visit_months), number_text(question.horizon_years)),
      "make the horizon longer");
}

/// [20_000, 30_000], or a range.
void read_willingness(const KeyAt& at, PolicyQuestion& question) {
  const TomlValue& list = at.value();
  if (!list.is_array()) {
    const TableReader range(list, willingness_section, at.problems());
    if (list.is_table()) fill(range, question, at.scope);
    return;
  }
  std::vector<double>& values = question.willingness_values;
  for (const TomlValue& item : list.items) {
    const std::optional<double> value = finite_number(item);
    if (value && at.key.range.contains(*value))
      values.push_back(*value);
    else
      at.problems().add(item.place, "a willingness to pay is impossible",
                        fmt::format("it must be a number from 0 to {}", number_text(most_money)), "correct it");
  }
  std::sort(values.begin(), values.end());
  if (std::adjacent_find(values.begin(), values.end()) != values.end())
    at.refuse("a willingness to pay is listed twice", "", "remove one");
  if (list.items.empty() || std::ssize(list.items) > static_cast<std::ptrdiff_t>(most_steps))
    at.refuse(fmt::format("{} values of willingness to pay", list.items.size()), "1 to 10,000 are allowed",
              "write [20_000, 30_000], or { from = 0, to = 200_000, step = 5_000 }");
}

std::string write_willingness(const PolicyQuestion& question, const Scope& scope) {
  if (question.willingness_values.empty()) return inline_table(willingness_section, &question, scope);
  return number_list(question.willingness_values);
}

void check_thresholds(const KeyAt& at, const PolicyQuestion& question) {
  const std::vector<double>& thresholds = question.thresholds;
  if (thresholds.size() > most_thresholds)
    at.refuse(fmt::format("{} thresholds are too many", thresholds.size()), "each is reported by stratum",
              "name at most five");
  for (const double threshold : thresholds) {
    if (std::count(thresholds.begin(), thresholds.end(), threshold) < 2) continue;
    at.refuse("a threshold is listed twice", number_text(threshold), "remove one");
    return;
  }
}

void check_research(const KeyAt& at, const PolicyQuestion&) {
  const Study& study = *at.scope.study;
  if (!study.trial || study.trial->arms.empty())
    at.refuse("[policy.research] has no trial", "the study has no [trial] with arms", "add it");
  else if (study.trial->arms.size() == 1)
    at.refuse("[policy.research] asks about a trial of one arm", "it compares no strategies",
              "ask about a trial of two arms or more");
  else
    for (const Arm& arm : study.trial->arms)
      if (arm.crossover_to)
        at.refuse("[policy.research] cannot price arm " + quoted(arm.name),
                  "it crosses over, and so is none of the strategies", "ask about a trial with parallel arms");
  if (study.trial && study.trial->wished_effect)
    at.refuse("[policy.research] asks what the evidence's own efficacy is worth",
              "trial.effect scales that of the trial", "remove one of them");
  if (study.data_model)
    at.refuse("[policy.research] asks about a trial of a data model", "its arms are none of the strategies of [policy]",
              "remove [data_model]");
  if (!at.table.has("population"))
    at.refuse("\"population\" is missing", "what a trial is worth depends on whom its result serves",
              "write population = { per_year = 500, uptake = 0.4, years = 10 }");
}

void read_evppi(const KeyAt& at, PolicyQuestion& question) {
  question.evppi = read_parameter_groups(at);
}

void write_evppi(const PolicyQuestion& question, const Scope&, const std::string& path, std::string& text) {
  write_parameter_groups(question.evppi, path, text);
}

void check_budget(const KeyAt& at, const PolicyQuestion& question) {
  if (question.horizon_years == 0 || question.budget->years <= question.horizon_years) return;
  const TomlEntry* years = at.value().find("years");
  at.problems().add(years ? years->value.place : at.value().place, "the budget looks beyond the horizon",
                    "a child's yearly costs are known up to it", "make horizon_years longer");
}

constexpr std::array<KeySpec, 24> keys = {{
    strategy<&PolicyQuestion::reference>("reference", {.required = true},
                                         "The strategy that increments are taken against.", "\"rehabilitation\""),
    field<&PolicyQuestion::parameter_draws>(
        "parameter_draws", {.range = {2, most_draws}},
        "Draws of the uncertain parameters (probabilistic sensitivity analysis). [policy] always draws them, whatever "
        "`parameters` says.",
        "1_000"),
    field<&PolicyQuestion::patients_per_draw>("patients_per_draw", {.range = {2, 1e9}},
                                              "Patients of each draw, the same under every strategy.", "1_000"),
    field<&PolicyQuestion::horizon_years>("horizon_years",
                                          {.unit = "years", .range = above(0, longest_horizon), .required = true},
                                          "For how long money and health are counted, from baseline.", "10"),
    part<PolicyQuestion>("discount", discount_section, {.form = "rates", .required = true}, "Annual discount rates.",
                         "{ costs = 0.03, effects = 0.03 }"),
    field<&PolicyQuestion::timing>(
        "timing", {},
        "Where in its yearly cycle a flow is counted and discounted; `continuous` integrates the discount factor. "
        "Infusions and adverse events count when they happen.",
        "\"trapezoid\""),
    field<&PolicyQuestion::currency>(
        "currency", {.required = true},
        "Of every amount in the result: that of the evidence, or another with `exchange_rate`.", "\"USD\""),
    field<&PolicyQuestion::price_year>("price_year", {.range = {1900, 2200}, .required = true},
                                       "The year of the prices: that of the evidence, or another with `exchange_rate`.",
                                       "2025"),
    part<PolicyQuestion>("exchange_rate", exchange_section, {.form = "factor and source"},
                         "Turns the evidence's money into the study's; required where currency or price year differ, "
                         "refused where both agree.",
                         "{ factor = 0.92, source = \"ECB, mean of 2025\" }"),
    field<&PolicyQuestion::perspective>("perspective", {}, "`societal` adds travel, carers' time and informal care.",
                                        "\"societal\""),
    field<&PolicyQuestion::utility>("utility", {}, "Which of the evidence's sets of utilities is used.", "\"tto\""),
    field<&PolicyQuestion::effect>("effect", {},
                                   "What is gained: discounted `qaly`; points of `gmfm66` at a visit; or whether the "
                                   "child is a `responder` there: "
                                   "at least the MCID of its level above its twin without cells.",
                                   "\"gmfm66\""),
    field<&PolicyQuestion::visit_months>(
        "visit_months",
        {.unit = "months", .range = above(0, longest_months), .use = rule<visit_use>, .check = checked<check_visit>},
        "When such an effect is taken; required unless the effect is `qaly`. It is not discounted.", "12"),
    part<PolicyQuestion>("extrapolation", extrapolation_section, {.form = "extrapolation", .quiet = true},
                         "What becomes of the effect beyond follow-up; without it the evidence's own waning goes on.",
                         "{ after_months = 24, rule = \"wane\", half_life_months = 24 }"),
    field<&PolicyQuestion::care_follows_motor>(
        "care_follows_motor", {}, "Whether the annual cost of care falls as motor function rises (an assumption).",
        "true"),
    field<&PolicyQuestion::uncertain_prices>(
        "prices", {.choices = price_names},
        "Whether prices are drawn like other parameters (`uncertain`); a price is decided, not discovered, and `fixed` "
        "gives every draw its value.",
        "\"uncertain\""),
    custom<read_willingness, write_willingness>(
        "willingness_to_pay", KeyType::other,
        {.form = "range, or list of numbers",
         .range = {0, most_money},
         .required = true,
         .table = &willingness_section},
        "Money per unit of effect at which decisions are looked at: a range, or a list as [20_000, 30_000].",
        "{ from = 0, to = 200_000, step = 5_000 }"),
    field<&PolicyQuestion::thresholds>(
        "thresholds", {.range = {0, most_money}, .check = checked<check_thresholds>},
        "Willingness to pay at which decisions by stratum and the value of individual care are reported, at most five; "
        "the first leads. Without it, the middle of the range or list.",
        "[50_000, 100_000]"),
    table<&PolicyQuestion::population>("population", policy_population_section, {.form = "population"},
                                       "Whom the decision concerns, for the value of information of a population.",
                                       "{ per_year = 500, uptake = 0.4, years = 10 }"),
    table<&PolicyQuestion::research>(
        "research", policy_research_section, {.form = "research", .block = true, .check = checked<check_research>},
        "Asks whether the trial of [trial] is worth its cost.",
        "{ cost_fixed = 400_000, cost_per_patient = 6_000, source = \"budget of the grant\" }"),
    custom_block<read_evppi, write_evppi>("evppi", KeyType::table, {.form = "table of lists of parameters"},
                                          "Groups of parameters whose value of information is estimated together. A "
                                          "name may be the beginning of several, "
                                          "up to a dot. Without it, a group for each kind of parameter; never prices.",
                                          "{ effect = [\"effect\", \"delivery\"], utilities = [\"utility\"] }"),
    table<&PolicyQuestion::sensitivity>("sensitivity", sensitivity_section, {.form = "sensitivity", .block = true},
                                        "Asks how much the decision depends on single parameters.",
                                        "{ threshold = [{ parameter = \"price.product.MSC\" }] }"),
    table<&PolicyQuestion::budget>(
        "budget", budget_section, {.form = "budget", .block = true, .check = checked<check_budget>},
        "Asks for the budget impact of a new mix of strategies.",
        "{ births_per_year = 90_000, prevalence_per_1000 = 1.6, age_years = [2, 8], uptake = [0.1], before = { "
        "rehabilitation = 1 }, after = { \"one IV infusion\" = 1 } }"),
    table<&PolicyQuestion::costs>(
        "cost", policy_cost_section, {.form = "list of tables", .block = true},
        "[[policy.cost]]: what the study knows better than the evidence about a strategy's cost.",
        "[{ strategy = \"one IV infusion\", cost_per_infusion = 9_000, source = \"tariff\" }]"),
}};

constexpr KeySpec rate = {.unit = "per year", .range = from_to_below(0, 1), .required = true};

constexpr std::array<KeySpec, 2> discount_keys = {{
    field<&PolicyQuestion::discount_costs>("costs", rate, "Of money.", "0.03"),
    field<&PolicyQuestion::discount_effects>("effects", rate, "Of QALYs.", "0.03"),
}};

constexpr std::array<KeySpec, 2> exchange_keys = {{
    field<&PolicyQuestion::exchange_rate>("factor", {.range = above(0, most_money), .required = true},
                                          "Money of the study for one unit of the evidence's.", "0.92"),
    field<&PolicyQuestion::exchange_source>("source", {.required = true}, "Where it comes from.",
                                            "\"ECB, mean of 2025\""),
}};

Use half_life_use(const KeySpec&, const PolicyQuestion& question, const Scope&) {
  return question.extrapolation == Extrapolation::wane ? Use::required("the effect wanes", "rule")
                                                       : Use::none("only the rule wane has one");
}

constexpr std::array<KeySpec, 3> extrapolation_keys = {{
    field<&PolicyQuestion::extrapolate_after_months>(
        "after_months", {.unit = "months", .range = above(0, longest_months), .required = true},
        "Follow-up that is believed, since the last infusion.", "24"),
    field<&PolicyQuestion::extrapolation>(
        "rule", {.required = true, .decides = true},
        "`model`: the evidence's own waning goes on; `wane`: the effect halves every half-life; `hold`: it stays; "
        "`stop`: it is gone.",
        "\"wane\""),
    field<&PolicyQuestion::half_life_months>(
        "half_life_months", {.unit = "months", .range = above(0, longest_months), .use = rule<half_life_use>},
        "Of `wane`.", "24"),
}};

/// Where the evidence's own waning goes on, it does not matter from when.
void finish_extrapolation(const TableReader&, PolicyQuestion& question, const Scope&) {
  if (question.extrapolation == Extrapolation::model) question.extrapolate_after_months = 0;
}

constexpr std::array<KeySpec, 3> willingness_keys = {{
    field<&PolicyQuestion::willingness_from>("from", {.range = {0, most_money}}, "The lowest.", "0"),
    field<&PolicyQuestion::willingness_to>("to", {.range = above(0, most_money), .required = true}, "The highest.",
                                           "200_000"),
    field<&PolicyQuestion::willingness_step>("step", {.range = above(0, most_money), .required = true},
                                             "From one to the next; at most 10,000 steps.", "5_000"),
}};

void finish_willingness(const TableReader& reader, PolicyQuestion& question, const Scope&) {
  if (!reader.has("to") || !reader.has("step")) return;
  const double width = question.willingness_to - question.willingness_from;
  if (!(width > 0)) {
    reader.refuse("to", "the range of the willingness to pay is empty", "\"to\" must be above \"from\"", "");
  } else if (question.willingness_step > 0 && width / question.willingness_step > most_steps) {
    reader.refuse("step", "the willingness to pay has too many steps",
                  number_text(std::floor(width / question.willingness_step)), "at most 10,000 are allowed");
  }
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

void finish(const TableReader& reader, PolicyQuestion& question, const Scope& scope) {
  scope.context->places.policy = reader.place();
  const std::vector<double>& listed = question.willingness_values;
  if (question.thresholds.empty())
    question.thresholds.push_back(listed.empty() ? (question.willingness_from + question.willingness_to) / 2
                                                 : listed[(listed.size() - 1) / 2]);
  check_policy_costs(reader, *scope.study, question);
  require_groups_without_prices(reader, question);
  require_infusions_within_horizon(*scope.context, question);
}

}  // namespace

const SectionSpec policy_section = section<PolicyQuestion, finish>(
    "policy", "[policy]", "Asks question 3: which scheme, for whom, at what price, and how sure.", keys);
const SectionSpec discount_section =
    section<PolicyQuestion>("discount", "policy.discount", "Annual discount rates.", discount_keys);
const SectionSpec exchange_section = section<PolicyQuestion>(
    "exchange_rate", "policy.exchange_rate", "How the evidence's money becomes the study's.", exchange_keys);
const SectionSpec extrapolation_section = section<PolicyQuestion, finish_extrapolation>(
    "extrapolation", "policy.extrapolation", "The effect beyond follow-up, an explicit assumption.",
    extrapolation_keys);
const SectionSpec willingness_section = section<PolicyQuestion, finish_willingness>(
    "willingness_to_pay", "policy.willingness_to_pay", "Money per unit of effect.", willingness_keys);

}  // namespace vcohort
