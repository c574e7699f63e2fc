#include "engine/policy/base_case.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "engine/policy/decision/frontier.hpp"
#include "engine/policy/table_rows.hpp"

namespace vcohort {

BaseCase::BaseCase(const Study& study, const Evidence& evidence)
    : scenario_(evidence.name),
      simulator_(study),
      points_(point_values(evidence)),
      patients_(std::min(most_patients, study.policy->parameter_draws * study.policy->patients_per_draw)) {}

void BaseCase::simulate_block(std::int64_t, TallyRegion region) const {
  PolicySimulator::Workspace workspace(simulator_);
  const auto reference = static_cast<std::size_t>(simulator_.study().policy->reference);
  simulator_.simulate_patients(points_, 0, {0, patients_}, workspace, [&](const TileConsequences& tile) {
    for (std::size_t s = 0; s < simulator_.strategies(); ++s) {
      std::array<double, sums_per_strategy> sums{};
      for (int i = 0; i < tile.lanes(); ++i) {
        const double more_cost = tile.cost[s][i] - tile.cost[reference][i];
        const double more_effect = tile.effect[s][i] - tile.effect[reference][i];
        sums[cost] += tile.cost[s][i];
        sums[effect] += tile.effect[s][i];
        sums[cost_increment] += more_cost;
        sums[effect_increment] += more_effect;
        sums[cost_squares] += more_cost * more_cost;
        sums[effect_squares] += more_effect * more_effect;
      }
      for (std::size_t which = 0; which < sums_per_strategy; ++which)
        region.sums[s * sums_per_strategy + which].add(sums[which]);
    }
  });
}

std::vector<Table> BaseCase::deliver(TallyView region, const PolicyOutcome&) const {
  const Study& study = simulator_.study();
  const PolicyQuestion& question = *study.policy;
  const std::string units = units_of(question.effect), money = question.currency;
  TableRows table("/policy/base_case",
                  "The deterministic base case: every parameter at its point value, the patients of replicate 0");
  table.texts("scenario", "stance of the evidence")
      .texts("strategy", "what the children receive")
      .counts("patients", "virtual patients")
      .numbers("cost", money, "mean per child, discounted")
      .numbers("effect", units, "mean per child")
      .numbers("cost_increment", money, "mean of strategy - reference")
      .numbers("cost_increment_mcse", money, "Monte Carlo standard error of it, of the patients")
      .numbers("effect_increment", units, "mean of strategy - reference")
      .numbers("effect_increment_mcse", units, "Monte Carlo standard error of it, of the patients")
      .texts("status", "place on the frontier, as in /policy/frontier")
      .numbers("icer", money + " per " + units, "over compared_to; missing off the frontier")
      .texts("compared_to", "the next cheaper strategy on the frontier");
  const auto count = static_cast<double>(patients_);
  const auto strategies = static_cast<Eigen::Index>(simulator_.strategies());
  const auto mean = [&](Eigen::Index s, Sum which) {
    return region.sums[static_cast<std::size_t>(s) * sums_per_strategy + which].value() / count;
  };
  const auto error = [&](Eigen::Index s, Sum increment, Sum squares) {
    const double variance = mean(s, squares) - mean(s, increment) * mean(s, increment);
    return std::sqrt(std::max(0.0, variance) / (count - 1));
  };
  Eigen::VectorXd costs(strategies), effects(strategies);
  for (Eigen::Index s = 0; s < strategies; ++s) {
    costs[s] = mean(s, cost);
    effects[s] = mean(s, effect);
  }
  const std::vector<FrontierPlace> places = frontier_of(costs, effects, question.reference);
  for (Eigen::Index s = 0; s < strategies; ++s) {
    const FrontierPlace& place = places[static_cast<std::size_t>(s)];
    const auto name = [&](Eigen::Index of) { return study.strategies[static_cast<std::size_t>(of)].name; };
    table.row(scenario_, name(s), patients_, costs[s], effects[s], mean(s, cost_increment),
              error(s, cost_increment, cost_squares), mean(s, effect_increment),
              error(s, effect_increment, effect_squares), std::string(name_of(place.status)), place.icer,
              place.compared_to < 0 ? std::string() : name(place.compared_to));
  }
  return {table.take()};
}

}  // namespace vcohort
