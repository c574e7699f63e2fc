#pragma once
#include <memory>
#include <string>
#include <vector>

#include "engine/outcome/outcome.hpp"
#include "tests/engine/development/children.hpp"

namespace vcohort::test {

inline const std::vector<std::string> every_endpoint = {"gmfm66",
                                                        "gmfm88",
                                                        "standing",
                                                        "walking",
                                                        "adl",
                                                        "fine_motor",
                                                        "sociability",
                                                        "adaptability",
                                                        "expressive_language",
                                                        "sleep",
                                                        "drooling_frequency_cured",
                                                        "drooling_weight_cured",
                                                        "drooling_quotient_cured",
                                                        "drooling_effective",
                                                        "cgi_i"};

/// A regimen that nobody changed.
inline std::vector<std::uint16_t> unchanged(const OutcomePlan& plan) {
  return std::vector<std::uint16_t>(tile_size, static_cast<std::uint16_t>(plan.therapy.categories().unchanged));
}

/// Evaluates tiles of n children under each strategy in turn and calls `use(child, outcomes, strategy index)`.
template <class Use>
void evaluate_children(int n, const Population& population, const ParameterValues& values, const OutcomeModel& model,
                       const std::vector<Strategy>& strategies, TileOutcomes::Setting setting, const Use& use,
                       std::uint32_t replicate = 0) {
  std::vector<OutcomePlan> plans;
  for (const Strategy& strategy : strategies) plans.emplace_back(strategy, model);
  const auto outcomes = std::make_unique<TileOutcomes>(model);
  each_tile_of_children(
      n, population, values,
      [&](const ChildTile& child) {
        outcomes->prepare(seed, replicate, child, setting);
        for (std::size_t s = 0; s < plans.size(); ++s) {
          outcomes->evaluate(plans[s], child, unchanged(plans[s]).data());
          use(child, static_cast<const TileOutcomes&>(*outcomes), s);
        }
      },
      replicate);
}

/// No clamping of the domains' scores, so that sums of normals stay normal.
inline void open_scales(ParameterValues& values) {
  for (const char* domain :
       {"standing", "walking", "adl", "fine_motor", "sociability", "adaptability", "expressive_language", "sleep"}) {
    values.set(std::string("domain.minimum.") + domain, -1000);
    values.set(std::string("domain.maximum.") + domain, 1000);
  }
}

}  // namespace vcohort::test
