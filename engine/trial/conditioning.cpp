#include "engine/trial/conditioning.hpp"

#include <algorithm>

#include "engine/data_model/covariate_law.hpp"

namespace vcohort {

namespace {

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool acts(const DataModel& model, std::size_t covariate) {
  DataModel alone = model;
  alone.covariates = {model.covariates[covariate]};
  return has_covariate_effects(alone);
}

bool adjusts_for(const AnalysisPlan& plan, const std::string& name) {
  return contains(plan.adjust, name) || contains(plan.adjust_by_visit, name);
}

}  // namespace

Conditioning conditioning_of(const AnalysisPlan& plan, const DataModel& model) {
  const std::size_t names = plan.adjust.size() + plan.adjust_by_visit.size() + plan.stratify.size();
  if (names == 0) return Conditioning::nothing;
  if (!has_covariate_effects(model)) return adjusts_for(plan, "baseline") ? Conditioning::some : Conditioning::nothing;
  if (adjusts_for(plan, "baseline")) return Conditioning::some;
  for (std::size_t c = 0; c < model.covariates.size(); ++c) {
    const DataCovariate& covariate = model.covariates[c];
    if (!acts(model, c)) continue;
    const bool as_it_is = adjusts_for(plan, covariate.name) && !covariate.decimals;
    const bool by_level =
        !covariate.is_normal() && (adjusts_for(plan, covariate.name) || contains(plan.stratify, covariate.name));
    if (!as_it_is && !by_level) return Conditioning::some;
  }
  return Conditioning::everything;
}

bool leaves_out_strata(const AnalysisPlan& plan, const DataModel& model, const Randomisation& randomisation) {
  for (std::size_t c = 0; c < model.covariates.size(); ++c) {
    const std::string& name = model.covariates[c].name;
    const bool balanced = contains(randomisation.stratify, name);
    if (balanced && acts(model, c) && !adjusts_for(plan, name) && !contains(plan.stratify, name)) return true;
  }
  return false;
}

}  // namespace vcohort
