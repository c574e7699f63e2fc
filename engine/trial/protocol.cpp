#include "engine/trial/protocol.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "engine/numeric/require.hpp"
#include "engine/numeric/shortest_text.hpp"
#include "engine/outcome/endpoint.hpp"
#include "engine/study/covariates.hpp"
#include "engine/study/data_endpoints.hpp"
#include "engine/study/reference_first.hpp"

namespace vcohort {

namespace {

constexpr double same_visit = 1e-9;  // months: two texts of one number

template <class Names>
std::size_t place(const Names& names, const std::string& name) {
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) throw InternalError("the protocol does not know '" + name + "'");
  return static_cast<std::size_t>(found - names.begin());
}

template <class Names, class Name>
bool contains(const Names& names, const Name& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

int levels_of(const std::string& factor, const Randomisation& randomisation) {
  if (factor == "age_years") return static_cast<int>(randomisation.age_cuts.size()) + 1;
  const auto variables = stratum_variable_names();
  const auto found = std::find(variables.begin(), variables.end(), factor);
  const auto categories = found == variables.end()
                              ? std::span<const std::string_view>{}
                              : categories_of(static_cast<StratumVariable>(found - variables.begin()));
  if (categories.empty()) throw InternalError("strata of '" + factor + "', which has no categories");
  return static_cast<int>(categories.size());
}

/// The design whose arms, and whatever is given per arm, begin with the reference.
TrialQuestion with_reference_first(TrialQuestion design) {
  const auto order = reference_first(design.arms.size(), static_cast<std::size_t>(design.reference));
  const auto arrange = [&](auto& per_arm) {
    if (per_arm.empty()) return;
    auto arranged = per_arm;
    for (std::size_t k = 0; k < order.size(); ++k) arranged[k] = per_arm.at(order[k]);
    per_arm = std::move(arranged);
  };
  arrange(design.arms);
  if (design.dropout) arrange(design.dropout->arm_odds_ratio);
  for (IntercurrentEvent& event : design.intercurrent) arrange(event.arm_share);
  design.reference = 0;
  return design;
}

double steps_of_decimals(std::optional<int> decimals) {
  double steps = decimals ? 1 : 0;
  for (int k = 0; k < decimals.value_or(0); ++k) steps *= 10;
  return steps;
}

}  // namespace

std::vector<std::string> names_of_groups(const std::vector<double>& cuts) {
  if (cuts.empty()) return {};
  std::vector<std::string> names{"below " + shortest_text(cuts.front())};
  for (std::size_t k = 0; k + 1 < cuts.size(); ++k)
    names.push_back(shortest_text(cuts[k]) + " to below " + shortest_text(cuts[k + 1]));
  names.push_back("from " + shortest_text(cuts.back()) + " on");
  return names;
}

bool Protocol::adjusts_by_levels(const std::string& covariate) const {
  if (!level_names.empty() || contains(numeric, covariate)) return !contains(numeric, covariate);
  return covariate != "baseline" && covariate != "age_years" && covariate != "weight_kg" && covariate != "gmfm66" &&
         covariate != "gmfm88";
}

Protocol::Protocol(const Study& study, const Evidence& evidence)
    : design(with_reference_first(*study.trial)),
      drawn_order(study.trial->arms.size()),
      seed(study.seed),
      uncertain_parameters(study.uncertain_parameters) {
  require(!design.arms.empty() && !design.analyses.empty(), "a trial has arms and a primary analysis");
  require(!design.sample_size.empty() && design.sample_size.front() >= 2, "a trial has patients");
  const auto order = reference_first(design.arms.size(), static_cast<std::size_t>(study.trial->reference));
  for (std::size_t place = 0; place < order.size(); ++place) drawn_order[order[place]] = static_cast<int>(place);
  if (study.data_model) {
    const DataModel& model = *study.data_model;
    for (const DataModel& endpoint : endpoints_of(model))
      for (const double months : endpoint.visits_months)
        if (seen_at_visits(endpoint.kind) && months > 0 && !contains(visits_months, months))
          visits_months.push_back(months);
    std::sort(visits_months.begin(), visits_months.end());
    for (const DataModel& endpoint : endpoints_of(model)) add_endpoint(endpoint);
    for (const DataModel& endpoint : model.endpoints)
      for (const std::string& part : endpoint.first_of) first_of[slot_of(endpoint.name)].push_back(slot_of(part));
    follow_up_months = *std::max_element(follow_up.begin(), follow_up.end());
    require(*std::min_element(follow_up.begin(), follow_up.end()) > 0,
            "a data model has a follow-up, or a visit after baseline");
    add_covariates(model);
  } else {
    visits_months = study.outcomes.visits_months;
    follow_up_months = visits_months.back();
    const ParameterValues values = point_values(evidence);
    for (const AnalysisPlan& plan : design.analyses) {
      if (contains(endpoints, plan.endpoint)) continue;
      const Endpoint endpoint = endpoint_named(plan.endpoint, values);
      endpoints.push_back(plan.endpoint);
      seen.emplace_back(visits_months.size());
      std::iota(seen.back().begin(), seen.back().end(), std::size_t{0});
      follow_up.push_back(follow_up_months);
      has_baseline.push_back(true);
      missing_share.push_back(0);
      ends_follow_up.push_back(false);
      first_of.emplace_back();
      kind.push_back(endpoint.kind);
      lower_is_better.push_back(endpoint.lower_is_better);
      minimum.push_back(endpoint.minimum);
      maximum.push_back(endpoint.maximum);
      const auto decimals = design.decimals.find(plan.endpoint);
      unit.push_back(
          steps_of_decimals(decimals == design.decimals.end() ? std::nullopt : std::optional(decimals->second)));
    }
  }
  for (const AnalysisPlan& plan : design.analyses) {
    for (const auto* names : {&plan.adjust, &plan.adjust_by_visit})
      for (const std::string& name : *names) {
        require(name != "baseline" || has_baseline[slot_of(plan)], "an analysis adjusts for what is recorded");
        if (name == "baseline") continue;
        if (adjusts_by_levels(name))
          add_factor(name);
        else
          add_numeric(name);
      }
    for (const std::string& name : plan.stratify) add_factor(name);
    for (const Subgroup& group : plan.where) add_factor(group.covariate);
    if (!plan.interaction.empty()) add_factor(plan.interaction);
  }
  for (const std::string& name : design.randomisation.stratify) add_factor(name);
}

std::string Protocol::level_name(std::size_t which, int level) const {
  if (!level_names.empty()) return level_names[which][static_cast<std::size_t>(level)];
  const auto variables = stratum_variable_names();
  for (std::size_t k = 0; k < variables.size(); ++k)
    if (variables[k] == factors[which])
      if (const auto names = categories_of(static_cast<StratumVariable>(k)); !names.empty())
        return std::string(names[static_cast<std::size_t>(level)]);
  return std::to_string(level);
}

int Protocol::level_named(std::size_t which, const std::string& name) const {
  for (int level = 0; level < levels[which]; ++level)
    if (level_name(which, level) == name) return level;
  throw InternalError("the factor '" + factors[which] + "' has no level '" + name + "'");
}

void Protocol::add_endpoint(const DataModel& model) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  const bool events = !seen_at_visits(model.kind);
  endpoints.push_back(model.name);
  kind.push_back(model.kind);
  lower_is_better.push_back(model.lower_is_better.value_or(events));
  minimum.push_back(model.kind == OutcomeKind::binary ? 0.0 : model.kind == OutcomeKind::ordinal ? 1.0 : -infinity);
  maximum.push_back(model.kind == OutcomeKind::binary    ? 1.0
                    : model.kind == OutcomeKind::ordinal ? static_cast<double>(model.arms.front().share.size())
                                                         : infinity);
  unit.push_back(steps_of_decimals(model.decimals));
  missing_share.push_back(model.missing_share);
  ends_follow_up.push_back(model.ends_follow_up);
  first_of.emplace_back();
  seen.emplace_back();
  has_baseline.push_back(!events && vcohort::has_baseline(model));
  for (std::size_t v = 0; v < visits_months.size() && !events; ++v)
    if (contains(model.visits_months, visits_months[v])) seen.back().push_back(v);
  follow_up.push_back(events ? model.follow_up_months : seen.back().empty() ? 0.0 : visits_months[seen.back().back()]);
}

bool Protocol::has_events() const {
  return std::any_of(kind.begin(), kind.end(), [](OutcomeKind of) { return !seen_at_visits(of); });
}

std::size_t Protocol::seen_at(std::size_t slot, double months) const {
  const auto found = std::find(seen[slot].begin(), seen[slot].end(), visit_at(months));
  if (found == seen[slot].end())
    throw InternalError("the endpoint is not seen at " + std::to_string(months) + " months");
  return static_cast<std::size_t>(found - seen[slot].begin());
}

std::size_t Protocol::visit_of_model(const AnalysisPlan& plan) const {
  const std::size_t slot = slot_of(plan);
  return by_visit(slot) ? seen_at(slot, plan.visit_months) + (has_baseline[slot] ? 1 : 0) : 0;
}

bool Protocol::ends(std::size_t ending, std::size_t slot) const {
  return ends_follow_up[ending] && ending != slot && !contains(first_of[slot], ending);
}

bool Protocol::ended_by_others(std::size_t slot) const {
  for (std::size_t ending = 0; ending < endpoints.size(); ++ending)
    if (ends(ending, slot)) return true;
  return false;
}

void Protocol::add_covariates(const DataModel& model) {
  for (const DataCovariate& covariate : model.covariates) {
    if (covariate.is_normal()) numeric.push_back(covariate.name);
    if (covariate.factor_levels() < 2) continue;
    factors.push_back(covariate.name);
    levels.push_back(covariate.factor_levels());
    level_names.push_back(covariate.is_normal() ? names_of_groups(covariate.cuts) : covariate.levels);
  }
}

void Protocol::record(std::vector<std::vector<double>>& values) const {
  for (std::size_t row = 0; row < values.size(); ++row) {
    const double steps = unit[row * unit.size() / values.size()];
    if (steps == 0) continue;
    for (double& value : values[row]) value = __builtin_rint(value * steps) / steps;
  }
}

void Protocol::add_numeric(const std::string& name) {
  if (!contains(numeric, name)) numeric.push_back(name);
}

void Protocol::add_factor(const std::string& name) {
  if (contains(factors, name)) return;
  factors.push_back(name);
  levels.push_back(levels_of(name, design.randomisation));
}

std::size_t Protocol::slot_of(const std::string& endpoint) const {
  if (endpoint.empty() && endpoints.size() == 1) return 0;
  return place(endpoints, endpoint);
}

std::size_t Protocol::visit_at(double months) const {
  for (std::size_t v = 0; v < visits_months.size(); ++v)
    if (std::fabs(visits_months[v] - months) < same_visit) return v;
  throw InternalError("no visit at " + std::to_string(months) + " months");
}

std::string Protocol::name_of_contrast(std::size_t contrast, const AnalysisPlan& plan) const {
  const std::string& arm = arm_of_contrast(contrast).name;
  if (arms() > 1) return arm + " - " + design.arms.front().name;
  return arm + " - " + (analysis::find_method(plan.method)->paired ? "baseline" : shortest_text(plan.against));
}

std::size_t Protocol::numeric_at(const std::string& name) const {
  return place(numeric, name);
}
std::size_t Protocol::factor_at(const std::string& name) const {
  return place(factors, name);
}

}  // namespace vcohort
