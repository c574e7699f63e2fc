#include "engine/data_model/mixed_law.hpp"

#include "engine/data_model/covariate_effects.hpp"

namespace vcohort {

std::vector<MixedLaw> laws_of(const DataModel& model, std::size_t arm) {
  if (!has_covariate_effects(model) || !is_conditional(model)) return {{1, model.arms[arm]}};
  CovariateEffect effect;
  effect.predictor = CovariateLaw(model).parts(covariate_terms(model, arm, 0));
  take_multipliers(effect);
  std::vector<MixedLaw> laws;
  for (std::size_t k = 0; k < effect.share.size(); ++k) {
    MixedLaw& law = laws.emplace_back(MixedLaw{effect.share[k], model.arms[arm]});
    for (double& hazard : law.arm.hazard) hazard *= effect.multiplier[k];
  }
  return laws;
}

}  // namespace vcohort
