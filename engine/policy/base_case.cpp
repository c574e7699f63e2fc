#include "engine/policy/base_case.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <ranges>

#include "engine/numeric/columns.hpp"
#include "engine/policy/decision/frontier.hpp"

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
  const auto place_of = [&](Eigen::Index s) { return places[static_cast<std::size_t>(s)]; };
  const auto name = [&](Eigen::Index s) { return study.strategies[static_cast<std::size_t>(s)].name; };

  const std::string units = units_of(question.effect), money = question.currency;
  Table table{"/policy/base_case",
              "The deterministic base case: every parameter at its point value, the patients of replicate 0",
              {}};
  const auto rows = std::views::iota(Eigen::Index{0}, strategies);
  const Columns column(table, rows);
  const auto increment = [&](const std::string& of, const std::string& unit, Sum sum, Sum squares) {
    column(of, unit, "mean of strategy - reference", [=](Eigen::Index s) { return mean(s, sum); });
    column(of + "_mcse", unit, "Monte Carlo standard error of it, of the patients",
           [=](Eigen::Index s) { return error(s, sum, squares); });
  };
  column("scenario", "", "stance of the evidence", scenario_);
  column("strategy", "", "what the children receive", name);
  column("patients", "1", "virtual patients", patients_);
  column("cost", money, "mean per child, discounted", costs);
  column("effect", units, "mean per child", effects);
  increment("cost_increment", money, cost_increment, cost_squares);
  increment("effect_increment", units, effect_increment, effect_squares);
  column("status", "", "place on the frontier, as in /policy/frontier",
         [&](Eigen::Index s) { return name_of(place_of(s).status); });
  column("icer", money + " per " + units, "over compared_to; missing off the frontier",
         [&](Eigen::Index s) { return place_of(s).icer; });
  column("compared_to", "", "the next cheaper strategy on the frontier",
         [&](Eigen::Index s) { return place_of(s).compared_to < 0 ? std::string() : name(place_of(s).compared_to); });
  return {table};
}

}  // namespace vcohort
