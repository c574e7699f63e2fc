#include "engine/study/reported_strata.hpp"

#include <algorithm>

namespace vcohort {

namespace {

/// The strategies that have this eligibility, in their order: "rhizotomy, rhizotomy and therapy".
std::string strategies_with(const Study& study, const StrategyEligibility& eligibility) {
  std::string names;
  for (const Strategy& strategy : study.strategies)
    if (strategy.eligibility == eligibility) names += (names.empty() ? "" : ", ") + strategy.name;
  return names;
}

}  // namespace

std::vector<std::size_t> strategies_with_eligibility(const Study& study) {
  std::vector<std::size_t> found;
  for (std::size_t s = 0; s < study.strategies.size(); ++s)
    if (study.strategies[s].eligibility) found.push_back(s);
  return found;
}

std::string eligible_name(const Study& study, const StrategyEligibility& eligibility) {
  return "eligible for " + strategies_with(study, eligibility);
}

std::vector<Stratification> reported_stratifications(const Study& study) {
  std::vector<Stratification> reported = study.stratifications;
  for (const std::size_t s : strategies_with_eligibility(study)) {
    const StrategyEligibility& eligibility = *study.strategies[s].eligibility;
    if (reported.empty()) reported.emplace_back();
    const std::string name = eligible_name(study, eligibility);
    if (std::ranges::find(reported, name, &Stratification::name) != reported.end()) continue;
    StratumDimension dimension;
    dimension.variable = StratumDimension::Variable::eligibility;
    dimension.names = {strategies_with(study, eligibility)};
    dimension.eligible = eligibility;
    reported.push_back({name, {dimension}});
  }
  return reported;
}

}  // namespace vcohort
