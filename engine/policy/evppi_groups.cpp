#include "engine/policy/evppi_groups.hpp"

#include <algorithm>
#include <set>

#include "engine/evidence/registry.hpp"

namespace vcohort {

namespace {

/// Whether the parameter is `name`, or one of those that begin with it up to a dot.
bool begins(std::string_view parameter, std::string_view name) {
  return parameter == name || (parameter.starts_with(name) && parameter[name.size()] == '.');
}

std::vector<EvppiGroup> groups_by_kind(const Study& study) {
  std::set<std::string> cells, routes_used, pairs;
  for (const Strategy& strategy : study.strategies) {
    if (!strategy.cells) continue;
    const std::string cell = name_of(strategy.cell), route = name_of(strategy.route);
    cells.insert(cell);
    routes_used.insert(route);
    pairs.insert(cell + "." + route);
  }
  EvppiGroup effect{"effect",
                    {"effect.any", "effect.emax", "effect.ec50", "effect.hill", "dose.concavity", "repeat.lambda",
                     "onset.motor", "waning.motor"}};
  EvppiGroup modifiers{"modifiers", {"age.floor", "age.midpoint", "age.slope", "responder.share", "responder.cv"}};
  EvppiGroup harm{"harm", {"utility.event_loss", "cost.event"}};
  EvppiGroup costs{"costs", {"cost.preparation", "cost.visit"}};
  for (const std::string& pair : pairs) effect.parameters.push_back("delivery." + pair);
  for (const std::string& cell : cells) modifiers.parameters.push_back("severity." + cell);
  for (const std::string& route : routes_used) {
    for (const char* event : {"fever", "infusion_reaction", "headache", "vomiting", "back_pain", "epistaxis",
                              "facial_palsy", "seizure", "serious"})
      harm.parameters.push_back(std::string("ae.") + event + "." + route);
    costs.parameters.push_back("cost.procedure." + route);
  }
  const PolicyQuestion& question = *study.policy;
  if (question.perspective == Perspective::societal)
    costs.parameters.insert(costs.parameters.end(),
                            {"carer.cost_per_day", "carer.days_per_infusion", "travel.cost_per_trip"});
  if (question.care_follows_motor) costs.parameters.insert(costs.parameters.end(), {"cost.care", "cost.care_change"});
  const bool hours = !study.population.rehabilitation.empty() ||
                     std::any_of(study.strategies.begin(), study.strategies.end(),
                                 [](const Strategy& strategy) { return !strategy.rehabilitation.empty(); });
  if (hours) costs.parameters.insert(costs.parameters.end(), {"cost.therapy_hour"});
  if (hours && question.perspective == Perspective::societal)
    costs.parameters.insert(costs.parameters.end(), {"travel.cost_per_session", "rehabilitation.carer_hours"});
  EvppiGroup procedure{"procedures", {}};
  for (const Strategy& strategy : study.strategies)
    if (strategy.procedure)
      for (const char* what : {"procedure.effect.", "procedure.waning.", "procedure.harm.", "procedure.harm_loss."})
        procedure.parameters.push_back(what + std::string(name_of(strategy.procedure->procedure)));
  EvppiGroup utilities{
      "utilities",
      {std::string("utility.slope.") + name_of(question.utility), std::string("utility.") + name_of(question.utility)}};
  std::vector<EvppiGroup> groups{effect, modifiers, harm, costs};
  if (hours)
    groups.push_back({"rehabilitation",
                      {"rehabilitation.any", "rehabilitation.points_per_hour", "rehabilitation.waning",
                       "rehabilitation.maximum", "rehabilitation.severity"}});
  if (!procedure.parameters.empty()) groups.push_back(procedure);
  if (question.effect == PolicyEffect::qaly) {
    groups.push_back(utilities);
    groups.push_back({"survival", {"mortality.excess"}});
  }
  return groups;
}

}  // namespace

std::vector<EvppiGroup> evppi_groups(const Study& study) {
  std::vector<EvppiGroup> groups = study.policy->evppi.empty() ? groups_by_kind(study) : study.policy->evppi;
  for (EvppiGroup& group : groups) {
    std::vector<std::string> full;
    for (const std::string& name : group.parameters)
      for (const ParameterDefinition& definition : parameter_registry())
        if (begins(definition.name, name) && std::find(full.begin(), full.end(), definition.name) == full.end())
          full.push_back(definition.name);
    group.parameters = std::move(full);
  }
  return groups;
}

std::vector<std::string> informative(const EvppiGroup& group, const Evidence& evidence) {
  std::vector<std::string> names;
  std::set<std::string> draws;
  for (const std::string& name : group.parameters) {
    const Parameter* parameter = find(evidence, name);
    if (!parameter || parameter->uncertainty.kind == Uncertainty::Kind::fixed) continue;
    if (find_parameter(name)->kind == ParameterKind::price) continue;
    if (parameter->draw.empty() || draws.insert(parameter->draw).second) names.push_back(name);
  }
  return names;
}

}  // namespace vcohort
