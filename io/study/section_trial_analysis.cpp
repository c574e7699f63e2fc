#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "engine/analysis/methods.hpp"
#include "engine/numeric/elementary.hpp"
#include "engine/study/endpoints.hpp"
#include "engine/study/trial_names.hpp"
#include "io/study/suggestion.hpp"
#include "io/study/trial_sections.hpp"
#include "io/study/trial_subgroups.hpp"

namespace vcohort {

namespace {

constexpr std::size_t longest_name = 200;

using Strata = analysis::Method::Strata;
using Weights = analysis::Method::Weights;
using Horizon = analysis::Method::Horizon;
using Units = analysis::Method::Units;
using Hypothesis = AnalysisPlan::Hypothesis;

const analysis::Method& method_of(const AnalysisPlan& plan) {
  return *analysis::find_method(plan.method);
}

std::vector<std::string_view> methods_of_one_arm() {
  std::vector<std::string_view> names;
  for (const analysis::Method& method : analysis::methods)
    if (method.single_arm) names.push_back(method.name);
  return names;
}

/// The kind of the endpoint; nothing for a data file alone, or where the endpoint was refused.
std::optional<OutcomeKind> kind_of(const AnalysisPlan& plan, const Scope& scope) {
  const TrialFrame& frame = *scope.trial;
  if (frame.has_several_endpoints() && !plan.hierarchy.empty()) return std::nullopt;
  if (const DataModel* endpoint = frame.endpoint_of(plan)) return endpoint->kind;
  if (frame.model) return std::nullopt;
  if (!frame.simulated || !index_of(frame.endpoints, plan.endpoint)) return std::nullopt;
  return find_endpoint(plan.endpoint)->kind;
}

bool cuts_a_score(const AnalysisPlan& plan, const Scope& scope) {
  return method_of(plan).responders && kind_of(plan, scope).value_or(OutcomeKind::score) == OutcomeKind::score;
}

/// Whether the endpoint is seen at baseline. Of a data file alone this only shows in the file, and of visits that were
/// refused it is not known either.
bool has_baseline(const AnalysisPlan& plan, const Scope& scope) {
  const TrialFrame& frame = *scope.trial;
  if (frame.model && !frame.has_visits(plan)) return false;
  if (const DataModel* endpoint = frame.endpoint_of(plan))
    return endpoint->visits_months.empty() || endpoint->visits_months.front() == 0;
  if (frame.model) return true;
  return kind_of(plan, scope).value_or(OutcomeKind::score) == OutcomeKind::score;
}

std::string no_baseline(const AnalysisPlan& plan, const Scope& scope) {
  if (scope.trial->has_several_endpoints()) return quoted(plan.endpoint) + " has no visit at 0 months";
  return scope.trial->model ? "the data model has no visit at 0 months" : quoted(plan.endpoint) + " has no baseline";
}

/// What looks at a baseline needs its column, where there is a data file.
void require_baseline_column(const KeyAt& at) {
  const DataColumns* data = at.scope.trial->data;
  if (data && data->baseline.empty())
    at.refuse("the analysis needs a baseline", "[data] has none", "name the column of the baseline");
}

bool is_primary(const AnalysisPlan& plan, const Scope& scope) {
  return &plan == trial_of(scope).analyses.data();
}

Use name_use(const KeySpec&, const AnalysisPlan& plan, const Scope& scope) {
  return is_primary(plan, scope) ? Use::none("the primary analysis is called \"primary\"")
                                 : Use::required("results are found by name");
}

void check_name(const KeyAt& at, const AnalysisPlan& plan) {
  if (plan.name.size() > longest_name || plan.name.find_first_of("\n\r\t") != std::string::npos)
    at.refuse("the name of an analysis is one line of at most 200 bytes", "tables print it", "shorten it");
  const std::vector<AnalysisPlan>& plans = trial_of(at.scope).analyses;
  if (std::count_if(plans.begin(), plans.end(), [&](const auto& other) { return other.name == plan.name; }) > 1)
    at.refuse("two analyses are called " + quoted(plan.name), "results are found by name", "rename one");
}

Use endpoint_use(const KeySpec&, const AnalysisPlan& plan, const Scope& scope) {
  if (scope.trial->has_several_endpoints())
    return plan.hierarchy.empty() ? Use::required("the data model has several endpoints")
                                  : Use::none("the hierarchy has its endpoints");
  return scope.trial->disease_model() ? Use::required("the trial is simulated") : Use{};
}

void check_clock_of_drooling(const KeyAt& at, const AnalysisPlan& plan) {
  const Endpoint* const endpoint = find_endpoint(plan.endpoint);
  if (!endpoint || endpoint->measure != Measure::drooling) return;
  for (const Arm& arm : trial_of(at.scope).arms) {
    if (!at.scope.trial->starts_late(arm)) continue;
    at.refuse("drooling cannot be recorded in an arm that starts late", "its time course has its own clock",
              fmt::format("use another endpoint, or let {} not cross over", quoted(arm.name)));
    return;
  }
}

void check_endpoint(const KeyAt& at, const AnalysisPlan& plan) {
  const TrialFrame& frame = *at.scope.trial;
  if (!frame.simulated) {
    const std::string& measured = frame.data->value.empty() ? frame.data->time : frame.data->value;
    if (plan.endpoint != measured)
      at.refuse("the endpoint is not the value of the data file", quoted(plan.endpoint) + " and " + quoted(measured),
                "remove it");
  } else if (index_of(frame.endpoints, plan.endpoint)) {
    check_clock_of_drooling(at, plan);
  } else if (!frame.endpoints.empty()) {
    const bool exists = !frame.model && find_endpoint(plan.endpoint);
    at.refuse(exists ? quoted(plan.endpoint) + " is not recorded" : "unknown endpoint " + quoted(plan.endpoint),
              frame.has_several_endpoints() ? "it must be one of the data model"
              : frame.model                 ? "a data model has one"
                                            : "it must be among outcomes.endpoints",
              exists ? "add it there" : did_you_mean(plan.endpoint, frame.endpoints));
  }
}

/// Whether all visits are periods of one comparison.
bool compares_periods(const analysis::Method& method) {
  return method.units == Units::periods || method.units == Units::steps;
}

/// The visit stands before the method, which may have been refused.
bool compares_periods(const AnalysisPlan& plan) {
  const analysis::Method* method = analysis::find_method(plan.method);
  return method && compares_periods(*method);
}

Use visit_months_use(const KeySpec&, const AnalysisPlan& plan, const Scope& scope) {
  if (compares_periods(plan)) return Use::none("its visits are the periods, which are all compared");
  if (!scope.trial->simulated) return Use::none("there is only a data file, whose visits have names");
  if (!plan.hierarchy.empty() && scope.trial->has_several_endpoints()) return Use::none("the hierarchy has its visits");
  return scope.trial->has_visits(plan) ? Use::required("the trial is simulated") : Use{};
}

/// After baseline; of an endpoint of a data model its own.
std::vector<double> visits_of(const AnalysisPlan& plan, const TrialFrame& frame) {
  const DataModel* endpoint = frame.endpoint_of(plan);
  if (!endpoint) return frame.has_several_endpoints() ? std::vector<double>{} : frame.visits_months;
  std::vector<double> visits = endpoint->visits_months;
  if (!visits.empty() && visits.front() == 0) visits.erase(visits.begin());
  return visits;
}

void check_visit_months(const KeyAt& at, const AnalysisPlan& plan) {
  const TrialFrame& frame = *at.scope.trial;
  const std::vector<double> visits = visits_of(plan, frame);
  const std::string months = number_text(plan.visit_months);
  if (!frame.has_visits(plan)) {
    const double end = frame.endpoint_of(plan)->follow_up_months;
    if (plan.visit_months != end)
      at.refuse(fmt::format("there is no visit at {} months", months),
                fmt::format("patients are followed for {} months", number_text(end)), "remove it");
    return;
  }
  if (visits.empty() || std::find(visits.begin(), visits.end(), plan.visit_months) != visits.end()) return;
  if (plan.visit_months > visits.back()) {
    at.refuse(fmt::format("a visit at {} months is beyond the last one", months),
              fmt::format("that is at {} months", number_text(visits.back())),
              "add it to visits_months, or choose another");
  } else {
    std::string known;
    for (const double visit : visits) known += (known.empty() ? "" : ", ") + number_text(visit);
    at.refuse(fmt::format("there is no visit at {} months", months), "visits are at " + known,
              "add it to visits_months, or choose another");
  }
}

Use visit_use(const KeySpec&, const AnalysisPlan& plan, const Scope& scope) {
  const TrialFrame& frame = *scope.trial;
  if (compares_periods(plan)) return Use::none("its visits are the periods, which are all compared");
  if (!frame.data) return Use::none("it names a visit of a data file, and there is no [data]");
  if (frame.data->visit.empty()) return Use::none("[data] has no visit");
  return frame.simulated ? Use{} : Use::required("[data] has visits");
}

/// Arms that were refused are none.
void check_arms(const KeyAt& at, const analysis::Method& method) {
  const TrialFrame& frame = *at.scope.trial;
  const std::vector<Arm>& arms = trial_of(at.scope).arms;
  if (method.single_arm && arms.size() > 1)
    at.refuse(fmt::format("{} analyses one arm", method.name), fmt::format("the trial has {}", arms.size()),
              "remove the others, or use another method");
  if (method.single_arm) return;
  if (arms.size() == 1)
    at.refuse(fmt::format("{} compares arms", method.name), "the trial has one arm",
              "add an arm, or compare it with a fixed value: " + listed(methods_of_one_arm()));
  else if (frame.data && frame.data->arm.empty())
    at.refuse(fmt::format("{} compares arms", method.name), "[data] has no arm",
              "name its column in data.arm, or compare with a fixed value: " + listed(methods_of_one_arm()));
}

/// Whether an event of another endpoint ends the follow-up of this one.
bool has_competing_event(const DataModel& endpoint, const DataModel& model) {
  return std::any_of(model.endpoints.begin(), model.endpoints.end(), [&](const DataModel& other) {
    const std::vector<std::string>& parts = endpoint.first_of;
    return other.ends_follow_up && other.name != endpoint.name &&
           std::find(parts.begin(), parts.end(), other.name) == parts.end();
  });
}

void check_competing(const KeyAt& at, const AnalysisPlan& plan) {
  const TrialFrame& frame = *at.scope.trial;
  const std::string problem = fmt::format("{} needs another event that competes", plan.method);
  const std::string instead = "or use logrank or kaplan-meier";
  if (frame.data && frame.data->competing.empty())
    at.refuse(problem, "[data] names none",
              "say which values of data.event are other events: competing = [2]; " + instead);
  const DataModel* endpoint = frame.endpoint_of(plan);
  if (!frame.simulated || !endpoint || endpoint->kind != OutcomeKind::survival) return;
  if (!has_competing_event(*endpoint, *frame.model))
    at.refuse(problem, fmt::format("no other endpoint ends the follow-up of {}", quoted(endpoint->name)),
              "let an endpoint of the data model have ends_follow_up = true, " + instead);
}

void check_fit(const KeyAt& at, const AnalysisPlan& plan) {
  const TrialFrame& frame = *at.scope.trial;
  const analysis::Method& method = method_of(plan);
  check_arms(at, method);
  const std::optional<OutcomeKind> kind = kind_of(plan, at.scope);
  const bool of_times = method.fits.contains(OutcomeKind::survival);
  if (frame.data && frame.data->time.empty() && of_times && !method.wins)
    at.refuse(fmt::format("{} needs times to an event", method.name), "[data] has none",
              "name their columns in data.time and data.event");
  if (frame.data && frame.data->value.empty() && !frame.data->time.empty() && !of_times)
    at.refuse(fmt::format("{} cannot analyse times to an event", method.name), "[data] has no value",
              "name its column, or use another method");
  if (method.repeated && frame.data && frame.data->visit.empty())
    at.refuse(fmt::format("{} needs visits", method.name), "[data] has no visit", "name the column of the visit");
  const std::size_t after_baseline = visits_of(plan, frame).size();
  if (method.repeated && after_baseline > analysis::most_repeated_visits)
    at.refuse(fmt::format("{} takes at most {} visits", method.name, analysis::most_repeated_visits),
              fmt::format("there are {} after the baseline", after_baseline), "choose fewer visits");
  check_units(at, method);
  if (method.competing) check_competing(at, plan);
  if (method.paired && kind && !has_baseline(plan, at.scope))
    at.refuse(fmt::format("{} has no baseline to compare with", method.name), no_baseline(plan, at.scope),
              "write visits_months = [0, 6], for instance");
  if (method.paired) require_baseline_column(at);
  if (!method.looks && method.units == Units::patients && is_primary(plan, at.scope) && trial_of(at.scope).looks)
    at.refuse(fmt::format("{} has no looks", method.name),
              "its information is no share of the events, at which bounds are computed",
              "use logrank or cox, or remove [trial.looks]");
  if (method.strata == Strata::required && frame.model && frame.factors().empty())
    at.refuse(fmt::format("{} needs strata", method.name), "the data model has no covariates with levels",
              "add one, or use another method");
  if (!kind || method.fits.contains(*kind) || cuts_a_score(plan, at.scope)) return;
  std::vector<std::string_view> fitting;
  for (const analysis::Method& other : analysis::methods) {
    if (other.fits.contains(*kind) && other.single_arm == method.single_arm && other.units == method.units)
      fitting.push_back(other.name);
  }
  at.refuse(fmt::format("{} does not fit {}", method.name, quoted(plan.endpoint)),
            fmt::format("the endpoint is {}", name_of(*kind)), "use one of " + listed(fitting));
}

Use adjust_use(const KeySpec& key, const AnalysisPlan& plan, const Scope&) {
  const analysis::Method& method = method_of(plan);
  if (key.name == "adjust") return method.adjusts ? Use{} : Use::none(fmt::format("{} does not adjust", method.name));
  return method.repeated ? Use{} : Use::none(fmt::format("{} has one visit", method.name));
}

void check_covariate(const KeyAt& at, const Place& place, const std::string& name, const AnalysisPlan& plan) {
  const TrialFrame& frame = *at.scope.trial;
  if (name == "baseline") require_baseline_column(at);
  if (!frame.simulated) {
    const DataColumns& data = *frame.data;
    const std::array<std::string_view, 4> taken = {data.patient, data.arm, data.visit, data.value};
    if (index_of(taken, name)) {
      at.problems().add(place, "the column " + quoted(name) + " is no covariate", "[data] has another use for it",
                        "remove it");
    }
  } else if (frame.model && frame.covariates().empty() && name != "baseline") {
    at.problems().add(place, "there is no covariate " + quoted(name), "a data model has none but \"baseline\"",
                      "add it to [data_model.covariates], or remove it");
  } else if (name != "baseline" && !index_of(frame.covariates(), name)) {
    at.problems().add(place, "there is no covariate " + quoted(name),
                      frame.model ? "in [data_model.covariates]" : fmt::format("in \"{}\"", at.key.name),
                      did_you_mean(name, frame.covariates()));
  } else if (name == "baseline" && !has_baseline(plan, at.scope)) {
    at.problems().add(place, "there is no baseline to adjust for", no_baseline(plan, at.scope), "remove it");
  }
}

void check_covariates(const KeyAt& at, const AnalysisPlan& plan) {
  const bool by_visit = at.key.name == "adjust_by_visit";
  const std::vector<std::string>& names = by_visit ? plan.adjust_by_visit : plan.adjust;
  // The baseline of gmfm66 is the covariate gmfm66.
  const bool own_baseline = at.scope.trial->disease_model() &&
                            (index_of(plan.adjust, "baseline") || index_of(plan.adjust_by_visit, "baseline"));
  for (std::size_t index = 0; index < names.size(); ++index) {
    const Place place = at.item_place(index);
    check_covariate(at, place, names[index], plan);
    if (by_visit && index_of(plan.adjust, names[index]))
      at.problems().add(place, quoted(names[index]) + " is adjusted for twice",
                        "its coefficients by visit include the common one", "remove it from \"adjust\"");
    if (own_baseline && names[index] == plan.endpoint)
      at.problems().add(place, quoted(plan.endpoint) + " is adjusted for twice", "\"baseline\" is the same",
                        "remove one");
  }
}

Use strata_use(const KeySpec&, const AnalysisPlan& plan, const Scope& scope) {
  const analysis::Method& method = method_of(plan);
  if (method.strata == Strata::none) return Use::none(fmt::format("{} has no strata", method.name));
  if (scope.trial->model && scope.trial->factors().empty())
    return Use::none("the data model has no covariates with levels");
  return method.strata == Strata::required ? Use::required(fmt::format("{} needs strata", method.name)) : Use{};
}

void check_strata(const KeyAt& at, const AnalysisPlan& plan) {
  const TrialFrame& frame = *at.scope.trial;
  for (std::size_t index = 0; index < plan.stratify.size(); ++index) {
    const std::string& name = plan.stratify[index];
    const Place place = at.item_place(index);
    if (!frame.simulated && !index_of(frame.data->categorical, name)) {
      at.problems().add(place, "the column " + quoted(name) + " makes no strata", "it holds numbers",
                        "list it in data.categorical");
    }
    if (!frame.simulated) continue;
    if (index_of(plan.adjust, name)) {
      at.problems().add(place, quoted(name) + " is adjusted for, too", "strata of it say more",
                        "remove it from \"adjust\"");
    } else if (!index_of(frame.factors(), name)) {
      refuse_factor(at, place, name);
    } else if (!frame.model && name == "age_years" && trial_of(at.scope).randomisation.age_cuts.empty()) {
      at.problems().add(place, "ages have no groups", "trial.randomisation does not stratify by age_years",
                        "stratify it, with age_cuts");
    }
  }
}

/// The difference of log(-log S) has no margin of the difference of S.
bool tests_margins(const AnalysisPlan& plan) {
  return method_of(plan).margin && plan.interval == AnalysisPlan::Limits::plain;
}

Use subgroup_use(const KeySpec& key, const AnalysisPlan& plan, const Scope& scope) {
  const analysis::Method& method = method_of(plan);
  if (!plan.hierarchy.empty() || (method.wins && scope.trial->data && !scope.trial->simulated))
    return Use::none("a hierarchy compares all patients");
  if (key.name == "where") return {};
  if (!tests_margins(plan) || method.bayes || method.single_arm)
    return Use::none(fmt::format("{} has no standard error of a difference", method.name));
  if (plan.hypothesis != Hypothesis::superiority || plan.margin > 0)
    return Use::none("a difference of effects is tested against none");
  return {};
}

Use repeated_use(const KeySpec&, const AnalysisPlan& plan, const Scope&) {
  const analysis::Method& method = method_of(plan);
  return method.repeated ? Use{} : Use::none(fmt::format("it belongs to mmrm, and the analysis is {}", method.name));
}

Use firth_use(const KeySpec&, const AnalysisPlan& plan, const Scope&) {
  const analysis::Method& method = method_of(plan);
  return method.firth ? Use{} : Use::none(fmt::format("{} has no penalised likelihood", method.name));
}

Use interval_use(const KeySpec&, const AnalysisPlan& plan, const Scope&) {
  if (method_of(plan).horizon == Horizon::at && !method_of(plan).competing) return {};
  return Use::none(fmt::format("it belongs to kaplan-meier, and the analysis is {}", plan.method));
}

void check_fallback(const KeyAt& at, const AnalysisPlan& plan) {
  const auto first = plan.fallback.begin();
  for (auto name = first; name != plan.fallback.end(); ++name) {
    if (*name == plan.covariance || std::find(first, name, *name) != name)
      at.problems().add(at.item_place(static_cast<std::size_t>(name - first)), quoted(*name) + " is tried twice",
                        "it fails again", "remove one");
  }
}

Use change_use(const KeySpec&, const AnalysisPlan& plan, const Scope&) {
  const analysis::Method& method = method_of(plan);
  if (method.paired) return Use::none(fmt::format("{} analyses nothing else", method.name));
  return method.change_from_baseline ? Use{} : Use::none(fmt::format("{} knows no change from baseline", method.name));
}

void check_change(const KeyAt& at, const AnalysisPlan& plan) {
  if (!plan.change_from_baseline) return;
  if (!has_baseline(plan, at.scope)) {
    at.refuse("there is no change from baseline", no_baseline(plan, at.scope), "remove it");
  } else {
    require_baseline_column(at);
  }
}

void check_hypothesis(const KeyAt& at, const AnalysisPlan& plan) {
  const analysis::Method& method = method_of(plan);
  if (!tests_margins(plan) && plan.hypothesis != Hypothesis::superiority)
    at.refuse(fmt::format("{} cannot show {}", method.name, name_of(plan.hypothesis)),
              "it tests no difference only, and no margin",
              method.margin ? "write interval = \"plain\"" : "use another method");
  if (method.bayes && plan.hypothesis == Hypothesis::equivalence)
    at.refuse("bayes cannot show equivalence", "it looks at the probability beyond one margin", "use another method");
}

Use margin_use(const KeySpec&, const AnalysisPlan& plan, const Scope&) {
  const analysis::Method& method = method_of(plan);
  const bool shown = plan.hypothesis != Hypothesis::superiority;
  if (!tests_margins(plan))  // any other hypothesis was refused
    return Use::none(shown ? std::string() : fmt::format("{} tests no difference only", method.name));
  return shown && plan.margin == 0 ? Use::required(fmt::format("{} needs one", name_of(plan.hypothesis))) : Use{};
}

Use margin_ratio_use(const KeySpec& key, const AnalysisPlan& plan, const Scope& scope) {
  const Use use = margin_use(key, plan, scope);
  return use.kind == Use::Kind::required ? Use{} : use;  // it is `margin` that is missing
}

void read_margin_ratio(const KeyAt& at, AnalysisPlan& plan) {
  if (const auto ratio = at.table.number(at.key.name)) plan.margin = log_of(*ratio);
  if (at.table.has("margin"))
    at.refuse("both \"margin\" and \"margin_ratio\" are given", "the one is the logarithm of the other", "remove one");
}

/// It is written as a margin.
std::string write_margin_ratio(const AnalysisPlan&, const Scope&) {
  return {};
}

void check_margin(const KeyAt& at, const AnalysisPlan& plan) {
  if (plan.hypothesis != Hypothesis::superiority && plan.margin == 0)
    at.refuse("\"margin\" = 0 is impossible", fmt::format("{} needs one above 0", name_of(plan.hypothesis)), "");
}

Use against_use(const KeySpec&, const AnalysisPlan& plan, const Scope&) {
  const analysis::Method& method = method_of(plan);
  if (method.paired) return Use::none(fmt::format("{} compares with the baseline", method.name));
  return method.single_arm ? Use::required(fmt::format("{} compares with a fixed value", method.name))
                           : Use::none(fmt::format("{} compares arms", method.name));
}

void check_against(const KeyAt& at, const AnalysisPlan& plan) {
  const bool share = method_of(plan).scale == EffectScale::risk_difference;
  if (share && !between(0, 1).contains(plan.against))
    at.refuse(fmt::format("\"against\" = {} is impossible", number_text(plan.against)),
              "a share that a test can refute lies between 0 and 1, both excluded",
              "write against = 0.2, for instance");
}

Use responder_use(const KeySpec&, const AnalysisPlan& plan, const Scope& scope) {
  const analysis::Method& method = method_of(plan);
  const std::optional<OutcomeKind> kind = kind_of(plan, scope);
  if (!plan.hierarchy.empty()) return Use::none("the endpoints of the hierarchy have a \"smallest_win\"");
  if (method.wins && kind != OutcomeKind::survival) return {};
  if (!cuts_a_score(plan, scope)) {
    return Use::none(kind && method.responders ? fmt::format("{} is {}", quoted(plan.endpoint), name_of(*kind))
                                               : fmt::format("{} knows no responders", method.name));
  }
  return kind ? Use::required(fmt::format("{} compares yes and no, and the endpoint is a score", method.name)) : Use{};
}

void check_responders(const KeyAt& at, const AnalysisPlan& plan) {
  if (!cuts_a_score(plan, at.scope)) return;
  if (kind_of(plan, at.scope) && !has_baseline(plan, at.scope))
    at.refuse("a responder has no baseline to be better than", no_baseline(plan, at.scope), "");
  require_baseline_column(at);
}

constexpr double largest_exponent = 10;
constexpr std::array<FlemingHarrington, 4> usual_weights = {{{0, 0}, {0, 1}, {1, 0}, {1, 1}}};

Use weights_use(const KeySpec&, const AnalysisPlan& plan, const Scope&) {
  const analysis::Method& method = method_of(plan);
  if (method.weights == Weights::none) return Use::none(fmt::format("{} has no weights", method.name));
  return method.weights == Weights::one ? Use::required("it says which differences count") : Use{};
}

/// [rho, gamma]; refuses anything else.
std::optional<FlemingHarrington> read_weight(const KeyAt& at, const TomlValue& value, const Place& place) {
  std::vector<double> exponents;
  for (const TomlValue& item : value.items)
    if (const std::optional<double> number = finite_number(item); number && at.key.range.contains(*number))
      exponents.push_back(*number);
  if (value.is_array() && value.items.size() == 2 && exponents.size() == 2)
    return FlemingHarrington{exponents[0], exponents[1]};
  at.problems().add(place, "a weight is two numbers, [rho, gamma]", fmt::format("each {}", text_of(at.key.range)),
                    "write [0, 1], for instance");
  return std::nullopt;
}

void read_weights(const KeyAt& at, AnalysisPlan& plan) {
  const TomlValue& value = at.value();
  const bool list = value.is_array() && !value.items.empty() && value.items.front().is_array();
  std::vector<FlemingHarrington> weights;
  for (std::size_t k = 0; k < (list ? value.items.size() : 1); ++k) {
    const std::optional<FlemingHarrington> weight =
        list ? read_weight(at, value.items[k], at.item_place(k)) : read_weight(at, value, at.entry().value.place);
    if (!weight) return;
    weights.push_back(*weight);
  }
  plan.weights = weights;
}

std::string write_weights(const AnalysisPlan& plan, const Scope&) {
  const auto one = [](const FlemingHarrington& weight) { return number_list({weight.rho, weight.gamma}); };
  if (plan.weights.empty()) return {};
  return method_of(plan).weights == Weights::one ? one(plan.weights.front()) : list_text(plan.weights, one);
}

void check_weights(const KeyAt& at, const AnalysisPlan& plan) {
  const analysis::Method& method = method_of(plan);
  const std::size_t count = plan.weights.size();
  if (method.weights == Weights::one && count > 1)
    at.refuse(fmt::format("{} has {} weights", method.name, count), "it takes one", "use max-combo, or keep one");
  if (method.weights != Weights::several) return;
  if (count == 1)
    at.refuse("max-combo has one weight", "it is the largest of several statistics",
              "use fleming-harrington, or add some");
  if (count > most_weights)
    at.refuse(fmt::format("max-combo has {} weights", count), fmt::format("it takes at most {}", most_weights),
              "remove some");
  for (std::size_t k = 1; k < count; ++k)
    if (std::find(plan.weights.begin(), plan.weights.begin() + static_cast<std::ptrdiff_t>(k), plan.weights[k]) !=
        plan.weights.begin() + static_cast<std::ptrdiff_t>(k))
      at.problems().add(at.item_place(k), "a weight stands twice", "its statistic is the same", "remove one");
}

Use horizon_use(const KeySpec& key, const AnalysisPlan& plan, const Scope&) {
  const bool tau = key.name == "tau_months";
  if (method_of(plan).horizon == (tau ? Horizon::tau : Horizon::at))
    return Use::required(tau ? "the mean is restricted to it" : "arms are compared then");
  return Use::none(fmt::format("it belongs to {}, and the analysis is {}",
                               tau ? "rmst" : "kaplan-meier and cumulative-incidence", plan.method));
}

void check_horizon(const KeyAt& at, const AnalysisPlan& plan) {
  const TrialFrame& frame = *at.scope.trial;
  const double months = analysis::horizon_of(plan, method_of(plan));
  const DataModel* endpoint = frame.endpoint_of(plan);
  if (!frame.simulated || !endpoint || endpoint->kind != OutcomeKind::survival) return;
  if (const double end = endpoint->follow_up_months; end > 0 && months > end)
    at.refuse(fmt::format("nobody is followed for {} months", number_text(months)),
              fmt::format("follow-up ends at {} months", number_text(end)), "write an earlier time");
  const std::optional<FinalAnalysis>& final = trial_of(at.scope).final;
  if (!final || final->months <= 0 || months < final->months) return;
  const bool alone = final->events <= 0 && final->followed_months <= 0;
  if (alone || final->when == FinalAnalysis::When::earlier)
    at.refuse(fmt::format("nobody is followed for {} months", number_text(months)),
              fmt::format("the trial is analysed by month {}", number_text(final->months)), "write an earlier time");
}

Use bayes_use(const KeySpec& key, const AnalysisPlan& plan, const Scope&) {
  if (!method_of(plan).bayes) return Use::none(fmt::format("it belongs to bayes, and the analysis is {}", plan.method));
  const bool flat = key.name == "prior_mean" && plan.prior_sd == 0;
  return flat ? Use::none("a prior without \"prior_sd\" is flat") : Use{};
}

Use hierarchy_use(const KeySpec&, const AnalysisPlan& plan, const Scope& scope) {
  const bool used = method_of(plan).wins && (scope.trial->data || scope.trial->has_several_endpoints());
  return used ? Use{} : Use::none("it belongs to the win-ratio of several endpoints, or of a data file");
}

constexpr KeySpec covariates{.form = "list of covariates",
                             .choices = covariate_names,
                             .open = true,
                             .distinct = true,
                             .use = rule<adjust_use>,
                             .check = checked<check_covariates>};

constexpr std::array<KeySpec, 29> keys = {{
    field<&AnalysisPlan::name>(
        "name", {.use = rule<name_use>, .check = checked<check_name>},
        "How tables call a secondary analysis; required there. The primary one is called \"primary\".",
        "\"unadjusted\""),
    field<&AnalysisPlan::endpoint>(
        "endpoint", {.form = "name of an endpoint", .use = rule<endpoint_use>, .check = checked<check_endpoint>},
        "What is compared: one of `outcomes.endpoints`, required; `outcome` under a data model of one endpoint, under "
        "one of several the name of one, required; the value column of a data file.",
        "\"gmfm66\""),
    field<&AnalysisPlan::visit_months>(
        "visit_months",
        {.unit = "months",
         .range = above(0, longest_months),
         .use = rule<visit_months_use>,
         .check = checked<check_visit_months>},
        "The visit at which it is compared, one of the visits; required where the trial is simulated, but for survival "
        "and count.",
        "12"),
    field<&AnalysisPlan::visit>(
        "visit", {.use = rule<visit_use>},
        "The same visit as the visit column of a data file has it; required where [data] has one, unless it is the "
        "number of `visit_months`.",
        "\"VIS4\""),
    field<&AnalysisPlan::method>(
        "analysis", {.choices = analysis::method_names, .required = true, .decides = true, .check = checked<check_fit>},
        "The method, see below which fits what.", "\"ancova\""),
    field<&AnalysisPlan::adjust>("adjust", covariates,
                                 "Covariates, of a data model its own; of a data file, its columns; and `baseline`.",
                                 "[\"baseline\", \"age_years\", \"gmfcs\"]"),
    field<&AnalysisPlan::adjust_by_visit>("adjust_by_visit", covariates,
                                          "mmrm: covariates with a coefficient for each visit.", "[\"baseline\"]"),
    field<&AnalysisPlan::stratify>("stratify",
                                   {.form = "list of factors",
                                    .choices = factor_names,
                                    .open = true,
                                    .distinct = true,
                                    .use = rule<strata_use>,
                                    .check = checked<check_strata>},
                                   "Factors whose levels, in combination, are the strata of the analysis; of a data "
                                   "model its covariates with levels "
                                   "or cuts, of a data file its columns. Ages are cut as in `trial.randomisation`.",
                                   "[\"gmfcs\"]"),
    custom<read_subgroups, write_subgroups>(
        "where", KeyType::table,
        {.form = "table of factors", .use = rule<subgroup_use>, .check = checked<check_subgroups>},
        "The analysis is of the patients with these levels, of several factors those with all of them.",
        "{ sex = \"female\" }"),
    field<&AnalysisPlan::interaction>(
        "interaction", {.form = "name of a factor", .use = rule<subgroup_use>, .check = checked<check_interaction>},
        "A factor of two levels. The estimate is the effect in the second less that in the "
        "first, "
        "each by the method on its own patients, with Satterthwaite's degrees of freedom of both.",
        "\"sex\""),
    field<&AnalysisPlan::covariance>("covariance", {.choices = covariance_names, .use = rule<repeated_use>},
                                     "mmrm: covariance of a patient's visits.", "\"unstructured\""),
    field<&AnalysisPlan::fallback>("fallback",
                                   {.choices = covariance_names,
                                    .may_be_empty = true,
                                    .use = rule<repeated_use>,
                                    .check = checked<check_fallback>},
                                   "mmrm: covariances that are tried in this order when a fit fails.",
                                   "[\"toeplitz-heterogeneous\", \"ar1\"]"),
    field<&AnalysisPlan::covariance_by_arm>("covariance_by_arm", {.use = rule<repeated_use>},
                                            "mmrm: whether every arm has a covariance of its own.", "true"),
    field<&AnalysisPlan::df>("df", {.choices = df_names, .use = rule<repeated_use>}, "mmrm: degrees of freedom.",
                             "\"kenward-roger\""),
    field<&AnalysisPlan::firth>(
        "firth", {.use = rule<firth_use>},
        "proportional-odds and cox: when Firth's penalised likelihood takes the place of the likelihood, which has no "
        "maximum where the outcomes are separated or an arm has no event. `fallback`: where the likelihood could not "
        "be maximised; its use is counted. Tests and intervals are those of the profile.",
        "\"fallback\""),
    field<&AnalysisPlan::interval>(
        "interval", {.decides = true, .use = rule<interval_use>},
        "kaplan-meier: `plain` limits of both curves, and the difference tested by its own standard error; or "
        "`log-log`, "
        "limits by log(-log S), by which the difference is tested, too, so that the level holds in smaller arms; a "
        "margin then is not.",
        "\"log-log\""),
    field<&AnalysisPlan::change_from_baseline>(
        "change_from_baseline", {.use = rule<change_use>, .check = checked<check_change>},
        "Whether the change from baseline is analysed and not the outcome itself.", "true"),
    field<&AnalysisPlan::hypothesis>("hypothesis", {.decides = true, .check = checked<check_hypothesis>},
                                     "What the trial wants to show.", "\"non-inferiority\""),
    field<&AnalysisPlan::margin>(
        "margin", {.range = at_least(0), .use = rule<margin_use>, .check = checked<check_margin>},
        "On the scale of the estimate, the logarithm of a ratio. Superiority: by more than this; non-inferiority: not "
        "worse by this; equivalence: within this on either side; required for these two. With a margin tests are "
        "one-sided, at alpha / 2 where the study has two sides.",
        "1.5"),
    [] {
      KeySpec key = custom<read_margin_ratio, write_margin_ratio>(
          "margin_ratio", KeyType::number, {.range = above(1), .no_default = true, .use = rule<margin_ratio_use>},
          "The same as a ratio, whose logarithm is the margin: 1.25 for 0.8 to 1.25 of an outcome that is a logarithm.",
          "1.25");
      key.resolves_to = "margin";
      return key;
    }(),
    field<&AnalysisPlan::against>(
        "against", {.no_default = true, .use = rule<against_use>, .check = checked<check_against>},
        "exact-binomial and one-sample-t: the fixed value that the single arm is compared with, a share or a mean (of "
        "changes, where these are analysed); required there. Estimates and their intervals are differences from it.",
        "0.2"),
    field<&AnalysisPlan::responder_threshold>(
        "responder_threshold",
        {.unit = "points", .range = above(0), .use = rule<responder_use>, .check = checked<check_responders>},
        "Methods of yes or no on a score: a responder is better than at baseline by at least this. win-ratio: a "
        "difference of at most this is a tie.",
        "2"),
    custom<read_weights, write_weights>(
        "weights", KeyType::other,
        {.form = "[rho, gamma], or a list of them",
         .range = {0, largest_exponent},
         .use = rule<weights_use>,
         .check = checked<check_weights>},
        "fleming-harrington: the weight S^rho (1 - S)^gamma of an event, S the survival of both arms together just "
        "before it: [0, 1] counts late differences, [1, 0] early ones; required. max-combo: two to four of them; "
        "without it [[0, 0], [0, 1], [1, 0], [1, 1]].",
        "[0, 1]"),
    field<&AnalysisPlan::tau_months>(
        "tau_months", {.unit = "months", .range = above(0), .use = rule<horizon_use>, .check = checked<check_horizon>},
        "rmst: up to which time survival counts; of a data file in the unit of its times. "
        "An arm whose last patient is censored before has no estimate.",
        "24"),
    field<&AnalysisPlan::at_months>(
        "at_months", {.unit = "months", .range = above(0), .use = rule<horizon_use>, .check = checked<check_horizon>},
        "kaplan-meier, cumulative-incidence: the time at which arms are compared; likewise.", "12"),
    table<&AnalysisPlan::hierarchy>(
        "hierarchy", hierarchy_section, {.form = "list of endpoints", .use = rule<hierarchy_use>},
        "win-ratio: its endpoints, the most important first, instead of one.",
        "[{ value = \"DAYS\", event = \"DIED\" }, { value = \"SCORE\", smallest_win = 2 }]"),
    field<&AnalysisPlan::prior_mean>("prior_mean", {.use = rule<bayes_use>},
                                     "bayes: mean of the normal prior of the effect.", "0"),
    field<&AnalysisPlan::prior_sd>("prior_sd", {.range = above(0), .use = rule<bayes_use>},
                                   "bayes: its standard deviation; without it the prior is flat.", "2.5"),
    field<&AnalysisPlan::posterior_probability>("posterior_probability",
                                                {.range = between(0, 1), .use = rule<bayes_use>},
                                                "bayes: required that the effect exceeds the margin.", "0.975"),
}};

/// Several weights are the usual ones where nothing is said.
void finish_plan(const TableReader& reader, AnalysisPlan& plan, const Scope& scope) {
  if (method_of(plan).paired) plan.change_from_baseline = true;
  const TrialFrame& frame = *scope.trial;
  if (frame.has_several_endpoints() && !plan.hierarchy.empty()) {
    plan.endpoint = plan.hierarchy.front().endpoint;
    plan.visit_months = plan.hierarchy.front().visit_months;
  }
  if (frame.has_several_endpoints() && !reader.has("visit_months") && !frame.has_visits(plan))
    plan.visit_months = frame.endpoint_of(plan)->follow_up_months;
  if (method_of(plan).weights == Weights::several && !reader.has("weights"))
    plan.weights.assign(usual_weights.begin(), usual_weights.end());
}

/// What a plan is before its keys are read.
AnalysisPlan plan_of(const TrialFrame& frame) {
  AnalysisPlan plan;
  if (!frame.simulated) plan.endpoint = frame.data->value.empty() ? frame.data->time : frame.data->value;
  if (!frame.simulated || !frame.model || frame.has_several_endpoints()) return plan;
  plan.endpoint = frame.model->name;
  if (frame.has_visits(plan) && !frame.visits_months.empty()) plan.visit_months = frame.visits_months.back();
  if (!frame.has_visits(plan)) plan.visit_months = frame.model->follow_up_months;
  return plan;
}

void read_plan(const KeyAt& at, const TomlValue& value, TrialQuestion& trial) {
  const TrialFrame& frame = *at.scope.trial;
  AnalysisPlan& plan = trial.analyses.emplace_back(plan_of(frame));
  const TableReader table(value, analysis_section, at.problems());
  if (value.is_table()) fill(table, plan, at.scope);
  if (trial.analyses.size() == 1) plan.name = "primary";
  const bool same_visit = frame.simulated && frame.data && !frame.data->visit.empty() && plan.visit.empty();
  if (same_visit) plan.visit = number_text(plan.visit_months);
}

}  // namespace

const SectionSpec analysis_section = section<AnalysisPlan, finish_plan>(
    "primary", "trial.primary",
    "An analysis: `trial.primary`, and each of the list `trial.secondary`. A key that the method has no use for is "
    "refused.",
    keys);

void read_primary(const KeyAt& at, TrialQuestion& trial) {
  read_plan(at, at.value(), trial);
}

void read_secondary(const KeyAt& at, TrialQuestion& trial) {
  if (!is_list(at)) return;
  if (trial.analyses.empty()) trial.analyses.emplace_back();  // in the place of the primary one, which is missing
  for (const TomlValue& item : at.value().items) read_plan(at, item, trial);
}

void write_primary(const TrialQuestion& trial, const Scope& scope, const std::string& path, std::string& text) {
  write_table(analysis_section, &trial.analyses.front(), scope, fmt::format("[{}]", path), path, text);
}

void write_secondary(const TrialQuestion& trial, const Scope& scope, const std::string& path, std::string& text) {
  for (std::size_t k = 1; k < trial.analyses.size(); ++k)
    write_table(analysis_section, &trial.analyses[k], scope, fmt::format("[[{}]]", path), path, text);
}

}  // namespace vcohort
