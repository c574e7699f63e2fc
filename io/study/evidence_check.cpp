#include "io/study/evidence_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "engine/evidence/registry.hpp"
#include "engine/numeric/errors.hpp"
#include "engine/policy/evppi_groups.hpp"
#include "engine/policy/policy.hpp"
#include "engine/sensitivity/sobol_stage.hpp"
#include "engine/sensitivity/stages.hpp"
#include "engine/sensitivity/threshold.hpp"
#include "engine/study/beside_words.hpp"
#include "engine/study/names.hpp"
#include "engine/study/size.hpp"

namespace vcohort {

namespace {

std::string pair_name(Cell cell, Route route) {
  return fmt::format("{}/{}", name_of(cell), name_of(route));
}

const Parameter* delivery_of(const Evidence& evidence, Cell cell, Route route) {
  return find(evidence, fmt::format("delivery.{}.{}", name_of(cell), name_of(route)));
}

const Parameter* reference_dose_of(const Evidence& evidence, Cell cell, Route route) {
  return find(evidence, fmt::format("reference_dose.{}.{}", name_of(cell), name_of(route)));
}

/// The key of a study that doses in the unit of a reference dose.
DoseUnit dose_unit_of(const Parameter& reference_dose) {
  if (reference_dose.unit == "cells") return DoseUnit::cells;
  if (reference_dose.unit == "published doses") return DoseUnit::reference_doses;
  return DoseUnit::per_kg;
}

std::string_view dose_key(DoseUnit unit) {
  switch (unit) {
    case DoseUnit::per_kg:
      return "dose_per_kg";
    case DoseUnit::cells:
      return "dose";
    case DoseUnit::reference_doses:
      return "reference_doses";
  }
  return "dose";
}

/// The checks of one study under one evidence. What a grid makes is complained about once, for all its strategies.
class PairCheck {
 public:
  PairCheck(const Study& study, const Evidence& evidence, const StudyPlaces& places, Problems& problems)
      : study_(study), evidence_(evidence), places_(places), problems_(problems) {}

  void run() {
    for (std::size_t index = 0; index < study_.strategies.size(); ++index) {
      const Strategy& strategy = study_.strategies[index];
      if (!strategy.cells) continue;
      const StudyPlaces::OfStrategy& places = places_.strategies.at(index);
      if (!delivery_of(evidence_, strategy.cell, strategy.route)) {
        lack_delivery(strategy, places);
      } else {
        check_dose(strategy, places);
      }
    }
    if (!pairs_of_grid_.empty()) {
      refuse_pairs(grid_place_, fmt::format("the grid asks for pairs of cell and route that nobody studied: {}",
                                            fmt::join(pairs_of_grid_, ", ")));
    }
  }

 private:
  void lack_delivery(const Strategy& strategy, const StudyPlaces::OfStrategy& places) {
    const std::string pair = pair_name(strategy.cell, strategy.route);
    if (places.from_grid) {
      pairs_of_grid_.insert(pair);
      grid_place_ = places.pair;
    } else {
      refuse_pairs(places.pair, fmt::format("{} has no delivery factor", pair));
    }
  }

  void refuse_pairs(const Place& place, const std::string& problem) {
    problems_.add(place, problem,
                  fmt::format("the evidence {} has none, and nothing is invented", quoted(evidence_.name)),
                  fmt::format("use one of {}, or supply delivery and reference_dose by [[override]], with their source",
                              fmt::join(pairs_of(evidence_), ", ")));
  }

  void check_dose(const Strategy& strategy, const StudyPlaces::OfStrategy& places) {
    const std::string pair = pair_name(strategy.cell, strategy.route);
    const Parameter* reference_dose = reference_dose_of(evidence_, strategy.cell, strategy.route);
    if (places.from_grid && !complained_about_.insert(pair).second) return;
    if (!reference_dose) {
      problems_.add(places.pair, fmt::format("{} has no reference dose", pair), "exposure is relative to it",
                    fmt::format("supply reference_dose.{}.{} by [[override]], with its source", name_of(strategy.cell),
                                name_of(strategy.route)));
      return;
    }
    const DoseUnit unit = dose_unit_of(*reference_dose);
    if (unit == strategy.regimen.dose_unit) return;
    problems_.add(
        places.dose, fmt::format("{} is not dosed by \"{}\"", pair, dose_key(strategy.regimen.dose_unit)),
        fmt::format("the evidence {} gives its reference dose in {}", quoted(evidence_.name), reference_dose->unit),
        fmt::format("write {}", dose_key(unit)));
  }

  const Study& study_;
  const Evidence& evidence_;
  const StudyPlaces& places_;
  Problems& problems_;
  std::set<std::string> pairs_of_grid_;
  std::set<std::string> complained_about_;
  Place grid_place_;
};

/// [policy] needs utilities, costs and survival, and money that means what the study says.
void check_policy(const PolicyQuestion& policy, const Evidence& evidence, const StudyPlaces& places,
                  Problems& problems) {
  constexpr std::uint16_t first_id = 800, end_id = 870;  // of what every [policy] needs, and nothing else
  std::vector<std::string> missing;
  for (const ParameterDefinition& definition : parameter_registry())
    if (definition.id >= first_id && definition.id < end_id && !find(evidence, definition.name))
      missing.push_back(definition.name);
  if (!missing.empty()) {
    problems.add(
        places.policy,
        fmt::format("the evidence {} lacks {} parameters that [policy] needs", quoted(evidence.name), missing.size()),
        fmt::format(
            "{}{}",
            fmt::join(missing.begin(), missing.begin() + std::min<std::ptrdiff_t>(3, std::ssize(missing)), ", "),
            missing.size() > 3 ? ", ..." : ""),
        "add them with their sources, as the stances that ship have them");
    return;
  }
  const bool same = policy.currency == evidence.currency && policy.price_year == evidence.price_year;
  if (!same && !policy.exchange_rate)
    problems.add(places.policy,
                 fmt::format("[policy] counts {} of {}, the evidence {} {} of {}", policy.currency, policy.price_year,
                             quoted(evidence.name), evidence.currency, evidence.price_year),
                 "money is not converted silently", "write exchange_rate = { factor = ..., source = \"...\" }");
  if (same && policy.exchange_rate)
    problems.add(
        places.policy, "\"exchange_rate\" has no place here",
        fmt::format("the evidence {} counts {} of {} as [policy] does, and its money would be multiplied by {:g}",
                    quoted(evidence.name), evidence.currency, evidence.price_year, *policy.exchange_rate),
        "remove it, or name the currency and the price year of the study");
}

/// The value of knowing a group that was asked for by name; those that every study gets are missing in the table
/// instead.
void check_evppi(const Study& study, const Evidence& evidence, const Place& place, Problems& problems) {
  const PolicyQuestion& policy = *study.policy;
  if (policy.evppi.empty()) return;
  const Evidence drawn = evidence_for_draws(evidence, policy);
  for (const EvppiGroup& group : evppi_groups(study))
    if (const std::size_t names = informative(group, drawn).size();
        2 * static_cast<std::int64_t>(names) > policy.parameter_draws)
      problems.add(place, fmt::format("the value of knowing {} cannot be computed", quoted(group.name)),
                   fmt::format("{} uncertain parameters of the evidence {} need at least {} draws", names,
                               quoted(evidence.name), 2 * names),
                   "raise policy.parameter_draws, or name fewer parameters in policy.evppi");
}

/// What [policy.sensitivity] moves is in the evidence and stays within what the model allows, and its Sobol indices fit
/// into memory.
void check_sensitivity(const Study& study, const Evidence& evidence, const Place& place, Problems& problems) {
  const SensitivityQuestion& asked = *study.policy->sensitivity;
  const auto check_move = [&](const ParameterMove& move, std::initializer_list<double> values) {
    if (move.empty())
      return problems.add(place,
                          fmt::format("{}: the evidence {} has no such number", move.name(), quoted(evidence.name)),
                          "it cannot be moved", "supply it with [[override]], or move another one");
    for (const double value : values)
      if (!move.allows(value))
        problems.add(place, fmt::format("{} cannot be moved to {}", move.name(), value),
                     fmt::format("allowed are {} from {} to {}", move.is_factor() ? "factors" : "values", move.lowest(),
                                 move.highest()),
                     "correct it in [policy.sensitivity]");
  };
  for (const MovedParameter& side : asked.grid)
    for (const double value : side.values) check_move(ParameterMove(evidence, side.name), {value});
  for (const ThresholdSearch& search : asked.thresholds) {
    const ParameterMove move(evidence, search.name);
    const auto [low, high] = searched_range(search, move);
    check_move(move, {low, high});
    if (!move.empty() && !(low < high))
      problems.add(place, fmt::format("the range of {} is empty", search.name), fmt::format("from {} to {}", low, high),
                   "add range = [low, high] to its threshold");
  }
  if (!asked.sobol || !problems.empty()) return;
  const ParameterDraws draws(evidence_for_draws(evidence, *study.policy));
  const std::size_t evaluations = sobol_factors(draws, sobol_groups(study)).size() + 2;
  const double numbers = static_cast<double>(asked.sobol->points) * static_cast<double>(evaluations) *
                         static_cast<double>(study.strategies.size()) * 2;
  if (numbers > largest_policy_tally)
    problems.add(place, fmt::format("the Sobol indices would keep {} numbers in memory", numbers),
                 fmt::format("{} points x {} evaluations x {} strategies, twice; at most {} are allowed",
                             asked.sobol->points, evaluations, study.strategies.size(), largest_policy_tally),
                 "ask for fewer points or groups in policy.sensitivity.sobol");
}

std::string categories_text(std::string_view key, auto names, const auto& allowed) {
  std::vector<std::string> words;
  for (std::size_t k = 0; k < allowed->size(); ++k)
    if ((*allowed)[k]) words.push_back(quoted(names[k]));
  return fmt::format("{} = [{}]", key, fmt::join(words, ", "));
}

/// How a study writes an eligibility.
std::string eligibility_text(const StrategyEligibility& eligibility) {
  std::vector<std::string> parts;
  if (eligibility.gmfcs) parts.push_back(categories_text("gmfcs", gmfcs_names, eligibility.gmfcs));
  if (eligibility.motor_type) parts.push_back(categories_text("motor_type", motor_type_names, eligibility.motor_type));
  if (eligibility.topography) parts.push_back(categories_text("topography", topography_names, eligibility.topography));
  return fmt::format("{{ {} }}", fmt::join(parts, ", "));
}

/// What the population shares with the eligibility of a strategy.
StrategyEligibility enrolled_kinds(const Eligibility& enrolled) {
  return {enrolled.gmfcs, enrolled.motor_type, enrolled.topography};
}

bool nobody_meets(const StrategyEligibility& whom) {
  constexpr auto spastic = std::size_t{0};
  return whom.motor_type && whom.topography && !(*whom.motor_type)[spastic] &&
         !(*whom.topography)[static_cast<std::size_t>(Topography::none)];
}

/// Whether some of whom the one has are none of the other's.
template <typename Set>
bool goes_beyond(const std::optional<Set>& one, const std::optional<Set>& other) {
  if (!other) return false;
  for (std::size_t k = 0; k < other->size(); ++k)
    if (!(*other)[k] && (!one || (*one)[k])) return true;
  return false;
}

/// Whether some of whom the one lets pass do not meet the other.
bool goes_beyond(const StrategyEligibility& one, const StrategyEligibility& other) {
  return goes_beyond(one.gmfcs, other.gmfcs) || goes_beyond(one.motor_type, other.motor_type) ||
         goes_beyond(one.topography, other.topography);
}

/// What is given beside cells has its numbers, and a procedure is given to those whom it is for.
void check_beside(const Study& study, const Evidence& evidence, const StudyPlaces& places, Problems& problems) {
  const auto lacks = [&](const Place& place, const std::string& what, const std::string& parameter) {
    if (find(evidence, parameter)) return false;
    problems.add(place, fmt::format("the evidence {} knows nothing of {}", quoted(evidence.name), what),
                 quoted(parameter) + " is missing", "add it with its source, or use a stance that ships");
    return true;
  };
  for (const Stratification& stratification : study.stratifications)
    for (const StratumDimension& dimension : stratification.dimensions)
      if (dimension.variable == StratumDimension::Variable::topography)
        lacks({}, "topographies", "patient.topography_share.I.diplegia");
  const StrategyEligibility enrolled = enrolled_kinds(study.population.eligibility);
  if (enrolled.topography) lacks({}, "topographies", "patient.topography_share.I.diplegia");
  bool hours = !study.population.rehabilitation.empty() || (study.trial && !study.trial->rehabilitation.empty());
  for (std::size_t index = 0; index < study.strategies.size(); ++index) {
    const Strategy& strategy = study.strategies[index];
    const Place& place = places.strategies.at(index).dose;
    hours = hours || !strategy.rehabilitation.empty();
    if (strategy.eligibility && strategy.eligibility->topography)
      lacks(place, "topographies", "patient.topography_share.I.diplegia");
    if (strategy.eligibility && nobody_meets(*strategy.eligibility))
      problems.add(place, fmt::format("nobody is eligible for {}", quoted(strategy.name)),
                   "children who are not spastic have the topography none", "add spastic to motor_type");
    if (!strategy.procedure) continue;
    const std::string name = name_of(strategy.procedure->procedure);
    if (lacks(place, name, "procedure.effect." + name) || strategy.eligibility) continue;
    for (const ProcedureFacts& facts : evidence.procedures) {
      const StrategyEligibility& whom = facts.indication;
      if (facts.procedure != strategy.procedure->procedure || (!whom.gmfcs && !whom.motor_type && !whom.topography))
        continue;
      problems.add(place, fmt::format("{} gives {} to every child", quoted(strategy.name), name),
                   fmt::format("it is for some alone: {}", facts.source),
                   "write eligibility = " + eligibility_text(whom));
    }
  }
  if (hours)
    for (const ParameterDefinition& definition : parameter_registry())
      if (definition.name.starts_with("rehabilitation.") && lacks({}, "rehabilitation", definition.name)) return;
}

/// What an arm does after its crossover begins at baseline as the model sees it: hours that start then have no place.
void check_crossovers(const Study& study, const StudyPlaces& places, Problems& problems) {
  if (!study.trial || study.data_model) return;
  for (const Arm& arm : study.trial->arms) {
    if (!arm.crossover_to) continue;
    const auto own = static_cast<std::size_t>(arm.strategy);
    for (std::size_t index = 0; index < study.strategies.size(); ++index) {
      const Strategy& strategy = study.strategies[index];
      if (index != own && strategy.name != *arm.crossover_to) continue;
      if (strategy.rehabilitation.empty() && !strategy.procedure) continue;
      problems.add(places.strategies.at(index).dose,
                   fmt::format("{} has rehabilitation or a procedure, and an arm crosses over", quoted(strategy.name)),
                   "what is given beside cells does not cross over with them",
                   "give the hours to all arms by trial.rehabilitation, or remove the crossover");
    }
  }
}

}  // namespace

std::vector<std::string> unequal_hours(const Study& study) {
  std::vector<std::string> notices;
  for (const auto& [strategy, reference] : unequal_hours_of(study))
    notices.push_back(explain(
        fmt::format("{} and {} do not have the same hours of rehabilitation", quoted(study.strategies[strategy].name),
                    quoted(study.strategies[reference].name)),
        "their difference is that of cells and hours together", "compare cells at equal hours to learn what cells do"));
  return notices;
}

std::vector<std::string> pairs_of(const Evidence& evidence) {
  std::vector<std::string> pairs;
  for (int cell = 0; cell < cell_types; ++cell) {
    for (int route = 0; route < routes; ++route) {
      const auto cell_type = static_cast<Cell>(cell);
      const auto by_route = static_cast<Route>(route);
      const bool known = delivery_of(evidence, cell_type, by_route) && reference_dose_of(evidence, cell_type, by_route);
      if (known) pairs.push_back(pair_name(cell_type, by_route));
    }
  }
  return pairs;
}

std::vector<std::string> beyond_indications(const Study& study, const Evidence& evidence, const StudyPlaces& places) {
  std::vector<std::string> notices;
  for (std::size_t index = 0; index < study.strategies.size(); ++index) {
    const Strategy& strategy = study.strategies[index];
    if (!strategy.procedure || !strategy.eligibility) continue;
    const StrategyEligibility& given = *strategy.eligibility;
    for (const ProcedureFacts& facts : evidence.procedures) {
      const StrategyEligibility& whom = facts.indication;
      if (facts.procedure != strategy.procedure->procedure) continue;
      if (!goes_beyond(given, whom)) continue;
      notices.push_back(text_of(places.strategies.at(index).dose, places.file_name) + ": " +
                        explain(fmt::format("{} gives {} to children for whom it is not meant", quoted(strategy.name),
                                            name_of(strategy.procedure->procedure)),
                                fmt::format("{}; its effect in others is assumed to be the same", facts.source),
                                "eligibility = " + eligibility_text(whom) + " is what the evidence speaks of"));
    }
  }
  return notices;
}

std::vector<std::string> diluted_arms(const Study& study, const Evidence&, const StudyPlaces& places) {
  std::vector<std::string> notices;
  if (!study.trial || study.data_model) return notices;
  const StrategyEligibility enrolled = enrolled_kinds(study.population.eligibility);
  for (const Arm& arm : study.trial->arms) {
    const auto index = static_cast<std::size_t>(arm.strategy);
    const std::optional<StrategyEligibility>& whom = study.strategies[index].eligibility;
    if (!whom || !goes_beyond(enrolled, *whom)) continue;
    notices.push_back(text_of(places.strategies.at(index).dose, places.file_name) + ": " +
                      explain(fmt::format("the trial enrols children who may not have {}", quoted(arm.name)),
                              "they get usual care in that arm, and its effect is thinned out by them",
                              "to enrol the others alone write population.eligibility = " + eligibility_text(*whom)));
  }
  return notices;
}

std::vector<std::string> hours_below_usual(const Study& study, const Evidence& evidence, const StudyPlaces&) {
  const Parameter* usual = find(evidence, "rehabilitation.usual_hours");
  const std::vector<std::size_t> below = usual ? below_usual_hours(study, usual->value) : std::vector<std::size_t>();
  if (below.empty()) return {};
  std::vector<std::string> names;
  for (const std::size_t strategy : below) names.push_back(quoted(study.strategies[strategy].name));
  return {explain(fmt::format("fewer hours of rehabilitation than usual care, {:g} a week: {}", usual->value,
                              fmt::join(names, ", ")),
                  "beyond the evidence: no trial took therapy away, and the loss is taken as the mirror of the gain",
                  "read what is saved and lost as an assumption")};
}

std::vector<std::string> unusual_doses(const Study& study, const Evidence& evidence, const StudyPlaces& places) {
  constexpr double far = 100;
  std::vector<std::string> notices;
  for (std::size_t index = 0; index < study.strategies.size(); ++index) {
    const Strategy& strategy = study.strategies[index];
    const Parameter* reference = strategy.cells ? reference_dose_of(evidence, strategy.cell, strategy.route) : nullptr;
    if (!reference) continue;
    const double times = strategy.regimen.dose / reference->value;
    if (times > 1 / far && times < far) continue;
    notices.push_back(
        text_of(places.strategies.at(index).dose, places.file_name) + ": " +
        explain(fmt::format("the dose of {} is {:g} {}", quoted(strategy.name), strategy.regimen.dose, reference->unit),
                fmt::format("{:.3g} times the reference dose of {}, {:g}", times,
                            pair_name(strategy.cell, strategy.route), reference->value),
                "check its unit; no study gave such a dose"));
  }
  return notices;
}

Evidence check_against_evidence(const Study& study, const Evidence& evidence, const StudyPlaces& places) {
  Problems problems(places.file_name);
  Evidence amended = evidence;
  for (std::size_t index = 0; index < study.overrides.size(); ++index) {
    const Override& replaced = study.overrides[index];
    try {
      apply_override(amended, replaced.parameter, replaced.value, replaced.source);
    } catch (const InvalidInput& error) {
      problems.add(places.overrides.at(index), error.what());
    }
  }
  PairCheck(study, amended, places, problems).run();
  check_beside(study, amended, places, problems);
  check_crossovers(study, places, problems);
  if (study.policy) check_policy(*study.policy, amended, places, problems);
  if (study.policy && problems.empty()) check_evppi(study, amended, places.policy, problems);
  if (study.policy && study.policy->sensitivity && problems.empty())
    check_sensitivity(study, amended, places.policy, problems);
  problems.throw_if_any();
  return amended;
}

}  // namespace vcohort
