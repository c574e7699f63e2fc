#include "engine/sensitivity/stages.hpp"

#include <memory>

#include "engine/policy/evppi_groups.hpp"
#include "engine/policy/policy.hpp"
#include "engine/policy/simulator.hpp"
#include "engine/sensitivity/sobol_stage.hpp"
#include "engine/sensitivity/threshold.hpp"
#include "engine/sensitivity/tornado.hpp"
#include "engine/sensitivity/two_way_grid.hpp"

namespace vcohort {

MovableModel movable_model(const Study& study, const Evidence& evidence, std::int64_t patients) {
  const PolicyQuestion& question = *study.policy;
  MovableModel model;
  model.scenario = evidence.name;
  for (const Strategy& strategy : study.strategies) model.strategies.push_back(strategy.name);
  model.reference = static_cast<std::size_t>(question.reference);
  model.willingness_to_pay = question.thresholds;
  model.currency = question.currency;
  model.patients = patients;
  // Twin by twin, so that what is equal in every child differs by nothing, not even by rounding.
  model.evaluate = [patients, reference = model.reference,
                    simulator = std::make_shared<const PolicySimulator>(study)](const ParameterValues& values) {
    Evaluation found(simulator->strategies(), patients);
    PolicySimulator::Workspace workspace(*simulator);
    std::int64_t patient = 0;
    std::size_t batch = 0;
    constexpr std::uint32_t replicate = 0;
    simulator->simulate_patients(values, replicate, {0, patients}, workspace, [&](const TileConsequences& tile) {
      for (int lane = 0; lane < tile.lanes(); ++lane, ++patient) {
        while (patient >= found.first_patient(batch + 1)) ++batch;
        for (std::size_t s = 0; s < found.strategies(); ++s) {
          found.cost(batch, s) += tile.cost[s][lane] - tile.cost[reference][lane];
          found.effect(batch, s) += tile.effect[s][lane] - tile.effect[reference][lane];
        }
      }
    });
    return found;
  };
  return model;
}

std::vector<EvppiGroup> sobol_groups(Study study) {
  const std::vector<EvppiGroup>& own = study.policy->sensitivity->sobol->groups;
  if (!own.empty()) study.policy->evppi = own;
  return evppi_groups(study);
}

std::vector<std::unique_ptr<PolicyStage>> sensitivity_stages(const Study& study, const Evidence& evidence) {
  std::vector<std::unique_ptr<PolicyStage>> stages;
  if (!study.policy->sensitivity) return stages;
  const SensitivityQuestion& question = *study.policy->sensitivity;
  const MovableModel model = movable_model(study, evidence, question.patients);
  stages.push_back(std::make_unique<Tornado>(model, evidence, question.quantiles));
  if (question.grid.size() == 2)
    stages.push_back(std::make_unique<TwoWayGrid>(model, evidence, question.grid[0], question.grid[1]));
  if (!question.thresholds.empty()) stages.push_back(std::make_unique<Threshold>(model, evidence, question.thresholds));
  if (question.sobol) {
    stages.push_back(std::make_unique<SobolStage>(movable_model(study, evidence, question.sobol->patients),
                                                  evidence_for_draws(evidence, *study.policy), sobol_groups(study),
                                                  question.sobol->points, study.seed));
  }
  return stages;
}

}  // namespace vcohort
