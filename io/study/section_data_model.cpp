#include <fmt/format.h>

#include <array>

#include "engine/data_model/covariate_law.hpp"
#include "engine/study/trial_names.hpp"
#include "engine/study/word.hpp"
#include "io/study/data_correlation.hpp"
#include "io/study/data_covariates.hpp"
#include "io/study/data_endpoints.hpp"
#include "io/study/trial_sections.hpp"

namespace vcohort {

std::string outcome_has(const DataModel& model, std::string_view what) {
  return fmt::format("a {} outcome {}", word(data_model_names, model.kind), what);
}

namespace {

using Kind = OutcomeKind;

constexpr std::string_view each_has_its_own = "each of the endpoints has its own";

Use kind_use(const KeySpec&, const DataModel& model, const Scope&) {
  if (!model.endpoints.empty()) return Use::none(std::string(each_has_its_own));
  return model.is_composite() ? Use{} : Use::required("in [data_model]");
}

Use several_use(const KeySpec&, const DataModel& model, const Scope&) {
  return model.endpoints.empty() ? Use{} : Use::none(std::string(each_has_its_own));
}

Use arms_use(const KeySpec&, const DataModel& model, const Scope&) {
  if (!model.endpoints.empty()) return Use::none(std::string(each_has_its_own));
  return model.is_composite() ? Use::none("the endpoints that it is made of have them")
                              : Use::required("in [data_model]");
}

Use covariates_use(const KeySpec&, const DataModel& model, const Scope&) {
  return model.endpoints.empty() ? Use{}
                                 : Use::none(
                                       "the endpoints of a model of several have no covariates; a model of one "
                                       "endpoint has them");
}

Use between_endpoints_use(const KeySpec&, const DataModel& model, const Scope&) {
  return model.endpoints.size() > 1 ? Use{} : Use::none("there are not several endpoints");
}

Use missing_use(const KeySpec&, const DataModel& model, const Scope&) {
  if (model.is_composite()) return Use::none("a time to an event has no visits that could be missed");
  return seen_at_visits(model.kind) ? Use{} : Use::none(outcome_has(model, "has no visits that could be missed"));
}

Use ending_use(const KeySpec&, const DataModel& model, const Scope&) {
  if (model.is_composite()) return Use::none("the endpoints that it is made of end it");
  return model.kind == Kind::survival ? Use{} : Use::none(outcome_has(model, "has no time at which it happens"));
}

Use model_use(const KeySpec& key, const DataModel& model, const Scope&) {
  if (!model.endpoints.empty()) return Use::none(std::string(each_has_its_own));
  if (model.is_composite()) return Use::none("the endpoints that it is made of have it");
  const bool at_visits = seen_at_visits(model.kind);
  if (key.name == "follow_up_months")
    return at_visits ? Use::none(outcome_has(model, "is seen at visits"))
                     : Use::required(outcome_has(model, "has a follow-up"));
  if (!at_visits) return Use::none(outcome_has(model, "has a follow-up and no visits"));
  if (key.name == "visits_months") return Use::required(outcome_has(model, "is seen at visits"));
  return model.kind == Kind::ordinal ? Use::none("an ordinal outcome is seen once") : Use{};
}

Use recording_use(const KeySpec&, const DataModel& model, const Scope&) {
  if (!model.endpoints.empty()) return Use::none(std::string(each_has_its_own));
  if (model.is_composite()) return Use::none("a time to an event is recorded as it is");
  return model.kind == Kind::score ? Use{} : Use::none(outcome_has(model, "is recorded as it is"));
}

Use arm_numbers_use(const KeySpec&, const DataModel& model, const Scope&) {
  if (!has_covariate_effects(model)) return Use::none("no covariate has an effect");
  if (model.kind == Kind::score) return Use::none(outcome_has(model, "has the means and SDs of all patients"));
  return Use::required("the share, hazard or rate of all patients is not that of a patient at the reference");
}

Use cluster_use(const KeySpec&, const DataModel& model, const Scope&) {
  return model.kind == Kind::score || model.kind == Kind::binary
             ? Use{}
             : Use::none(outcome_has(model, "is not drawn for clusters"));
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

/// The keys that an endpoint has, whether it is the only one or one of several.
constexpr KeySpec kind_key = field<&DataModel::kind>(
    "kind", {.decides = true, .no_default = true, .use = rule<kind_use>},
    "What the outcome is: `normal`, `binary` (the share who have it), `ordinal` (shares of the categories 1, 2, "
    "...), `survival` (months to an event), or `count` (events during the follow-up). Required but where there are "
    "`endpoints`.",
    "\"normal\"");
constexpr KeySpec visits_key = custom<read_model_visits, write_model_visits>(
    "visits_months", KeyType::list_of_numbers,
    {.unit = "months", .range = {0, longest_months}, .ascending = true, .use = rule<model_use>},
    "When the outcome is seen, ascending; 0 is the baseline. Required but for survival and count; an ordinal "
    "outcome is seen once.",
    "[0, 12]");
constexpr KeySpec visit_correlation_key = custom<read_model_correlation, write_model_correlation>(
    "correlation", KeyType::other, {.form = "matrix or table", .use = rule<model_use>, .table = &correlation_section},
    "Correlation of the visits, of the normal variables behind them if the outcome is binary: a matrix, or a "
    "structure. Without it visits are independent.",
    "[[1.0, 0.5], [0.5, 1.0]]");
constexpr KeySpec follow_up_key = field<&DataModel::follow_up_months>(
    "follow_up_months", {.unit = "months", .range = above(0, longest_months), .use = rule<model_use>},
    "How long every patient is followed; required for survival and count.", "24");
constexpr KeySpec direction_key = field<&DataModel::lower_is_better>(
    "lower_is_better", {.use = rule<several_use>},
    "The direction of benefit of one-sided tests, margins and conclusions; without it false, and true for survival "
    "and count, where it speaks of the event.",
    "true");
constexpr KeySpec decimals_key = field<&DataModel::decimals>(
    "decimals", {.range = {0, 9}, .use = rule<recording_use>},
    "Normal: to how many decimals values are recorded, so that equal ones occur as in practice.", "1");
constexpr KeySpec arms_key = custom_block<read_data_arms, write_data_arms>(
    "arms", KeyType::table, {.form = "table of arms", .use = rule<arms_use>, .table = &data_arm_section},
    "The outcome under each arm, by name: `arms.control = { ... }`. Required but where there are `endpoints`, and of "
    "an endpoint that is the first of others.",
    "{ control = { mean = [0, 0], sd = [1, 1] }, active = { mean = [0, 0.35], sd = [1, 1] } }");

constexpr std::array<KeySpec, 13> model_keys = {{
    custom_block<read_data_endpoints, write_data_endpoints>(
        "endpoints", KeyType::table, {.form = "table of endpoints", .decides = true, .table = &data_endpoint_section},
        "Several endpoints instead of one, by name: `endpoints.pain = { ... }`, each with its own kind, visits and "
        "arms. Analyses find them by this name.",
        "{ pain = { kind = \"normal\", visits_months = 6, arms = { control = { mean = 0, sd = 1 }, active = { "
        "difference = 0.3 } } }, relapse = { kind = \"binary\", visits_months = 6, arms = { control = { share = 0.4 }, "
        "active = { share = 0.3 } } } }"),
    custom<read_endpoint_correlation, write_endpoint_correlation>(
        "endpoint_correlation", KeyType::other,
        {.form = "number, or table of tables", .range = between(-1, 1), .use = rule<between_endpoints_use>},
        "Correlation of the normal variables behind the endpoints, whose higher values are higher outcomes, a yes, and "
        "later events: one number for all pairs, or pairs by name, 0 where they are left out. At two visits it is "
        "multiplied by the correlation of the visits.",
        "{ pain = { relapse = -0.3 } }"),
    kind_key,
    visits_key,
    visit_correlation_key,
    follow_up_key,
    direction_key,
    decimals_key,
    field<&DataModel::intracluster_correlation>(
        "intracluster_correlation", {.range = from_to_below(0, 1), .use = rule<cluster_use>},
        "Of two patients of a cluster at one visit, on the scale of the outcome: of yes and no where it is binary. "
        "Means, "
        "SDs and shares stay those of all patients of an arm. Required with clusters (`trial.design`).",
        "0.05"),
    field<&DataModel::cluster_autocorrelation>(
        "cluster_autocorrelation", {.range = {0, 1}, .quiet = true, .use = rule<cluster_use>},
        "Stepped wedge: by what the intracluster correlation is multiplied for two patients of different periods; of "
        "binary outcomes that of the normal variables behind them.",
        "0.8"),
    arms_key,
    custom_block<read_data_covariates, write_data_covariates>(
        "covariates", KeyType::table,
        {.form = "table of covariates", .use = rule<covariates_use>, .table = &data_covariate_section},
        "What is known of a patient before treatment, by name: `covariates.age = { ... }`.",
        "{ age = { kind = \"normal\", mean = 60, sd = 10, effect = 0.1 } }"),
    field<&DataModel::arm_numbers>(
        "arm_numbers", {.use = rule<arm_numbers_use>},
        "Where covariates have an effect, whose numbers the arms have: `marginal`, those of all patients; "
        "`conditional`, those of a patient whose covariates stand at their reference, normal ones at the mean, others "
        "at the first level. Required but for a normal outcome, where they are marginal.",
        "\"conditional\""),
}};

constexpr std::array<KeySpec, 10> endpoint_keys = {{
    field<&DataModel::first_of>(
        "first_of", {.form = "list of endpoints", .distinct = true},
        "Of a composite endpoint: the endpoints of times to events, listed before it, of which it is the first "
        "event; they say all else.",
        "[\"relapse\", \"death\"]"),
    kind_key,
    visits_key,
    visit_correlation_key,
    follow_up_key,
    direction_key,
    decimals_key,
    field<&DataModel::missing_share>(
        "missing_share", {.range = from_to_below(0, 1), .quiet = true, .use = rule<missing_use>},
        "The share of the values after baseline that are not recorded, completely at random and beside drop-out.",
        "0.05"),
    field<&DataModel::ends_follow_up>("ends_follow_up", {.quiet = true, .use = rule<ending_use>},
                                      "Survival: whether the patient is not followed for the other endpoints after the "
                                      "event, as after a death: their "
                                      "times are censored then, and their later visits missing.",
                                      "true"),
    arms_key,
}};

/// Visits are independent where nothing is said about them.
void finish_model(const TableReader& reader, DataModel& model, const Scope&) {
  if (!model.endpoints.empty()) return check_joint_model(reader, model);
  if (!reader.has("correlation") && model.kind != Kind::ordinal) {
    const std::size_t visits = model.visits_months.size();
    model.correlation.assign(visits, std::vector<double>(visits, 0.0));
    for (std::size_t visit = 0; visit < visits; ++visit) model.correlation[visit][visit] = 1;
  }
  if (!model.covariates.empty() && reader.sound()) check_data_covariates(reader, model);
}

void finish_endpoint(const TableReader& reader, DataModel& model, const Scope& scope) {
  if (!model.is_composite()) return finish_model(reader, model, scope);
  if (reader.has("kind") && model.kind != Kind::survival)
    reader.refuse("kind", "a composite endpoint is a time to an event", "it is the first event of others", "remove it");
  model.kind = Kind::survival;
}

}  // namespace

const SectionSpec data_endpoint_section =
    section<DataModel, finish_endpoint>("endpoints", "data_model.endpoints",
                                        "One table for each of several endpoints, by its name. Behind every outcome "
                                        "stands a normal variable of the patient "
                                        "(a Gaussian copula), which is the same under all arms.",
                                        endpoint_keys);

const SectionSpec data_model_section =
    section<DataModel, finish_model>("data_model", "[data_model]",
                                     "Outcomes that are drawn directly and not from the disease model: one endpoint, "
                                     "called `outcome`, or several, whose "
                                     "arms replace the strategies in [trial]. A study whose only question is [trial] "
                                     "then needs no population, strategies or "
                                     "outcomes.",
                                     model_keys);

}  // namespace vcohort
